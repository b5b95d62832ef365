package conversation

import (
	"cmp"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// footed is marketing as it leaves: where the customer's country asks for it, it
// names its sender and says how to stop, once. It may be longer than a message
// then. An approved template is not footed: it says what was approved.
func (s *Script) footed(text string, c *Customer, r Route) string {
	names, stops := s.demands(cmp.Or(c.Country, c.Place.Country, s.brand.Country))
	t := turn{Script: s, lang: s.speaks(c.Language)}
	text = strings.TrimRight(text, " \n")
	if names && !hasWord(text, s.brand.Name) {
		text = t.text("offer.named") + " " + text
	}
	switch {
	case !stops || saysHowToStop(text, r):
	case r.Mute && r.StopAt != "":
		text += " " + cmp.Or(t.text("offer.stop_at", "address", r.StopAt), "STOP "+r.StopAt)
	default:
		text += " " + t.text("offer.stop")
	}
	return text
}

// wayOut is a sentence that says how to stop. The word alone is none: it may be
// a part of what is sold.
var wayOut = regexp.MustCompile(`\bSTOP\b["”»]?\s*($|[.,;!)\n]|(?i:pour|au|à|par|for|to|at|by|ends|um|an|zum|para|al|per|a|naar|om|voor|arrête|beendet|detiene)(\s|$))` +
	`|(?i:répondez|repondez|envoyez|écrivez|tapez|reply|text|txt|send|mit|sie|responda|envíe|envie|rispondi|rispondere|invia|stuur|antwoord)\s*["“«]?\s*STOP\b`)

// saysHowToStop reports whether a text says it in a way that works on the route:
// nobody can answer STOP to a sender that cannot receive.
func saysHowToStop(text string, r Route) bool {
	return strings.Contains(text, "STOP") && wayOut.MatchString(text) && (!r.Mute || r.StopAt == "" || strings.Contains(text, r.StopAt))
}

// hasWord reports whether a text has a name as a word of its own, in capitals or
// not: Lumière does not name Lum.
func hasWord(text, name string) bool {
	text, name = strings.ToLower(text), strings.ToLower(name)
	for from := 0; name != ""; {
		at := strings.Index(text[from:], name)
		if at < 0 {
			return false
		}
		at += from
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[at+len(name):])
		if !unicode.IsLetter(before) && !unicode.IsLetter(after) {
			return true
		}
		from = at + len(name)
	}
	return false
}
