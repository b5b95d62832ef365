package conversation

import (
	"slices"
	"strings"
	"time"
)

// hours are when people answer, in the brand's time zone.
type hours struct {
	days     [7]span // by time.Weekday
	holidays []civil // without anybody
	say      map[string]*template
}

// span is a part of a day, in minutes from midnight; empty: closed.
type span struct{ from, until int }

// parseSpan reads "09:00-18:00"; a day ends at 24:00.
func parseSpan(n node) span {
	text := n.text()
	a, b, _ := strings.Cut(text, "-")
	from, err := time.Parse("15:04", a)
	s := span{from: from.Hour()*60 + from.Minute(), until: 24 * 60}
	if err == nil && b != "24:00" {
		var until time.Time
		until, err = time.Parse("15:04", b)
		s.until = until.Hour()*60 + until.Minute()
	}
	if err != nil || s.until <= s.from {
		n.wrong("%q is not hours such as 09:00-18:00", text)
		return span{}
	}
	return s
}

// on is the span on the day of a moment; zero times where it is empty.
func (s span) on(day time.Time) (from, until time.Time) {
	if s.until == 0 {
		return time.Time{}, time.Time{}
	}
	return time.Date(day.Year(), day.Month(), day.Day(), s.from/60, s.from%60, 0, 0, day.Location()),
		time.Date(day.Year(), day.Month(), day.Day(), s.until/60, s.until%60, 0, 0, day.Location())
}

// civil is a date, of every year where year is 0.
type civil struct {
	year  int
	month time.Month
	day   int
}

// parseDate reads "2026-12-25", or "12-25" for every year.
func parseDate(n node) (civil, bool) {
	text := n.text()
	if at, err := time.Parse("2006-01-02", text); err == nil {
		return civil{at.Year(), at.Month(), at.Day()}, true
	}
	if at, err := time.Parse("2006-01-02", "2024-"+text); err == nil {
		return civil{0, at.Month(), at.Day()}, true
	}
	return civil{}, false
}

func (d civil) is(at time.Time) bool {
	year, month, day := at.Date()
	return d.day == day && d.month == month && (d.year == 0 || d.year == year)
}

var weekdays = [...]string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

func parseHours(n node) hours {
	var h hours
	f := n.fields(append([]string{"say", "holidays"}, weekdays[:]...)...)
	for i, name := range weekdays {
		if f[name].absent() {
			continue
		}
		h.days[i] = parseSpan(f[name])
	}
	for _, item := range f["holidays"].items() {
		d, ok := parseDate(item)
		if !ok {
			item.wrong("%q is not a date such as 2026-12-25 or 12-25", item.text())
			continue
		}
		h.holidays = append(h.holidays, d)
	}
	h.say = map[string]*template{}
	for _, m := range f["say"].members() {
		t, err := parseTemplate(m.text(), always)
		if err != nil {
			m.wrong("%v", err)
			continue
		}
		h.say[m.key] = &t
	}
	return h
}

func (h *hours) text(language string) string {
	if t := h.say[language]; t != nil {
		return t.render(func(string) string { return "" })
	}
	return ""
}

// at reports whether somebody is there, and if not, when the next day begins
// on which somebody is: zero when nobody ever is.
func (h *hours) at(local time.Time) (open bool, opens time.Time) {
	for ahead := range 15 {
		start, end := h.day(local.AddDate(0, 0, ahead))
		switch {
		case end.IsZero():
		case local.Before(start):
			return false, start
		case local.Before(end):
			return true, time.Time{}
		}
	}
	return false, time.Time{}
}

// day is when somebody is there on a day; zero times when nobody is.
func (h *hours) day(day time.Time) (from, until time.Time) {
	if h.holiday(day) {
		return time.Time{}, time.Time{}
	}
	return h.days[day.Weekday()].on(day)
}

// holiday reports a date without anybody, whatever the day of the week.
func (h *hours) holiday(day time.Time) bool {
	return slices.ContainsFunc(h.holidays, func(d civil) bool { return d.is(day) })
}
