package conversation

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// money writes an amount as the language does: "149,90 €", "€149.90". The
// space before € is a plain one: a no-break space makes a GSM-7 text UCS-2.
func (t *turn) money(m Money) string {
	sign := map[string]string{"EUR": "€", "USD": "$", "GBP": "£"}[m.Currency]
	digits := fmt.Sprintf("%d.%02d", m.Amount/100, abs(m.Amount)%100)
	switch {
	case t.lang == "en" && sign != "":
		return sign + digits
	case t.lang == "en":
		return digits + " " + m.Currency
	case sign == "":
		sign = m.Currency
	}
	return strings.Replace(digits, ".", ",", 1) + " " + sign
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

// points writes a whole number in groups of three.
func (t *turn) points(n int64) string {
	digits := strconv.FormatInt(n, 10)
	if len(digits) <= 4 {
		return digits
	}
	separator := " "
	if t.lang == "en" {
		separator = ","
	}
	head := len(digits) % 3
	groups := []string{}
	if head > 0 {
		groups = append(groups, digits[:head])
	}
	for i := head; i < len(digits); i += 3 {
		groups = append(groups, digits[i:i+3])
	}
	return strings.Join(groups, separator)
}

var (
	daysFR   = [...]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}
	monthsFR = [...]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}
)

// day writes a date as people say it, with the hour where it has one:
// "mardi 24 novembre", "lundi 23 novembre à 9 h".
func (t *turn) day(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	if l, err := t.zone(t.brand.Timezone); err == nil {
		at = at.In(l)
	}
	hour := at.Hour() != 0 || at.Minute() != 0
	if t.lang != "fr" {
		text := at.Format("Monday 2 January")
		if hour {
			text += at.Format(" at 15:04")
		}
		return text
	}
	text := fmt.Sprintf("%s %d %s", daysFR[at.Weekday()], at.Day(), monthsFR[at.Month()-1])
	if at.Day() == 1 {
		text = fmt.Sprintf("%s 1er %s", daysFR[at.Weekday()], monthsFR[at.Month()-1])
	}
	switch {
	case hour && at.Minute() == 0:
		text += fmt.Sprintf(" à %d h", at.Hour())
	case hour:
		text += fmt.Sprintf(" à %d h %02d", at.Hour(), at.Minute())
	}
	return text
}

// date is a day without its hour.
func (t *turn) date(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	if l, err := t.zone(t.brand.Timezone); err == nil {
		at = at.In(l)
	}
	return t.day(time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, at.Location()))
}

// lines sums up articles: "2 x Capsules Ondine, Tasse".
func lines(list []Line) string {
	names := make([]string, 0, len(list))
	for i, l := range list {
		if i == 3 {
			names = append(names, "…")
			break
		}
		name := cutRunes(l.Name, 40)
		if l.Quantity > 1 {
			name = strconv.Itoa(l.Quantity) + " x " + name
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}
