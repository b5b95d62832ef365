package conversation

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawn is a customer, a prompt and a moment.
type drawn struct {
	c   Conversation
	p   Prompt
	r   Route
	now time.Time
}

// somewhere are places that the oracle knows.
var somewhere = []Place{
	{Country: "FR", Zones: []string{"Europe/Paris"}},
	{Country: "DE", Zones: []string{"Europe/Berlin"}},
	{Country: "PT", Zones: []string{"Europe/Lisbon", "Atlantic/Azores"}},
	{Country: "US", Region: "NY", Zones: []string{"America/New_York"}},
	{Country: "US", Region: "TX", Zones: []string{"America/Chicago", "America/Denver"}},
	{Country: "US", Region: "RI", Zones: []string{"America/New_York"}},
	{Country: "US", Region: "FL", Zones: []string{"America/New_York", "America/Chicago"}},
	{Country: "US", Region: "CT", Zones: []string{"America/New_York"}},
	{Country: "US", Region: "ID", Zones: []string{"America/Boise", "America/Los_Angeles"}},
	{Country: "JP", Zones: []string{"Asia/Tokyo"}},
}

func draw(t *rapid.T) drawn {
	d := drawn{now: drawMoment(t), c: Begin("lumen", CustomerID(rapid.SampledFrom([]string{"c1", "c2"}).Draw(t, "customer")))}
	rare := rapid.SampledFrom([]int{1, 6}).Draw(t, "rare") // a customer with everything at once, or with one thing
	often := func(name string, most int) bool { return rapid.IntRange(1, most*rare).Draw(t, name) == 1 }
	ago := func(name string, most time.Duration) time.Time {
		return d.now.Add(-time.Duration(rapid.Int64Range(0, int64(most/time.Minute)).Draw(t, name)) * time.Minute)
	}
	const daily = 24 * time.Hour
	c := &d.c.Customer
	d.r = Route{Channel: "lumen-sms", Medium: SMS}
	if often("on WhatsApp", 6) {
		d.r = Route{Channel: "lumen-whatsapp", Medium: WhatsApp, Contents: true}
		d.c.Medium, d.c.WroteAt = WhatsApp, ago("wrote", 2*daily)
	}
	place := rapid.SampledFrom(somewhere).Draw(t, "place")
	if c.Place = place; often("the shop knows", 3) {
		c.Country, c.Region, c.Timezone = place.Country, place.Region, place.Zones[0]
	}
	d.p = Prompt{ID: "p1", Purpose: Marketing, Text: "Bonjour", To: "+33612345678", Requested: ago("requested", 4*daily), Place: place}
	if often("transactional", 5) {
		d.p.Purpose = Transactional
	}
	if often("opens", 2) {
		d.p.Opens = rapid.SampledFrom([]Dialogue{CartDialogue, ReviewDialogue, ReorderDialogue, PreferenceDialogue, StatusDialogue, NoDialogue}).Draw(t, "dialogue")
	}
	if often("of a cart", 3) {
		d.p.Cart = "k1"
		if often("the shop tells of carts", 2) {
			c.Cart = &Cart{ID: rapid.SampledFrom([]string{"k1", "k1", "k1", "k2"}).Draw(t, "cart"), Updated: ago("cart updated", 4*daily)}
			if c.CartAt = c.Cart.Updated; often("bought", 5) {
				c.Cart = nil
			}
		}
	}
	d.p.Incentive = often("incentive", 4)
	if often("send_at", 6) {
		d.p.SendAt = ago("send_at", daily).Add(daily / 2)
	}
	if often("expires", 2) {
		d.p.Expires = ago("expires", 8*daily).Add(7 * daily)
	}
	if often("of an order", 6) {
		d.p.Order = "o1"
	}
	for _, m := range []Medium{SMS, WhatsApp} {
		if often("no consent on "+string(m), 8) {
			continue
		}
		s := Standing{Medium: m, Purpose: Marketing, State: Given, At: ago("consent", 90*daily)}
		if often("withdrawn", 10) {
			s.State = Withdrawn
		}
		if often("promise", 3) {
			s.Promise = &Promise{Messages: rapid.IntRange(1, 4).Draw(t, "messages"), Per: rapid.SampledFrom([]string{"day", "week", "month"}).Draw(t, "per")}
		}
		c.Consents = append(c.Consents, s)
	}
	c.Silenced, c.Suspended, c.Detached = often("silenced", 20), often("suspended", 20), often("detached", 20)
	if often("invalid", 20) {
		c.Invalid = []Medium{rapid.SampledFrom([]Medium{SMS, WhatsApp}).Draw(t, "on")}
	}
	if often("state", 3) {
		d.c.State = rapid.SampledFrom([]State{AskingPreference, WithAgent, AwaitingAgent}).Draw(t, "in")
	}
	if often("desk", 5) {
		d.c.Desk = &Desk{Status: rapid.SampledFrom([]DeskStatus{DeskResolved, DeskResolved, DeskSnoozed}).Draw(t, "status"), Closed: ago("closed", 10*daily)}
	}
	if often("question", 4) {
		at := ago("asked", 2*daily)
		d.c.Questions = []Question{{ID: "q1", Dialogue: PreferenceDialogue, AskedAt: at, Expires: at.Add(daily)}}
	}
	for range rapid.IntRange(0, 3/rare).Draw(t, "touches") {
		x := Touch{Purpose: rapid.SampledFrom([]Purpose{Marketing, Transactional}).Draw(t, "of"), At: ago("touched", 10*daily)}
		if often("far", 3) {
			x.At = ago("long ago", 120*daily)
		}
		if often("its cart", 3) {
			x.Cart = "k1"
		}
		x.Incentive = often("gave", 4)
		c.Touches = append(c.Touches, x)
	}
	if often("order", 3) {
		o := Order{ID: "o1", Number: "LU-1", Status: rapid.SampledFrom([]string{"placed", "shipped", "out_for_delivery", "delivery_missed", "delivered", "cancelled", "refunded"}).Draw(t, "order"), Changed: ago("changed", 40*daily)}
		if o.Placed = o.Changed; often("expected", 2) {
			o.Expected = ago("expected on", 40*daily)
		}
		if often("missed", 4) {
			o.Missed = o.Changed
		}
		c.Orders = []Order{o}
	}
	if often("return", 6) {
		c.Returns = []Return{{ID: "r1", Order: "o1", Status: rapid.SampledFrom([]string{"requested", "received", "refunded"}).Draw(t, "return"), Changed: ago("returned", 40*daily)}}
	}
	if often("accepted", 4) {
		d.c.Prompts = []Pending{{Prompt: d.p, Status: PromptHeld, Since: d.p.Requested}}
	}
	return d
}

