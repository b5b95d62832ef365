package conversation

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// A window is the part of a day in which something may be said unasked.
type window struct {
	binds    []saying
	days     [7]span // by time.Weekday; empty: closed
	feasts   []*feasts
	holidays []civil
}

// saying is what windows tell apart: of what nobody asked for, what is about the
// customer's own order is the most welcome.
type saying string

const (
	sayMarketing     saying = "marketing"
	sayTransactional saying = "transactional"
	sayOrder         saying = "order" // transactional, and it names the order that it is about
)

// saysWhat is which windows a prompt has to pass.
func (p *Prompt) saysWhat() saying {
	switch {
	case p.Purpose == Marketing:
		return sayMarketing
	case p.Order != "":
		return sayOrder
	}
	return sayTransactional
}

// How far ahead an opening is looked for, in days, and how often windows are
// asked in turn until all of them are open at once.
const (
	maxClosed = 60
	maxTurns  = 200
	maxSpread = 6 * time.Hour
)

// parseWindows reads what binds in each place, over what binds there without it.
func parseWindows(n node, over map[string][]window) map[string][]window {
	all := maps.Clone(over)
	var like []member
	for _, m := range places(n) {
		var list []window
		for _, item := range m.oneOrMore() {
			f := item.fields(append([]string{"binds", "everyday", "holidays", "like"}, weekdays[:]...)...)
			if f["like"].absent() {
				list = append(list, parseWindow(item, f))
				continue
			}
			like = append(like, member{m.key, f["like"]})
		}
		set(&all, m.key, list)
	}
	for _, m := range like {
		name := m.text()
		if len(all[name]) == 0 || slices.ContainsFunc(like, func(other member) bool { return other.key == name }) {
			m.wrong("%q has no windows of its own", name)
			continue
		}
		all[m.key] = all[name]
	}
	return all
}

func parseWindow(n node, f map[string]node) window {
	var w window
	for _, item := range f["binds"].oneOrMore() {
		w.binds = append(w.binds, saying(item.oneOf(string(sayMarketing), string(sayTransactional), string(sayOrder))))
	}
	if len(w.binds) == 0 {
		f["binds"].wrong("is missing: what this window binds")
	}
	if !f["everyday"].absent() {
		day := parseSpan(f["everyday"])
		w.days = [7]span{day, day, day, day, day, day, day}
	}
	for i, name := range weekdays {
		switch {
		case f[name].absent():
		case f[name].text() == "closed":
			w.days[i] = span{}
		default:
			w.days[i] = parseSpan(f[name])
		}
	}
	for _, item := range f["holidays"].items() {
		if d, ok := parseDate(item); ok {
			w.holidays = append(w.holidays, d)
		} else if known := calendarsOf[item.text()]; known != nil {
			w.feasts = append(w.feasts, known)
		} else {
			item.wrong("%q is neither a date such as 12-25 or 2026-12-25 nor one of the calendars %s", item.text(), calendarNames())
		}
	}
	if w.days == ([7]span{}) {
		n.wrong("is closed every day: what it binds would never go out")
	}
	return w
}

func (w *window) feast(local time.Time) bool {
	return slices.ContainsFunc(w.feasts, func(f *feasts) bool { return f.on(local) }) ||
		slices.ContainsFunc(w.holidays, func(d civil) bool { return d.is(local) })
}

// open is from when until when the window is open on the day of a moment; zero
// times on a day without.
func (w *window) open(local time.Time) (from, until time.Time) {
	s := w.days[local.Weekday()]
	if s.until == 0 || w.feast(local) {
		return time.Time{}, time.Time{}
	}
	return s.on(local)
}

// day is noon some days after a moment: the hour that every day has.
func day(local time.Time, days int) time.Time {
	return time.Date(local.Year(), local.Month(), local.Day()+days, 12, 0, 0, 0, local.Location())
}

// opens is the first moment from one on at which the window is open; zero where
// none is within two months.
func (w *window) opens(at time.Time, zone *time.Location) time.Time {
	local := at.In(zone)
	for ahead := range maxClosed {
		switch from, until := w.open(day(local, ahead)); {
		case from.IsZero():
		case at.Before(from):
			return from
		case at.Before(until):
			return at
		}
	}
	return time.Time{}
}

// shut is the last moment until one at which the window was open; zero where it
// was not within two months.
func (w *window) shut(at time.Time, zone *time.Location) time.Time {
	local := at.In(zone)
	for back := range maxClosed {
		switch from, until := w.open(day(local, -back)); {
		case from.IsZero():
		case !at.Before(until):
			return until
		case at.After(from):
			return at
		}
	}
	return time.Time{}
}

// daylight are the windows that bind something in a place, and the zones in which
// all of them have to be open.
type daylight struct {
	windows []window
	what    saying
	zones   []*time.Location
}

// each asks every window that binds, in every zone, until one says no.
func (d *daylight) each(ask func(*window, *time.Location) bool) bool {
	for i := range d.windows {
		w := &d.windows[i]
		if !slices.Contains(w.binds, d.what) {
			continue
		}
		for _, zone := range d.zones {
			if !ask(w, zone) {
				return false
			}
		}
	}
	return true
}

