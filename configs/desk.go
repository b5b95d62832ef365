package configs

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Desk is where people answer.
type Desk struct {
	Assign   Assign        `yaml:"assign"`    // how who waits for a person finds one
	TakeBack time.Duration `yaml:"take_back"` // what an agent writes leaves so much later, and can be taken back until then
	Idle     time.Duration `yaml:"idle"`      // who waited so long for an agent who is not there goes back to the queue; 0: never
	Busy     time.Duration `yaml:"busy"`      // where people wait for longer, bulk jobs halve their pace; at twice that they stop
	Canned   []Canned      `yaml:"canned"`
}

// Assign is how who waits for a person finds one.
type Assign string

const (
	Offer  Assign = "offer"  // each is held for one agent at a time, who takes it or not
	Manual Assign = "manual" // agents choose from the queue
)

// Canned is a text that agents send often.
type Canned struct {
	ID    string            `yaml:"id"`
	Title string            `yaml:"title"`
	Text  map[string]string `yaml:"text"` // by language
}

// Defaults of the desk.
const (
	DefaultTakeBack = 5 * time.Second  // to see one's own mistake
	DefaultIdle     = 10 * time.Minute // an agent comes back from a coffee
	DefaultBusy     = 10 * time.Minute // what a chat keeps people waiting without their going away
)

const (
	maxCanned     = 500
	maxCannedText = 1600 // bytes; what a carrier joins at most
)

func (c checker) desk(path string, d *Desk) {
	span(c, path+".take_back", d.TakeBack, 0, time.Minute)
	span(c, path+".idle", d.Idle, 0, day)
	span(c, path+".busy", d.Busy, time.Minute, day)
	if d.Assign != Offer && d.Assign != Manual && !c.broken(path+".assign") {
		c.wrong(path+".assign", fmt.Sprintf("%q is no way to assign", d.Assign), "write offer or manual")
	}
	within(c, path+".canned", len(d.Canned), 0, maxCanned, "texts")
	ids := map[string]int{}
	for i, t := range d.Canned {
		at := fmt.Sprintf("%s.canned[%d]", path, i)
		c.id(at, t.ID, ids)
		if strings.TrimSpace(t.Title) == "" || len(t.Title) > 80 {
			c.wrong(at+".title", missing(t.Title, "is longer than 80 bytes"), "write what agents look for, as title: Colis en route")
		}
		if len(t.Text) == 0 && !c.broken(at+".text") {
			c.wrong(at+".text", "is missing", "write at least one language, as text: {fr: Bonjour}")
		}
		for l, text := range t.Text {
			switch {
			case !slices.Contains(Languages, l):
				c.wrong(at+".text."+l, fmt.Sprintf("%q is not a language that the assistant understands", l), "choose among "+strings.Join(Languages, ", "))
			case strings.TrimSpace(text) == "" || len(text) > maxCannedText:
				c.wrong(at+".text."+l, missing(text, fmt.Sprintf("is longer than %d bytes", maxCannedText)), "shorten it, or write it")
			}
		}
	}
}