// drawMoment is a moment of three years, often near the hour at which something
// begins or ends, and often by day.
func drawMoment(t *rapid.T) time.Time {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	at := start.Add(time.Duration(rapid.IntRange(0, 3*365*24-1).Draw(t, "hour")) * time.Hour)
	return at.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 1, 29, 30, 59}).Draw(t, "minute")) * time.Minute)
}

// The gate reads its arguments alone and leaves them as they are.
func TestTheGateIsPure(t *testing.T) {
	s := defaultScript(t)
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		shape := func() string {
			text, err := json.Marshal([]any{d.c, d.c.Customer, d.c.State, d.p, d.r})
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		before := shape()
		first := fmt.Sprintf("%+v", s.Gate(&d.c, &d.p, d.r, d.now))
		other := draw(t)
		s.Gate(&other.c, &other.p, other.r, other.now)
		if again := fmt.Sprintf("%+v", s.Gate(&d.c, &d.p, d.r, d.now)); again != first {
			t.Fatalf("first %s\nthen  %s", first, again)
		}
		if after := shape(); after != before {
			t.Fatalf("the gate changed its arguments:\n%s\n%s", before, after)
		}
	})
}

// Whenever the gate opens for marketing, nothing that the law, the carriers or
// this project forbid is true; and what is forbidden for good does not wait.
func TestNothingForbiddenPassesTheGate(t *testing.T) {
	s := defaultScript(t)
	opened, refused, waited := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		d.p.Purpose = Marketing
		v := s.Gate(&d.c, &d.p, d.r, d.now)
		why := forbids(&d.c, &d.p, d.r, d.now)
		switch {
		case v.Open():
			opened++
			if len(why) > 0 {
				t.Fatalf("open at %s although: %q\n%+v\n%+v", d.now, why, d.c.Customer, d.p)
			}
			if m := (Message{Channel: d.r.Channel, Medium: d.r.Medium, Purpose: Marketing, Prompt: "p1", Text: "Bonjour"}); len(d.c.Prompts) > 0 {
				if again := s.Again(d.c, m, d.now); !again.Open() {
					t.Fatalf("the second gate says %+v where the first is open", again)
				}
			}
		case v.Code != "":
			refused++
		default:
			waited++
			c := &d.c.Customer
			if c.Silenced || c.Detached || c.Suspended || c.Consent(d.r.Medium, Marketing) != Given {
				t.Fatalf("waits (%s) for what is refused: %q", v.Rule, why)
			}
		}
	})
	t.Logf("%d open, %d refused, %d wait", opened, refused, waited)
}

