package api_test

import (
	"fmt"
	"strings"
	"testing"
)

// A preview tells an author what makes the text dear, and what would be cheaper.
func TestAPreviewTellsWhatWouldBeCheaper(t *testing.T) {
	w := open(t)
	dear := "L’atelier vous attend : votre commande est prête et vous pouvez venir la chercher."
	seen := w.expect(w.post("/v1/prompts/preview", fmt.Sprintf(`{"to":"+33612345678","purpose":"transactional","text":%q,"channel":"sms"}`, dear)), 200)
	look := seen["appearance"].(map[string]any)
	offer := look["offer"].(map[string]any)
	if look["characters"] != 82.0 || len(look["forcing"].([]any)) != 2 || offer["segments"] != 1.0 || fmt.Sprint(offer["saves"]) != "map[amount:7 currency:EUR scale:2]" ||
		offer["text"] != "L'atelier vous attend : votre commande est prete et vous pouvez venir la chercher." || len(offer["replacements"].([]any)) != 2 {
		t.Errorf("looks like %v", look)
	}
	first := look["forcing"].([]any)[0].(map[string]any)
	if first["character"] != "’" || first["code"] != "U+2019" || first["replacement"] != "'" || first["replaceable"] != true {
		t.Errorf("forced by %v", first)
	}
	if lint := fmt.Sprint(seen["lint"]); !strings.Contains(lint, `and 1 with "’" as "'"`) {
		t.Errorf("advises %s", lint)
	}
	seen = w.expect(w.post("/v1/prompts/preview", shipped), 200)
	if look := seen["appearance"].(map[string]any); look["offer"] != nil || len(look["forcing"].([]any)) != 0 {
		t.Errorf("a plain text looks like %v", look)
	}
}
