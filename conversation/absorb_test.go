package conversation

import (
	"reflect"
	"slices"
	"testing"
	"time"
)

func TestTheDialogueThatIsUnderWayGoesOn(t *testing.T) {
	open := &Desk{Status: DeskAssigned, Owner: "theo", Priority: Normal}
	urgent := &Desk{Status: DeskQueued, Priority: Urgent}
	closed := &Desk{Status: DeskResolved, Owner: "lea", Priority: Normal}
	asking := Conversation{State: AskingCart, Questions: []Question{{ID: "q1"}}, Slots: map[string]string{"cart": "c1"}, Script: "s1"}
	for name, c := range map[string]struct {
		mine, other Conversation
		state       State
		desk        *Desk
		theirs      bool
	}{
		"nothing is under way":                {Conversation{State: Idle}, Conversation{State: Idle}, Idle, nil, false},
		"a question was asked there":          {Conversation{State: Idle}, asking, AskingCart, nil, true},
		"a question was asked here as well":   {Conversation{State: ChoosingOrder}, asking, ChoosingOrder, nil, false},
		"an agent has the other":              {asking, Conversation{State: WithAgent, Desk: open}, WithAgent, open, true},
		"an agent has this one":               {Conversation{State: WithAgent, Desk: open}, asking, WithAgent, open, false},
		"an agent had this one":               {Conversation{State: Idle, Desk: closed}, Conversation{State: WithAgent, Desk: open}, WithAgent, open, true},
		"an agent had the other":              {Conversation{State: Idle}, Conversation{State: Idle, Desk: closed}, Idle, closed, false},
		"the other waits, and it is urgent":   {Conversation{State: WithAgent, Desk: open}, Conversation{State: AwaitingAgent, Desk: urgent}, WithAgent, &Desk{Status: DeskAssigned, Owner: "theo", Priority: Urgent}, false},
		"both are with people, equally quiet": {Conversation{State: AwaitingAgent, Desk: urgent}, Conversation{State: WithAgent, Desk: open}, AwaitingAgent, urgent, false},
	} {
		t.Run(name, func(t *testing.T) {
			mine, other := c.mine, c.other
			theirs := mine.Absorb(&other, never)
			if theirs != c.theirs || mine.State != c.state || !reflect.DeepEqual(mine.Desk, c.desk) {
				t.Errorf("theirs %v, %s, %+v", theirs, mine.State, mine.Desk)
			}
			if theirs && !reflect.DeepEqual(mine.Questions, other.Questions) {
				t.Errorf("questions: %+v", mine.Questions)
			}
		})
	}
	if open.Priority != Normal {
		t.Error("a desk that somebody else reads was changed")
	}
}

func never(Medium, Purpose) time.Time { return time.Time{} }

func TestWhatOneLacksIsTheOthers(t *testing.T) {
	day := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	points := int64(120)
	mine := Conversation{State: Idle, Version: 4, Epoch: 2, Channel: "lumen-sms", Medium: SMS, Address: "+33612345678", WroteAt: day,
		Customer: Customer{ID: "a", Phone: "+33612345678", First: "Ana", Accounts: []string{"c-2"}, Tags: []string{"vip"},
			Orders: []Order{{ID: "o1", Status: "shipped", Placed: day}}, Preferences: map[string]string{"size": "m"},
			Touches: []Touch{{Prompt: "p2", At: day}}},
		Reach: []Reach{{Medium: SMS, Channel: "lumen-sms", WroteAt: day}}}
	other := Conversation{State: Idle, Version: 9, Epoch: 1, Said: 9, Channel: "lumen-wa", Medium: WhatsApp, Address: "lid:1", WroteAt: day.Add(time.Hour), Disclosed: true, Prompted: Marketing,
		Customer: Customer{ID: "b", First: "Anita", Last: "Lopes", Language: "fr", Accounts: []string{"c-1", "c-2"}, Tags: []string{"vip", "new"}, VIP: true, Points: &points,
			Orders: []Order{{ID: "o1", Status: "placed", Placed: day}, {ID: "o2", Placed: day.Add(time.Hour)}}, Preferences: map[string]string{"size": "s", "colour": "blue"},
			Touches:  []Touch{{Prompt: "p1", At: day.Add(-time.Hour)}},
			Consents: []Standing{{Medium: WhatsApp, Purpose: Marketing, State: Given, At: day}}},
		Reach:   []Reach{{Medium: WhatsApp, Channel: "lumen-wa", Address: "lid:1", WroteAt: day}},
		Prompts: []Pending{{Prompt: Prompt{ID: "p9"}}}}
	mine.Absorb(&other, never)
	c := mine.Customer
	if c.ID != "a" || c.First != "Ana" || c.Last != "Lopes" || c.Language != "fr" || !c.VIP || *c.Points != 120 {
		t.Errorf("customer: %+v", c)
	}
	if !slices.Equal(c.Accounts, []string{"c-1", "c-2"}) || !slices.Equal(c.Tags, []string{"vip", "new"}) || c.Preferences["size"] != "m" || c.Preferences["colour"] != "blue" {
		t.Errorf("lists: %v %v %v", c.Accounts, c.Tags, c.Preferences)
	}
	if len(c.Orders) != 2 || c.Orders[0].ID != "o2" || c.Orders[1].Status != "shipped" {
		t.Errorf("orders: %+v", c.Orders)
	}
	if len(mine.Reach) != 2 || len(c.Touches) != 2 || c.Touches[0].Prompt != "p1" || c.Consent(WhatsApp, Marketing) != Given {
		t.Errorf("reach %+v, touches %+v, consents %+v", mine.Reach, c.Touches, c.Consents)
	}
	if mine.Version != 10 || mine.Said != 10 || mine.Epoch != 2 || mine.Address != "lid:1" || mine.Medium != WhatsApp || !mine.Disclosed || mine.Prompted != Marketing || len(mine.Prompts) != 1 {
		t.Errorf("conversation: %+v", mine)
	}
}