// isOpen reports whether all of them are open.
func (d *daylight) isOpen(at time.Time) bool {
	return d.each(func(w *window, zone *time.Location) bool {
		from, until := w.open(at.In(zone))
		return !from.IsZero() && !at.Before(from) && at.Before(until)
	})
}

// opens is the first moment from one on at which all are open; zero: none is found.
func (d *daylight) opens(at time.Time) time.Time {
	return d.settle(at, func(w *window, zone *time.Location, at time.Time) time.Time { return w.opens(at, zone) })
}

// shut is the last moment until one at which all were open; zero: none is found.
func (d *daylight) shut(at time.Time) time.Time {
	return d.settle(at, func(w *window, zone *time.Location, at time.Time) time.Time { return w.shut(at, zone) })
}

// settle moves a moment from window to window until none moves it any more.
func (d *daylight) settle(at time.Time, move func(*window, *time.Location, time.Time) time.Time) time.Time {
	for range maxTurns {
		before := at
		d.each(func(w *window, zone *time.Location) bool {
			at = move(w, zone, at)
			return !at.IsZero()
		})
		if at.IsZero() || at.Equal(before) {
			return at
		}
	}
	return time.Time{}
}

// closes is when the first of them closes that are open at a moment.
func (d *daylight) closes(at time.Time) time.Time {
	var first time.Time
	d.each(func(w *window, zone *time.Location) bool {
		if _, until := w.open(at.In(zone)); first.IsZero() || until.Before(first) {
			first = until
		}
		return true
	})
	return first
}

// released is when something that a closed window holds goes out: what waited
// for less of the closed time goes first, a little apart from what waited as
// long, and all of it within the spread.
func (d *daylight) released(opening, since time.Time, spread, jitter time.Duration, seed uint64) time.Time {
	most := min(spread, d.closes(opening).Sub(opening)/2)
	if most <= 0 {
		return opening
	}
	apart := min(jitter, most)
	after := time.Duration(0)
	if closing := d.shut(opening.Add(-time.Nanosecond)); !closing.IsZero() && closing.Before(opening) {
		held := max(opening.Sub(latest(since, closing)), 0)
		after = time.Duration(float64(most-apart) * float64(held) / float64(opening.Sub(closing)))
	}
	if apart > 0 {
		after += time.Duration(seed % uint64(apart))
	}
	return opening.Add(after.Truncate(time.Second))
}

// hoursAt is the wait for the hour at which something may be said; no rule where
// it may be said at that moment.
func (g *gate) hoursAt(at time.Time) Verdict {
	if g.p.Purpose != Marketing && g.awake(at) {
		return Verdict{}
	}
	d := g.daylight()
	if d.isOpen(at) {
		return Verdict{}
	}
	w := g.where()
	v := Verdict{Rule: "hours." + Rule(strings.ToLower(w.key)), Waits: "hours", Why: "it is not the hour for it where the customer is"}
	v.Inputs = map[string]string{"what": string(d.what), "place": w.key, "by": w.by, "local": at.In(d.zones[0]).Format("Mon 2006-01-02 15:04 MST"), "zones": w.zoneNames()}
	if d.what == sayTransactional && g.rulesOf(sayOrder, w) {
		v.Why += "; what cannot wait names its order"
	}
	opening := d.opens(at)
	if opening.IsZero() {
		v.Waits, v.Code, v.Why = "", "expired", "its window does not open within two months"
		return v
	}
	v.At = d.released(opening, latest(g.p.Requested, g.p.SendAt), g.gate.spread, g.gate.jitter, g.seed()).UTC()
	v.Inputs["opens"] = opening.In(d.zones[0]).Format("Mon 2006-01-02 15:04 MST")
	return v
}

// rulesOf reports that a place is less strict with something.
func (g *gate) rulesOf(what saying, w *where) bool {
	return !slices.ContainsFunc(ruleAt(g.gate.windows, w.country, w.region), func(x window) bool { return slices.Contains(x.binds, what) })
}

// awake reports a customer who has just written themselves.
func (g *gate) awake(at time.Time) bool {
	since := at.Sub(g.c.WroteAt) // by the carrier's clock, which may be a little ahead
	return !g.c.WroteAt.IsZero() && since >= -clocks && since <= g.gate.awake
}

func (g *gate) daylight() *daylight {
	if g.light == nil {
		w := g.where()
		g.light = &daylight{windows: ruleAt(g.gate.windows, w.country, w.region), what: g.p.saysWhat(), zones: w.zones}
	}
	return g.light
}

// seed tells the prompts of a night apart, always alike.
func (g *gate) seed() uint64 {
	sum := uint64(14695981039346656037) // FNV-1a
	for _, s := range [...]string{string(g.c.Customer.ID), "\x00", cmp.Or(g.p.ID, g.p.Text)} {
		for i := 0; i < len(s); i++ {
			sum = (sum ^ uint64(s[i])) * 1099511628211
		}
	}
	return sum
}
