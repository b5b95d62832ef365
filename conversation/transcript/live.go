package transcript

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/conversation/understanding"
)

// live is who says how the desk looks.
const live = "live"

// looks changes how the desk looks from here on: "wait=20m", "begins id=snow
// kind=carrier match=Colissimo fr=…", "ends id=snow".
func (r *runner) looks(text string) error {
	next := conversation.Live{}
	if r.live != nil {
		next = conversation.Live{Wait: r.live.Wait, Incidents: slices.Clone(r.live.Incidents)}
	}
	verb, rest, _ := strings.Cut(text, " ")
	if verb != "begins" && verb != "ends" {
		rest = text
	}
	f, err := parseFields(rest, r.zone)
	if err != nil {
		return err
	}
	switch verb {
	case "begins":
		in := conversation.Incident{ID: f.text("id"), Kind: conversation.IncidentKind(f.text("kind")), Match: f.text("match"), Until: f.date("until"), Text: map[string]string{}}
		for _, l := range understanding.Languages {
			if words := f.text(l); words != "" {
				in.Text[l] = words
			}
		}
		next.Incidents = append(next.Incidents, in)
	case "ends":
		id := f.text("id")
		next.Incidents = slices.DeleteFunc(next.Incidents, func(in conversation.Incident) bool { return in.ID == id })
	default:
		v := f.text("wait")
		if next.Wait, err = time.ParseDuration(v); err != nil || next.Wait < 0 {
			return fmt.Errorf("%q is neither wait=20m, begins nor ends", text)
		}
	}
	r.live = &next
	return f.done()
}
