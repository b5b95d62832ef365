package gateway

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nyaruka/phonenumbers"

	"github.com/causette/causette/conversation"
)

var update = flag.Bool("update", false, "write areas.txt anew of the library's data")

func TestANumberTellsItsPlace(t *testing.T) {
	for _, c := range []struct {
		to   conversation.Address
		want string // country, region, zones
	}{
		{"+33612345678", "FR  [Europe/Paris]"},
		{"+262692123456", "RE  [Indian/Reunion]"},
		{"+590690123456", "GP  [America/Guadeloupe]"},
		{"+32470123456", "BE  [Europe/Brussels]"},
		{"+4915112345678", "DE  [Europe/Berlin]"},
		{"+351912345678", "PT  [Atlantic/Azores Europe/Lisbon]"},
		{"+12125550123", "US NY [America/New_York]"},
		{"+12145550123", "US TX [America/Chicago]"},
		{"+19155550123", "US TX [America/Denver]"}, // El Paso
		{"+14015550123", "US RI [America/New_York]"},
		{"+13055550123", "US FL [America/New_York]"},
		{"+12085550123", "US ID [America/Boise America/Los_Angeles]"},
		{"+19075550123", "US AK [America/Adak America/Anchorage]"},
		{"+12025550123", "US DC [America/New_York]"},
		{"+18005550123", "US  []"},
		{"+14165550123", "CA  [America/Toronto]"},
		{"+882161234567", "  []"},
		{"+1", "  []"},
		{"whatsapp:4242", "  []"},
		{"lid:100000000000002", "  []"},
		{"lid:33612345678", "  []"},
		{"", "  []"},
	} {
		p := PlaceOf(c.to)
		if got := fmt.Sprintf("%s %s %v", p.Country, p.Region, p.Zones); got != c.want {
			t.Errorf("%s is in %q, want %q", c.to, got, c.want)
		}
		for _, z := range p.Zones {
			if _, err := time.LoadLocation(z); err != nil {
				t.Errorf("%s: %v", c.to, err)
			}
		}
	}
}

// The table of states is what the library's names of towns tell; it is made
// anew with -update when the library knows new areas.
func TestTheAreasAreTheLibrarys(t *testing.T) {
	byState := map[string][]string{}
	for area := 201; area < 990; area++ {
		n, err := phonenumbers.Parse(fmt.Sprintf("+1%d5550123", area), "ZZ")
		if err != nil || phonenumbers.GetRegionCodeForNumber(n) != "US" {
			continue
		}
		name, err := phonenumbers.GetGeocodingForNumber(n, "en")
		if err != nil {
			t.Fatal(err)
		}
		if i := strings.LastIndex(name, ", "); i >= 0 {
			name = name[i+2:]
		}
		if state := statesByName[name]; state != "" {
			name = state
		}
		if len(name) == 2 {
			byState[name] = append(byState[name], fmt.Sprint(area))
		}
	}
	var b strings.Builder
	for _, state := range slices.Sorted(maps.Keys(byState)) {
		fmt.Fprintf(&b, "%s %s\n", state, strings.Join(byState[state], " "))
	}
	if *update {
		if err := os.WriteFile("areas.txt", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if len(byState) != 51 || b.String() != areas {
		t.Errorf("areas.txt is not what the library says of %d states: run this test with -update", len(byState))
	}
}

var statesByName = map[string]string{
	"Alabama": "AL", "Alaska": "AK", "Arizona": "AZ", "Arkansas": "AR", "California": "CA", "Colorado": "CO", "Connecticut": "CT",
	"Delaware": "DE", "Washington D.C.": "DC", "District of Columbia": "DC", "Florida": "FL", "Georgia": "GA", "Hawaii": "HI",
	"Idaho": "ID", "Illinois": "IL", "Indiana": "IN", "Iowa": "IA", "Kansas": "KS", "Kentucky": "KY", "Louisiana": "LA", "Maine": "ME",
	"Maryland": "MD", "Massachusetts": "MA", "Michigan": "MI", "Minnesota": "MN", "Mississippi": "MS", "Missouri": "MO",
	"Montana": "MT", "Nebraska": "NE", "Nevada": "NV", "New Hampshire": "NH", "New Jersey": "NJ", "New Mexico": "NM",
	"New York": "NY", "North Carolina": "NC", "North Dakota": "ND", "Ohio": "OH", "Oklahoma": "OK", "Oregon": "OR",
	"Pennsylvania": "PA", "Rhode Island": "RI", "South Carolina": "SC", "South Dakota": "SD", "Tennessee": "TN", "Texas": "TX",
	"Utah": "UT", "Vermont": "VT", "Virginia": "VA", "Washington": "WA", "Washington State": "WA", "West Virginia": "WV", "Wisconsin": "WI", "Wyoming": "WY",
}
