package gateway

import (
	"strings"

	"github.com/causette/causette/conversation"
)

// maxText bounds an inbound text, in bytes: four times the 1,600 characters
// that a carrier joins at most.
const maxText = 6400

// clean makes a text fit to be stored: whole UTF-8, no U+0000 (PostgreSQL has
// none), bounded, and without the numbers that nobody should have texted.
func clean(e *conversation.Event) {
	if e.Message == nil {
		return
	}
	m := *e.Message
	m.Text = strings.ToValidUTF8(m.Text, "\uFFFD")
	m.Text = strings.ReplaceAll(m.Text, "\x00", "")
	m.Text = clip(m.Text, maxText)
	m.Name = clip(strings.ReplaceAll(strings.ToValidUTF8(m.Name, ""), "\x00", ""), 120)
	if masked, found := Mask(m.Text); found {
		m.Text, m.Masked = masked, true
	}
	e.Message = &m
}
