// Package transcript reads conversations as text, runs them through a script
// and prints what would be said. A transcript is a test that a shopkeeper can
// read:
//
//	# A broken lamp, and a person who answers.
//	date: 2026-11-24
//	09:40 shop  . order.delivered id=o1 number=LU-1042 lines="Lampe Ondine 149.90"
//	09:41 Ana   > ma lampe est arrivée cassée
//	09:41 Lumen < Désolé pour la commande LU-1042. …   [idle → describing_problem]  rule: problem.asked
//	09:50 @claire . claims
//	09:51 @claire > Bonjour Ana, une nouvelle part aujourd'hui.
//
// What the desk looks like is told with "live": `09:30 live . wait=20m` is how long
// people wait from then on, `09:30 live . begins id=snow kind=carrier
// match=Colissimo fr="…" en="…"` an incident, `live . ends id=snow` its end.
//
// An automation's first word is `10:00 shop . prompt.requested id=p1
// purpose=marketing template=cart_reminder routes=whatsapp,sms var.link=https://…`;
// what becomes of it stands in lines of "prompt". What the carrier says of its
// message is `10:05 carrier . reports prompt=p1 status=delivered`; until then it
// was sent.
//
// Lines with a time and ">" or "." are what happens: a customer's text, or a
// word of the shop, an automation or the carrier, and what an agent, whose name
// begins with "@", writes or does. Everything else — what the
// brand says, and lines without a time — is what the script makes of it; Run
// writes those anew, and a test compares.
package transcript

import (
	"fmt"
	"strings"
	"time"
)

// Transcript is one file.
type Transcript struct {
	Head  []string // comments and blank lines before anything else
	Set   []Setting
	Lines []Line
}

// Setting is one "name: value" line before the first moment.
type Setting struct {
	Line        int
	Name, Value string
}

// Line is something that happens, or a comment between.
type Line struct {
	Number   int    // in the file, from 1
	Comment  string // the whole line, where it is a comment or blank
	When     string // "09:41" or "+3m"
	Who      string // the customer's name, or shop, clock, live, carrier, or "@" and the name of an agent
	Text     string // the customer's words or an agent's, or the event's type and fields
	Customer bool
	Agent    bool // an agent writes (Customer is false)
}

// Problem is a line that cannot be read.
type Problem struct {
	Line int
	Why  string
}

func (p *Problem) Error() string { return fmt.Sprintf("line %d: %s", p.Line, p.Why) }

// Settings that a transcript may begin with.
var settings = []string{"date", "burst", "medium", "country", "double_opt_in", "pictures", "prefer", "fallback", "events", "explain"}

// Parse reads a transcript, leaving out what a run writes.
func Parse(text string) (*Transcript, error) {
	t := &Transcript{}
	for i, raw := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		number := i + 1
		line := strings.TrimRight(raw, " \t\r")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
			if len(t.Lines) == 0 && len(t.Set) == 0 {
				t.Head = append(t.Head, line)
			} else {
				t.Lines = append(t.Lines, Line{Number: number, Comment: line})
			}
			continue
		case line[0] == ' ':
			continue // an effect, or the rest of what the brand said
		}
		if name, value, ok := strings.Cut(line, ": "); ok && len(t.Lines) == 0 && isSetting(name) {
			t.Set = append(t.Set, Setting{number, name, strings.TrimSpace(value)})
			continue
		}
		l, said, err := parseLine(line)
		if err != nil {
			return nil, &Problem{number, err.Error()}
		}
		if !said {
			l.Number = number
			t.Lines = append(t.Lines, l)
		}
	}
	for n := len(t.Lines); n > 0 && t.Lines[n-1].Who == "" && t.Lines[n-1].Comment == ""; n-- {
		t.Lines = t.Lines[:n-1]
	}
	for n := len(t.Head); len(t.Set)+len(t.Lines) == 0 && n > 0 && t.Head[n-1] == ""; n-- {
		t.Head = t.Head[:n-1]
	}
	return t, nil
}

func isSetting(name string) bool {
	for _, s := range settings {
		if s == name {
			return true
		}
	}
	return false
}

// parseLine reads "09:41 Ana   > text"; said reports a brand's line.
func parseLine(line string) (l Line, said bool, err error) {
	when, rest, _ := strings.Cut(line, " ")
	if !isTime(when) {
		return l, false, fmt.Errorf("%q is neither a time such as 09:41 or +3m nor a setting (%s)", when, strings.Join(settings, ", "))
	}
	rest = strings.TrimLeft(rest, " ")
	who, rest, ok := strings.Cut(rest, " ")
	rest = strings.TrimLeft(rest, " ")
	if !ok || rest == "" {
		return l, false, fmt.Errorf("want a time, who speaks, and > (the customer), < (the brand) or . (an event)")
	}
	l = Line{When: when, Who: who, Text: strings.TrimSpace(rest[1:])}
	switch rest[0] {
	case '<':
		return l, true, nil
	case '>':
		l.Agent = strings.HasPrefix(who, "@")
		l.Customer = !l.Agent
		return l, false, nil
	case '.':
		if who == clock && l.Text != "" {
			return l, true, nil // a timer that went off
		}
		return l, false, nil
	}
	return l, false, fmt.Errorf("%q is neither > (the customer), < (the brand) nor . (an event)", rest[:1])
}

// clock is who speaks when a timer goes off; an empty word of it lets time pass.
const clock = "clock"

func isTime(s string) bool {
	if strings.HasPrefix(s, "+") {
		_, err := after(s)
		return err == nil
	}
	_, err := time.Parse("15:04", s)
	return err == nil
}

// after reads "+3m", "+2h" or "+1d".
func after(s string) (time.Duration, error) {
	s = strings.TrimPrefix(s, "+")
	if days, ok := strings.CutSuffix(s, "d"); ok {
		d, err := time.ParseDuration(days + "h")
		if err != nil || d < 0 || d > 1000*time.Hour {
			return 0, fmt.Errorf("%q is not a time", s)
		}
		return 24 * d, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 || d > 10000*time.Hour {
		return 0, fmt.Errorf("%q is not a time", s)
	}
	return d, nil
}