func TestWhatWasStoppedHoldsUntilTheCustomerSaysOtherwise(t *testing.T) {
	day := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	withdrawn := func(p Purpose, at time.Time) Customer {
		return Customer{Silenced: p == Transactional, Consents: []Standing{{Medium: SMS, Purpose: p, State: Withdrawn, At: at}}}
	}
	given := func(p Purpose, at time.Time) Customer {
		return Customer{Consents: []Standing{{Medium: SMS, Purpose: p, State: Given, At: at}}}
	}
	said := func(at time.Time) Overturned {
		return func(Medium, Purpose) time.Time { return at }
	}
	for name, c := range map[string]struct {
		mine, other Customer
		overturned  Overturned
		purpose     Purpose
		want        ConsentState
		silenced    bool
	}{
		"stopped there":                          {Customer{}, withdrawn(Marketing, day), never, Marketing, Withdrawn, false},
		"stopped there, given here":              {given(Marketing, day.Add(time.Hour)), withdrawn(Marketing, day), never, Marketing, Withdrawn, false},
		"stopped there, given here by phone":     {given(Marketing, day.Add(time.Hour)), withdrawn(Marketing, day), said(day.Add(time.Hour)), Marketing, Given, false},
		"stopped there, given here before":       {given(Marketing, day.Add(-time.Hour)), withdrawn(Marketing, day), said(day.Add(-time.Hour)), Marketing, Withdrawn, false},
		"stopped here, given there":              {withdrawn(Marketing, day), given(Marketing, day.Add(time.Hour)), never, Marketing, Withdrawn, false},
		"stopped here, given there by phone":     {withdrawn(Marketing, day), given(Marketing, day.Add(time.Hour)), said(day.Add(time.Hour)), Marketing, Given, false},
		"within what clocks leave out":           {withdrawn(Marketing, day), given(Marketing, day.Add(time.Second)), said(day.Add(time.Second)), Marketing, Withdrawn, false},
		"everything stopped there":               {Customer{}, withdrawn(Transactional, day), never, Transactional, Withdrawn, true},
		"everything stopped here":                {withdrawn(Transactional, day), Customer{}, never, Transactional, Withdrawn, true},
		"everything stopped, then begun by them": {withdrawn(Transactional, day), given(Transactional, day.Add(time.Hour)), said(day.Add(time.Hour)), Transactional, Given, false},
		"silenced without a row":                 {Customer{}, Customer{Silenced: true}, said(day.Add(time.Hour)), Transactional, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			mine := Conversation{State: Idle, Customer: c.mine}
			mine.Absorb(&Conversation{State: Idle, Customer: c.other}, c.overturned)
			if got := mine.Customer.Consent(SMS, c.purpose); got != c.want || mine.Customer.Silenced != c.silenced {
				t.Errorf("%s, silenced %v", got, mine.Customer.Silenced)
			}
		})
	}
	mine := Conversation{State: Idle}
	if !mine.Restrict(&Customer{Suspended: true, Detached: true}, never) || !mine.Customer.Suspended || !mine.Customer.Detached || mine.Restrict(&Customer{Suspended: true}, never) {
		t.Errorf("%+v", mine.Customer)
	}
}

func TestOnlyANumberIsAPhone(t *testing.T) {
	for a, want := range map[Address]bool{"+33612345678": true, "lid:100000000000002": false, "whatsapp:4242": false, "": false, "+": false} {
		if a.IsPhone() != want {
			t.Errorf("%q is a phone: %v", a, !want)
		}
	}
}

func TestWhoHasNoNumberIsNotFallenBackTo(t *testing.T) {
	s := defaultScript(t)
	day := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	const lid = Address("lid:100000000000002")
	routes := []Route{{Channel: "lumen-wa", Medium: WhatsApp}, {Channel: "lumen-sms", Medium: SMS}}
	c := knownCustomer()
	c.Customer.Phone, c.Channel, c.Medium, c.Address, c.WroteAt = "", "lumen-wa", WhatsApp, lid, day.Add(-time.Hour)
	p := Prompt{ID: "p1", Purpose: Transactional, Template: "order_shipped", Variables: map[string]string{"order": "LU-1042", "carrier": "Colissimo", "link": "https://suivi.example/1042"},
		Order: "o1", To: lid, Requested: day, Routes: routes}
	if v := s.Gate(&c, &p, routes[1], day); v.Code != "no_channel" || v.Rule != "channel.phone" {
		t.Errorf("SMS to a LID: %+v", v)
	}
	said := s.Step(c, Event{ID: "prompt:p1", Type: PromptRequested, Time: day, Prompt: &p}, day)
	if len(said.Messages) != 1 || said.Messages[0].Medium != WhatsApp || said.Messages[0].To != lid {
		t.Fatalf("said: %+v, %+v", said.Messages, said.Prompts)
	}
	failed := s.Step(said.Next, Event{ID: "refused:1", Type: SendRefused, Time: day.Add(time.Minute),
		Refusal: &Refusal{Message: "m1", Channel: "lumen-wa", Medium: WhatsApp, Code: "463", Prompt: "p1"}}, day.Add(time.Minute))
	if len(failed.Messages) != 0 || len(failed.Prompts) != 1 || failed.Prompts[0].Status != PromptUndeliverable {
		t.Errorf("after the refusal: %+v, %+v", failed.Messages, failed.Prompts)
	}
}
