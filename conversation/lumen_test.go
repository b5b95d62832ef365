package conversation_test

import (
	"os"
	"testing"

	"github.com/causette/causette/conversation"
)

// lumen is the demo brand, as the configuration would give it.
func lumen() conversation.BrandInfo {
	return conversation.BrandInfo{
		ID: "lumen", Name: "Lumen", Languages: []string{"fr", "en"}, Country: "FR", Timezone: "Europe/Paris", Currency: "EUR",
		Phone: "01 23 45 67 89", Email: "aide@lumen.example", CartValue: 15000, VIP: true,
		UploadURL: "https://text.lumen.example/photo/lumen", Identifies: "36105",
	}
}

// script parses the default scripts, which are the ones shipped.
func script(t testing.TB, change ...func(*conversation.BrandInfo)) *conversation.Script {
	t.Helper()
	brand := lumen()
	for _, c := range change {
		c(&brand)
	}
	s, err := conversation.ParseScript(brand, os.DirFS("../configs/scripts"), "lumen")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheDefaultScriptIsSound(t *testing.T) { script(t) }
