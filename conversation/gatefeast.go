package conversation

import (
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rickar/cal/v2"
	austria "github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/ca"
	"github.com/rickar/cal/v2/ch"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/us"
)

// feasts are the public holidays of a country. A year is computed once: the
// gate asks at each move to posting.
type feasts struct {
	list  []*cal.Holiday
	years [16]atomic.Pointer[feastYear] // by year, the last seen of each remainder
}

// feastYear has a bit for each day of a year.
type feastYear struct {
	year int
	days [366/64 + 1]uint64
}

// calendarsOf are the calendars that windows may name.
var calendarsOf = map[string]*feasts{
	"AT": {list: austria.Holidays}, "BE": {list: be.Holidays}, "CA": {list: ca.Holidays}, "CH": {list: ch.Holidays},
	"DE": {list: de.Holidays}, "ES": {list: es.Holidays}, "FR": {list: fr.Holidays}, "GB": {list: gb.Holidays},
	"IE": {list: ie.Holidays}, "IT": {list: it.Holidays}, "NL": {list: nl.Holidays}, "US": {list: us.Holidays},
}

func calendarNames() string {
	return strings.Join(slices.Sorted(maps.Keys(calendarsOf)), ", ")
}

// The library counts days in the machine's own zone unless it is told: a zone
// whose clocks change at midnight would move a feast.
func init() { cal.DefaultLoc = time.UTC }

// on reports a public holiday, or the day on which one is made up for.
func (f *feasts) on(local time.Time) bool {
	year, nth := local.Year(), local.YearDay()-1
	slot := &f.years[uint(year)%uint(len(f.years))]
	y := slot.Load()
	if y == nil || y.year != year {
		y = f.compute(year)
		slot.Store(y)
	}
	return y.days[nth/64]&(1<<(nth%64)) != 0
}

func (f *feasts) compute(year int) *feastYear {
	y := &feastYear{year: year}
	mark := func(day time.Time) {
		if day.Year() == year {
			nth := day.YearDay() - 1
			y.days[nth/64] |= 1 << (nth % 64)
		}
	}
	for _, h := range f.list {
		for near := year - 1; near <= year+1; near++ { // the first of January may be made up for in December
			actual, observed := h.Calc(near)
			mark(actual)
			mark(observed)
		}
	}
	return y
}
