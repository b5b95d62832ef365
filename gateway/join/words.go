package join

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"strconv"
	"strings"
	"sync"

	"github.com/causette/causette/conversation"
	"github.com/goccy/go-yaml"
)

//go:embed words.yaml
var wordsYAML []byte

// words are what the page says in one language.
type words struct {
	Title         string                          `yaml:"title"`
	Lead          string                          `yaml:"lead"`
	Phone         string                          `yaml:"phone"`
	Boxes         map[conversation.Purpose]string `yaml:"boxes"`
	Send          string                          `yaml:"send"`
	Or            string                          `yaml:"or"`
	Legal         string                          `yaml:"legal"`
	Privacy       string                          `yaml:"privacy"`
	Thanks        string                          `yaml:"thanks"`
	Next          string                          `yaml:"next"`
	WrongNumber   string                          `yaml:"wrong_number"`
	NothingTicked string                          `yaml:"nothing_ticked"`
	Busy          string                          `yaml:"busy"`
	Later         string                          `yaml:"later"`
	Scan          string                          `yaml:"scan"`
	Often         map[string]string               `yaml:"often"`
}

var spoken = sync.OnceValue(func() map[string]words {
	var all map[string]words
	if err := yaml.UnmarshalWithOptions(wordsYAML, &all, yaml.Strict()); err != nil { // it is embedded: a test reads it
		panic(err)
	}
	return all
})

// wordsIn are the words of a brand's page.
func wordsIn(lang string, b Brand) words {
	w, ok := spoken()[lang]
	if !ok {
		w = spoken()["en"]
	}
	often := ""
	if b.Promise != nil {
		often = strings.ReplaceAll(w.Often[b.Promise.Per], "{n}", strconv.Itoa(b.Promise.Messages))
	}
	fill := strings.NewReplacer("{brand}", b.Name, "{number}", string(b.Number), "{often}", often).Replace
	boxes := make(map[conversation.Purpose]string, len(w.Boxes))
	for purpose, text := range w.Boxes {
		boxes[purpose] = fill(text)
	}
	w.Boxes = boxes
	for _, text := range []*string{&w.Title, &w.Lead, &w.Or, &w.Legal, &w.Busy} {
		*text = fill(*text)
	}
	return w
}

// version names the words of the boxes, for the proof.
func (w words) version() string {
	h := sha256.New()
	for _, p := range purposes {
		h.Write([]byte(w.Boxes[p] + "\n"))
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}
