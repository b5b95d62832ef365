package conversation

import (
	"fmt"
	"strings"
	"time"
)

// An oracle says what forbids marketing, written from facts/compliance.md and
// not from the gate: by the wall clock's digits, by counting, by the calendar of
// the almanac. It knows only the places that the properties draw from.

// forbids lists all that forbids a marketing prompt at a moment.
func forbids(c *Conversation, p *Prompt, r Route, now time.Time) (why []string) {
	say := func(format string, args ...any) { why = append(why, fmt.Sprintf(format, args...)) }
	person := c.Customer
	agreed := false
	for _, s := range person.Consents {
		if s.Medium == r.Medium && s.Purpose == "marketing" {
			agreed = s.State == "given"
		}
	}
	if !agreed {
		say("no consent on %s", r.Medium)
	}
	if person.Silenced || person.Suspended || person.Detached {
		say("silenced %v, suspended %v, detached %v", person.Silenced, person.Suspended, person.Detached)
	}
	for _, m := range person.Invalid {
		if m == r.Medium {
			say("invalid on %s", m)
		}
	}
	if c.State == "awaiting_agent" || c.State == "with_agent" {
		say("people have it: %s", c.State)
	}
	if d := c.Desk; d != nil && (d.Status != "resolved" || now.Sub(d.Closed) < 168*time.Hour) {
		say("people see to it: %s, closed %s", d.Status, d.Closed)
	}
	for _, x := range person.Returns {
		age := now.Sub(x.Changed).Hours() / 24
		if x.Status == "refunded" && age < 7 || x.Status != "refunded" && age < 30 {
			say("a return, %s %.1f days ago", x.Status, age)
		}
	}
	for _, o := range person.Orders {
		age := now.Sub(o.Changed).Hours() / 24
		switch o.Status {
		case "refunded":
			if age < 7 {
				say("refunded %.1f days ago", age)
			}
		case "delivery_missed":
			if age < 30 {
				say("missed %.1f days ago", age)
			}
		case "delivered":
			if tardy := !o.Expected.IsZero() && o.Changed.Sub(o.Expected) > 24*time.Hour; (tardy || !o.Missed.IsZero()) && age < 7 {
				say("delivered after trouble %.1f days ago", age)
			}
		case "placed", "shipped", "out_for_delivery":
			overdue := !o.Expected.IsZero() && now.Sub(o.Expected) >= 24*time.Hour
			if quiet := min(age, now.Sub(o.Expected).Hours()/24); overdue && quiet < 30 {
				say("missing since %s", o.Expected)
			}
		}
	}
	day, week, cart, gifts := 0, 0, 0, 0
	promised := map[string]int{}
	for _, x := range person.Touches {
		hours := now.Sub(x.At).Hours()
		if x.Purpose == "marketing" {
			if hours < 24 {
				day++
			}
			if hours < 24*7 {
				week++
			}
			for per, span := range map[string]float64{"day": 24, "week": 24 * 7, "month": 24 * 31} {
				if hours < span {
					promised[per]++
				}
			}
		}
		if p.Cart != "" && x.Cart == p.Cart {
			cart++
		}
		if x.Incentive && hours < 24*90 {
			gifts++
		}
	}
	us := strings.HasPrefix(oraclePlace(&person), "US")
	if day >= 1 || week >= 2 {
		say("%d today, %d this week", day, week)
	}
	if cart >= 3 || us && cart >= 1 {
		say("%d of the cart", cart)
	}
	if k := person.Cart; us && p.Cart != "" && k != nil && k.ID == p.Cart && now.Sub(k.Updated).Hours() >= 48 {
		say("a cart of %s", k.Updated)
	}
	if p.Incentive && gifts > 0 {
		say("%d incentives", gifts)
	}
	for _, s := range person.Consents {
		if s.Medium == r.Medium && s.Purpose == "marketing" && s.Promise != nil && promised[s.Promise.Per] >= s.Promise.Messages {
			say("%d of %d promised a %s", promised[s.Promise.Per], s.Promise.Messages, s.Promise.Per)
		}
	}
	if p.Cart != "" && !person.CartAt.IsZero() && (person.Cart == nil || person.Cart.ID != p.Cart || person.Cart.Updated.After(p.Requested)) {
		say("the cart is another: %+v", person.Cart)
	}
	if p.Opens == "cart" || p.Opens == "review" || p.Opens == "reorder" || p.Opens == "preference" {
		for _, q := range c.Questions {
			if now.Before(q.Expires) {
				say("a question is open until %s", q.Expires)
			}
		}
	}
	if !p.Expires.IsZero() && !now.Before(p.Expires) || now.Before(p.SendAt) {
		say("expires %s, not before %s", p.Expires, p.SendAt)
	}
	for _, zone := range oracleZones(&person) {
		if local := clock(now, zone); !daytime(oraclePlace(&person), local) {
			say("%s in %s", local.Format("Mon 2006-01-02 15:04"), zone)
		}
	}
	return why
}

// oraclePlace and oracleZones are where a drawn customer is: the properties draw
// either a shop's country or a number's place, and one or two clocks.
func oraclePlace(c *Customer) string {
	if c.Country != "" {
		return strings.Trim(c.Country+"-"+c.Region, "-")
	}
	return strings.Trim(c.Place.Country+"-"+c.Place.Region, "-")
}

func oracleZones(c *Customer) []string {
	if c.Timezone != "" {
		return []string{c.Timezone}
	}
	return c.Place.Zones
}

func clock(now time.Time, zone string) time.Time {
	l, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	return now.In(l)
}

// daytime reads the wall clock.
func daytime(place string, local time.Time) bool {
	hhmm := local.Format("1504")
	within := func(from, until string) bool { return hhmm >= from && hhmm < until }
	weekday := local.Format("Mon")
	switch place {
	case "FR":
		return weekday != "Sun" && !closedInFrance(local) && within("0800", "2000")
	case "US-FL", "US-OK", "US-MD":
		return within("0800", "2000")
	case "US-CT":
		return within("0900", "2000")
	case "US-TX":
		if weekday == "Sun" {
			return within("1200", "2100")
		}
		return within("0900", "2100")
	case "US-RI":
		if weekday == "Sat" || weekday == "Sun" {
			return within("1000", "1700")
		}
		return within("0900", "1800")
	}
	return within("0800", "2100")
}

// closedInFrance looks into the almanac: the eleven public holidays, those after
// Easter by the date of Easter.
func closedInFrance(local time.Time) bool {
	switch local.Format("01-02") {
	case "01-01", "05-01", "05-08", "07-14", "08-15", "11-01", "11-11", "12-25":
		return true
	}
	easter := map[int]string{2025: "04-20", 2026: "04-05", 2027: "03-28", 2028: "04-16", 2029: "04-01"}[local.Year()]
	sunday, err := time.Parse("2006-01-02", fmt.Sprintf("%d-%s", local.Year(), easter))
	if err != nil {
		panic(err) // the properties stay within these years
	}
	after := sunday
	for days := range 51 {
		if days == 1 || days == 39 || days == 50 {
			if local.Format("2006-01-02") == after.Format("2006-01-02") {
				return true
			}
		}
		after = after.AddDate(0, 0, 1)
	}
	return false
}