// What waits until a moment waits for no moment that is past, for none when it
// is over, and at that moment its rule holds no more.
func TestWhatWaitsIsLetGoAtItsMoment(t *testing.T) {
	s := defaultScript(t)
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		v := s.Gate(&d.c, &d.p, d.r, d.now)
		if v.Waits == "" || v.At.IsZero() {
			if v.Waits == "" && !v.At.IsZero() {
				t.Fatalf("%s has a moment", v.Rule)
			}
			return
		}
		if !v.At.After(d.now) || !d.p.Expires.IsZero() && !v.At.Before(d.p.Expires) {
			t.Fatalf("at %s it waits until %s, its end is %s", d.now, v.At, d.p.Expires)
		}
		waiting := Pending{Prompt: d.p, Status: PromptHeld, Since: d.now, Verdict: v}
		if v.Waits == "agent" {
			waiting.Status = PromptShown
		}
		d.c.Prompts = []Pending{waiting}
		then := s.Gate(&d.c, &d.p, d.r, v.At)
		if then.Rule == v.Rule {
			t.Fatalf("at %s %s holds until %s, and holds then until %s", d.now, v.Rule, v.At, then.At)
		}
		if then.Waits == "hours" || then.Waits == "cap" || then.Waits == "send_at" {
			t.Fatalf("at %s it waits until %s by %s, and then by %s: one moment was enough", d.now, v.At, v.Rule, then.Rule)
		}
	})
}

// The first moment at which windows are open is the first: no minute before it is.
func TestAWindowOpensAtItsFirstMinute(t *testing.T) {
	s := defaultScript(t)
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		g := gate{Script: s, c: &d.c, p: &d.p, r: d.r, now: d.now}
		light := g.daylight()
		opens, shut := light.opens(d.now), light.shut(d.now)
		if opens.IsZero() || !light.isOpen(opens) || opens.Before(d.now) {
			t.Fatalf("from %s on it opens at %s", d.now, opens)
		}
		for at := d.now; at.Before(opens); at = at.Add(time.Minute) {
			if light.isOpen(at) {
				t.Fatalf("from %s on it opens at %s, but %s is open", d.now, opens, at)
			}
		}
		if shut.IsZero() || shut.After(d.now) || !light.isOpen(shut.Add(-time.Nanosecond)) {
			t.Fatalf("until %s it was open until %s", d.now, shut)
		}
		for at := d.now.Add(-time.Nanosecond); at.After(shut); at = at.Add(-time.Minute) {
			if light.isOpen(at) {
				t.Fatalf("until %s it was open until %s, but %s is open", d.now, shut, at)
			}
		}
		released := light.released(opens, d.p.Requested, s.gate.spread, s.gate.jitter, g.seed())
		if released.Before(opens) || released.After(opens.Add(s.gate.spread)) || !light.isOpen(released) {
			t.Fatalf("open at %s, released at %s", opens, released)
		}
	})
}
