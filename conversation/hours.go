package conversation

import (
	"fmt"
	"slices"
	"time"
)

// hours are when people answer, in the brand's time zone.
type hours struct {
	days     [7]span  // by time.Weekday
	holidays []string // dates without anybody, "2026-12-25", or "12-25" for every year
	say      map[string]*template
}

// span is a part of a day, in minutes from midnight; empty: closed.
type span struct{ from, until int }

var weekdays = [...]string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

func parseHours(n node) hours {
	var h hours
	f := n.fields(append([]string{"say", "holidays"}, weekdays[:]...)...)
	for i, name := range weekdays {
		if f[name].absent() {
			continue
		}
		var from, until time.Time
		text := f[name].text()
		var a, b string
		_, err := fmt.Sscanf(text, "%5s-%5s", &a, &b)
		if err == nil {
			from, err = time.Parse("15:04", a)
		}
		if err == nil {
			until, err = time.Parse("15:04", b)
		}
		if err != nil || !until.After(from) {
			f[name].wrong("%q is not hours such as 09:00-18:00", text)
			continue
		}
		h.days[i] = span{from.Hour()*60 + from.Minute(), until.Hour()*60 + until.Minute()}
	}
	for _, item := range f["holidays"].items() {
		date := item.text()
		if _, err := time.Parse("2006-01-02", date); err != nil {
			if _, err := time.Parse("2006-01-02", "2024-"+date); err != nil {
				item.wrong("%q is not a date such as 2026-12-25 or 12-25", date)
				continue
			}
		}
		h.holidays = append(h.holidays, date)
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
	s := h.days[day.Weekday()]
	if s.until == 0 || h.holiday(day) {
		return time.Time{}, time.Time{}
	}
	return time.Date(day.Year(), day.Month(), day.Day(), s.from/60, s.from%60, 0, 0, day.Location()),
		time.Date(day.Year(), day.Month(), day.Day(), s.until/60, s.until%60, 0, 0, day.Location())
}

// holiday reports a date without anybody, whatever the day of the week.
func (h *hours) holiday(day time.Time) bool {
	return slices.Contains(h.holidays, day.Format("2006-01-02")) || slices.Contains(h.holidays, day.Format("01-02"))
}
