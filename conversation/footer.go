package conversation

import (
	"cmp"
	"strings"
)

// footed is marketing as it leaves: where the customer's country asks for it, it
// names its sender and says how to stop, once. It may be longer than a message
// then. An approved template is not footed: it says what was approved.
func (s *Script) footed(text string, c *Customer, r Route) string {
	names, stops := s.demands(cmp.Or(c.Country, c.Place.Country, s.brand.Country))
	t := turn{Script: s, lang: s.speaks(c.Language)}
	text = strings.TrimRight(text, " \n")
	if names && !strings.Contains(strings.ToLower(text), strings.ToLower(s.brand.Name)) {
		text = t.text("offer.named") + " " + text
	}
	switch {
	case !stops || saysHowToStop(text, r):
	case r.Mute && r.StopAt != "":
		text += " " + t.text("offer.stop_at", "address", r.StopAt)
	default:
		text += " " + t.text("offer.stop")
	}
	return text
}

// saysHowToStop reports whether a text says it in a way that works on the route:
// nobody can answer STOP to a sender that cannot receive.
func saysHowToStop(text string, r Route) bool {
	if r.Mute && r.StopAt != "" {
		return strings.Contains(text, "STOP") && strings.Contains(text, r.StopAt)
	}
	return strings.Contains(text, "STOP")
}
