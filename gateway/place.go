package gateway

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers"

	"github.com/causette/causette/conversation"
)

// maxZones is how many zones a number may span and still tell something. A
// toll-free number of North America spans forty: its country says as much.
const maxZones = 6

// PlaceOf says where a number is, as far as its plan tells: nobody knows where
// its phone is. A number that is none, and a WhatsApp id, are nowhere.
//
// The first call takes 11 ms and 0.25 MB of heap for the zones; one takes about
// 50 µs, nearly all of it parsing, so it is called outside the turn. The library
// would tell states as well, by its names of towns: 15 MB and 400 ms for what
// areas.txt says in 2 kB.
func PlaceOf(to conversation.Address) conversation.Place {
	if !to.IsPhone() {
		return conversation.Place{}
	}
	n, err := phonenumbers.Parse(string(to), "ZZ")
	if err != nil {
		return conversation.Place{}
	}
	p := conversation.Place{Country: phonenumbers.GetRegionCodeForNumber(n)}
	if len(p.Country) != 2 {
		return conversation.Place{} // of no country: a satellite's, one that nobody has
	}
	if p.Country == "US" {
		p.Region = stateOf(phonenumbers.GetNationalSignificantNumber(n))
	}
	zones, err := phonenumbers.GetTimezonesForNumber(n)
	if err != nil || len(zones) > maxZones {
		return p
	}
	for _, z := range zones {
		if z != phonenumbers.UNKNOWN_TIMEZONE {
			p.Zones = append(p.Zones, z)
		}
	}
	return p
}

// areas lists the area codes of each state of the US and the District of
// Columbia, one state a line. A test makes it of the library's own data.
//
//go:embed areas.txt
var areas string

var states = sync.OnceValue(func() map[string]string {
	byArea := make(map[string]string, 400)
	for line := range strings.Lines(areas) {
		state, codes, _ := strings.Cut(strings.TrimSpace(line), " ")
		for _, code := range strings.Fields(codes) {
			byArea[code] = state
		}
	}
	return byArea
})

// stateOf is the state of a national number, "" where its area tells none.
func stateOf(national string) string {
	if len(national) < 3 {
		return ""
	}
	return states()[national[:3]]
}
