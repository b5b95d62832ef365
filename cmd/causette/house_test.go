package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/causette/causette/"

// floors is the house: a package may import what stands on a lower floor, never
// sideways and never up.
var floors = map[string]int{
	"conversation/sms":           0,
	"conversation/understanding": 1,
	"conversation":               2,
	"conversation/journey":       3,
	"conversation/transcript":    3,
	"conversation/segment":       3,
	"gateway":                    4,
	"gateway/visitor":            4, // who asks over HTTP: several rooms ask
	"agents":                     5, // it knocks at the gateway's door
	"gateway/twilio":             5,
	"gateway/whatsapp":           5,
	"gateway/phones":             5,
	"gateway/shop":               5,
	"gateway/api":                5,
	"gateway/media":              5,
	"gateway/bulk":               5,
	"gateway/join":               5,
	"gateway/links":              5,
	"configs":                    5,
	"agents/console/web":         6, // the page, embedded
	"agents/console":             6,
	"store":                      6, // what gateway and agents declare
	"cmd/causette":               7,
}

// reasons says why some imports are forbidden beyond the floors.
var reasons = []struct{ from, to, why string }{
	{"conversation", "time/tzdata", "the core takes its zones from the caller"},
	{"conversation", "database/sql", "Step is pure: the same arguments always give the same turn"},
	{"conversation", "net/http", "Step is pure: it reads no network"},
	{"conversation", "os", "Step is pure: it reads no files but those it is given"},
	{"gateway", "database/sql", "the gateway declares the store it needs; package store satisfies it"},
	{"gateway", "github.com/twilio/twilio-go", "carriers live behind gateway.Channel"},
	{"gateway/twilio", "github.com/twilio/twilio-go", "its root package costs 934 MB and minutes to compile: import client and rest/api/v2010 only"},
}

type listed struct {
	ImportPath string
	Imports    []string
}

func TestImportsPointDown(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		room := strings.TrimPrefix(p.ImportPath, module)
		if strings.HasSuffix(room, "test") || strings.Contains(room, "/testdata/") || strings.HasSuffix(room, "/bench") {
			continue // test-only packages may look anywhere
		}
		floor, known := floors[room]
		if !known {
			t.Errorf("%s is a room that the house does not know: give it a floor and a reason", room)
			continue
		}
		seen++
		for _, imported := range p.Imports {
			if below, ours := strings.CutPrefix(imported, module); ours {
				if f, ok := floors[below]; ok && f >= floor {
					t.Errorf("%s (floor %d) imports %s (floor %d): imports point down, never sideways, never up", room, floor, below, f)
				}
				if strings.HasSuffix(below, "test") {
					t.Errorf("%s imports %s: test peers stay out of production code", room, below)
				}
			}
			for _, r := range reasons {
				if room == r.from && imported == r.to {
					t.Errorf("%s imports %s: %s", room, imported, r.why)
				}
			}
		}
	}
	if seen < 8 {
		t.Errorf("saw only %d rooms", seen)
	}
}
