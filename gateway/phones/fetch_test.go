package phones

import (
	"errors"
	"io"
	"testing"

	"github.com/causette/causette/gateway"
)

func TestFetchingAPicture(t *testing.T) {
	c := NewCarrier(Options{PublicURL: "http://phones.example"})
	defer c.Close()
	ch, err := c.Open(Line{Channel: "lumen-sms", Brand: "lumen", Name: "Lumen", Medium: "sms", Address: "36105"})
	if err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	kept := c.album.add(Picture{Type: "image/png", Data: []byte("a picture")}, c.options.PublicURL)
	c.mu.Unlock()
	f, err := ch.Fetch(t.Context(), kept.URL)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(f.Content)
	if err != nil || string(content) != "a picture" || f.Type != "image/png" || f.Size != 9 {
		t.Errorf("%q, %+v, %v", content, f, err)
	}
	for _, url := range []string{kept.URL + "7", "http://other.example/phones/pictures/x/0", "http://phones.example/phones/pictures/x/0", ""} {
		if _, err := ch.Fetch(t.Context(), url); !errors.Is(err, gateway.ErrNotFound) {
			t.Errorf("%q: %v", url, err)
		}
	}
}
