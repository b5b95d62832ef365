package conversation

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// played plays events after another and returns the conversation.
func played(s *Script, events ...Event) Conversation {
	c := Begin("lumen", "c1")
	for i, e := range events {
		c = s.Step(c, e, monday.Add(time.Duration(i)*time.Minute)).Next
	}
	return c
}

func act(kind EventType, agent AgentID, change ...func(*Act)) Event {
	a := &Act{Agent: agent}
	for _, c := range change {
		c(a)
	}
	return Event{ID: "act", Type: kind, Time: monday, Act: a}
}

func later(e Event, by time.Duration) Event {
	e.Time = e.Time.Add(by)
	if e.Message != nil {
		e.Message.At = e.Time
	}
	return e
}

func TestAnActIsDoneOrRefusedWhole(t *testing.T) {
	s := defaultScript(t)
	asked := text("1", "je veux parler à un conseiller")
	claimed := []Event{asked, act(AgentClaimed, "claire")}
	says := func(text string) func(*Act) { return func(a *Act) { a.Text = text } }
	to := func(agent AgentID) func(*Act) { return func(a *Act) { a.To = agent } }
	from := func(agent AgentID) func(*Act) { return func(a *Act) { a.From = agent } }
	team := func(name string) func(*Act) { return func(a *Act) { a.Team = name } }
	full := func(a *Act) { a.Load, a.Capacity = 3, 3 }
	roomy := func(a *Act) { a.Load, a.Capacity = 2, 3 }
	seen := func(v int64) func(*Act) { return func(a *Act) { a.Seen = v } }
	tags := func(list ...string) func(*Act) { return func(a *Act) { a.Tags = list } }
	until := func(d time.Duration) func(*Act) { return func(a *Act) { a.Until = monday.Add(d) } }
	after := func(d time.Duration) func(*Act) { return func(a *Act) { a.After = monday.Add(d) } }
	whatsapp := func(e Event) Event {
		m := *e.Message
		m.Channel, m.Medium = "lumen-whatsapp", WhatsApp
		e.Message = &m
		return e
	}
	offer := func(agent AgentID) Event { return act(AgentOffered, "", to(agent), until(time.Hour)) }
	held := []Event{asked, offer("claire")}
	and := func(list []Event, more ...Event) []Event { return append(append([]Event{}, list...), more...) }

	for _, c := range []struct {
		name   string
		before []Event
		act    Event
		want   string // the code of the refusal
		owner  AgentID
	}{
		{"a claim from the queue", []Event{asked}, act(AgentClaimed, "claire"), "", ""},
		{"a claim from the assistant", nil, act(AgentClaimed, "claire"), "", ""},
		{"a claim in a dialogue", []Event{text("1", "préférences")}, act(AgentClaimed, "claire"), "", ""},
		{"a claim of what a colleague has", claimed, act(AgentClaimed, "theo"), RefusedOwned, "claire"},
		{"a claim of one's own", claimed, act(AgentClaimed, "claire"), RefusedNothing, ""},
		{"a claim beyond capacity", []Event{asked}, act(AgentClaimed, "claire", full), RefusedFull, ""},
		{"a claim within capacity", []Event{asked}, act(AgentClaimed, "claire", roomy), "", ""},
		{"a claim of a snoozed one", and(claimed, act(AgentSnoozed, "claire", until(time.Hour))), act(AgentClaimed, "theo"), "", ""},
		{"a claim of a resolved one", and(claimed, act(AgentResolved, "claire")), act(AgentClaimed, "theo"), "", ""},

		{"an offer", []Event{asked}, offer("claire"), "", ""},
		{"an offer to nobody", []Event{asked}, offer(""), RefusedNothing, ""},
		{"an offer that is over", []Event{asked}, act(AgentOffered, "", to("claire"), until(time.Hour/2)), RefusedNothing, ""},
		{"an offer of the assistant's", nil, offer("claire"), RefusedNothing, ""},
		{"an offer of what a colleague has", claimed, offer("theo"), RefusedOwned, "claire"},
		{"an offer of a resolved one", and(claimed, act(AgentResolved, "claire")), offer("theo"), RefusedNothing, ""},
		{"an offer beside another", and(held, offer("theo")), offer("theo"), RefusedReserved, "claire"},
		{"an offer after one that is over", []Event{asked, act(AgentOffered, "", to("claire"), until(2*time.Minute))}, offer("theo"), "", ""},
		{"an offer beyond capacity", []Event{asked}, act(AgentOffered, "", to("claire"), until(time.Hour), full), RefusedFull, ""},
		{"a claim of what is held for a colleague", held, act(AgentClaimed, "theo"), RefusedReserved, "claire"},
		{"a claim of what was held for a colleague", []Event{asked, act(AgentOffered, "", to("claire"), until(2*time.Minute))}, act(AgentClaimed, "theo"), "", ""},
		{"a claim of what is held for one, counted already", held, act(AgentClaimed, "claire", full), "", ""},
		{"a claim of what is held for one who has more than they take", held, act(AgentClaimed, "claire", func(a *Act) { a.Load, a.Capacity = 4, 3 }), RefusedFull, ""},
		{"a transfer of what is held for a colleague", held, act(AgentTransferred, "zoe", to("theo")), "", ""},
		{"an offer declined", held, act(AgentDeclined, "claire"), "", ""},
		{"a colleague's offer declined", held, act(AgentDeclined, "theo"), RefusedNothing, ""},
		{"no offer declined", []Event{asked}, act(AgentDeclined, "claire"), RefusedNothing, ""},

		{"taken from who is not at it", claimed, act(AgentIdled, "", from("claire")), "", ""},
		{"taken from who has it no more", claimed, act(AgentIdled, "", from("theo")), RefusedNotOwner, "claire"},
		{"taken from nobody", []Event{asked}, act(AgentIdled, ""), RefusedNotOwner, ""},
		{"taken though the customer waits for nothing", and(claimed, act(AgentWrote, "claire", says("Bonjour"))), act(AgentIdled, "", from("claire")), RefusedNothing, ""},
		{"taken though it is put off", and(claimed, act(AgentSnoozed, "claire")), act(AgentIdled, "", from("claire")), RefusedNothing, ""},

		{"a transfer to a team", claimed, act(AgentTransferred, "claire", team("retours")), "", ""},
		{"a transfer to a team from the queue", []Event{asked}, act(AgentTransferred, "zoe", team("retours")), "", ""},
		{"a transfer to a team from the assistant", nil, act(AgentTransferred, "zoe", team("retours")), "", ""},
		{"a transfer to the team that has it", []Event{asked, act(AgentTransferred, "zoe", team("retours"))}, act(AgentTransferred, "zoe", team("retours")), RefusedNothing, ""},
		{"a transfer from a team to everybody", []Event{asked, act(AgentTransferred, "zoe", team("retours"))}, act(AgentTransferred, "zoe"), "", ""},

		{"a transfer to a colleague", claimed, act(AgentTransferred, "claire", to("theo")), "", ""},
		{"a transfer to a full colleague", claimed, act(AgentTransferred, "claire", to("theo"), full), RefusedFull, ""},
		{"a transfer to the queue", claimed, act(AgentTransferred, "claire"), "", ""},
		{"a transfer of a colleague's", claimed, act(AgentTransferred, "theo", to("theo")), RefusedNotOwner, "claire"},
		{"a transfer to oneself", claimed, act(AgentTransferred, "claire", to("claire")), RefusedNothing, ""},
		{"an assignment from the queue", []Event{asked}, act(AgentTransferred, "zoe", to("theo")), "", ""},
		{"a transfer of nobody's to the queue", []Event{asked}, act(AgentTransferred, "zoe"), RefusedNothing, ""},

		{"words", claimed, act(AgentWrote, "claire", says("Bonjour")), "", ""},
		{"no words", claimed, act(AgentWrote, "claire", says("  ")), RefusedNothing, ""},
		{"words that are a book", claimed, act(AgentWrote, "claire", says(strings.Repeat("é", maxText+1))), RefusedTooLong, ""},
		{"words of who does not have it", claimed, act(AgentWrote, "theo", says("Bonjour")), RefusedNotOwner, "claire"},
		{"words in the queue", []Event{asked}, act(AgentWrote, "claire", says("Bonjour")), RefusedNotOwner, ""},
		{"words to who was never reached", []Event{act(AgentClaimed, "claire")}, act(AgentWrote, "claire", says("Bonjour")), RefusedNothing, ""},
		{"words after all was seen", and(claimed, text("2", "allô ?")), act(AgentWrote, "claire", says("Bonjour"), seen(3)), "", ""},
		{"words blind to the customer's", and(claimed, text("2", "allô ?")), act(AgentWrote, "claire", says("Bonjour"), seen(2)), RefusedMoved, ""},
		{"words blind, unchecked", and(claimed, text("2", "allô ?")), act(AgentWrote, "claire", says("Bonjour")), "", ""},
		{"words after one's own", and(claimed, act(AgentWrote, "claire", says("Bonjour"))), act(AgentWrote, "claire", says("Claire ici"), seen(2)), "", ""},
		{"words blind to a colleague's", and(claimed, act(AgentWrote, "claire", says("Bonjour")), act(AgentTransferred, "claire", to("theo"))),
			act(AgentWrote, "theo", says("Bonjour"), seen(2)), RefusedMoved, ""},
		{"words after STOP, STOP", and(claimed, text("2", "STOP"), text("3", "STOP")), act(AgentWrote, "claire", says("Bonjour")), RefusedOptedOut, ""},
		{"words after STOP of offers", and(claimed, text("2", "STOP")), act(AgentWrote, "claire", says("Bonjour")), "", ""},
		{"an answer to who stopped everything and wrote", and(claimed, text("2", "STOP"), text("3", "STOP"), later(text("4", "et ma facture ?"), time.Hour)),
			act(AgentWrote, "claire", says("La voici")), "", ""},

		{"words for later", claimed, act(AgentWrote, "claire", says("Bonjour"), after(7*24*time.Hour)), "", ""},
		{"words for much later", claimed, act(AgentWrote, "claire", says("Bonjour"), after(8*24*time.Hour)), RefusedTooFar, ""},
		{"words on WhatsApp within a day", []Event{whatsapp(asked), act(AgentClaimed, "claire")}, act(AgentWrote, "claire", says("Bonjour"), after(23*time.Hour)), "", ""},
		{"words on WhatsApp for when it takes none", []Event{whatsapp(asked), act(AgentClaimed, "claire")}, act(AgentWrote, "claire", says("Bonjour"), after(24*time.Hour)), RefusedWindow, ""},
		{"words taken back", claimed, act(AgentRecalled, "claire", func(a *Act) { a.Message, a.Queued = "m1", true }), "", ""},
		{"words taken back that have left", claimed, act(AgentRecalled, "claire", func(a *Act) { a.Message = "m1" }), RefusedSent, ""},
		{"nothing taken back", claimed, act(AgentRecalled, "claire"), RefusedNothing, ""},

		{"a note by anybody", claimed, act(AgentNoted, "theo", says("à rappeler")), "", ""},
		{"an empty note", claimed, act(AgentNoted, "theo", says(" ")), RefusedNothing, ""},
		{"a note that is a book", claimed, act(AgentNoted, "theo", says(strings.Repeat("é", maxNote+1))), RefusedTooLong, ""},
		{"tags", nil, act(AgentTagged, "theo", tags("cadeau")), "", ""},
		{"the same tags", []Event{act(AgentTagged, "theo", tags("cadeau"))}, act(AgentTagged, "claire", tags(" cadeau ", "cadeau")), RefusedNothing, ""},

		{"back to the assistant", claimed, act(AgentReturned, "claire"), "", ""},
		{"a colleague's back to the assistant", claimed, act(AgentReturned, "theo"), RefusedNotOwner, "claire"},
		{"the assistant's back to the assistant", nil, act(AgentReturned, "claire"), RefusedNothing, ""},
		{"resolved", claimed, act(AgentResolved, "claire"), "", ""},
		{"resolved from the queue", []Event{asked}, act(AgentResolved, "claire"), "", ""},
		{"resolved twice", and(claimed, act(AgentResolved, "claire")), act(AgentResolved, "claire"), RefusedNothing, ""},
		{"reopened", and(claimed, act(AgentResolved, "claire")), act(AgentReopened, "claire"), "", ""},
		{"reopened, and it was snoozed", and(claimed, act(AgentSnoozed, "claire")), act(AgentReopened, "claire"), "", ""},
		{"reopened, and a colleague snoozed it", and(claimed, act(AgentSnoozed, "claire")), act(AgentReopened, "theo"), RefusedOwned, "claire"},
		{"reopened, never resolved", []Event{asked}, act(AgentReopened, "claire"), RefusedNothing, ""},
		{"reopened, and a colleague has it", and(claimed, act(AgentResolved, "claire"), act(AgentClaimed, "theo")), act(AgentReopened, "claire"), RefusedOwned, "theo"},

		{"snoozed", claimed, act(AgentSnoozed, "claire", until(time.Hour)), "", ""},
		{"snoozed until the customer writes", claimed, act(AgentSnoozed, "claire"), "", ""},
		{"snoozed into the past", claimed, act(AgentSnoozed, "claire", until(-time.Hour)), RefusedNothing, ""},
		{"a colleague's snoozed", claimed, act(AgentSnoozed, "theo", until(time.Hour)), RefusedNotOwner, "claire"},

		{"unsubscribed", claimed, act(AgentUnsubscribed, "claire"), "", ""},
		{"unsubscribed twice", and(claimed, text("2", "STOP")), act(AgentUnsubscribed, "claire"), RefusedNothing, ""},
		{"kept, and nothing was in doubt", claimed, act(AgentKept, "claire"), RefusedNothing, ""},
		{"kept", and(claimed, text("2", "vous envoyez trop de messages")), act(AgentKept, "claire"), "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			was := played(s, c.before...)
			turn := s.Step(was, c.act, monday.Add(30*time.Minute))
			code, owner := "", AgentID("")
			if turn.Refused != nil {
				code, owner = turn.Refused.Code, turn.Refused.Owner
			}
			if code != c.want || owner != c.owner {
				t.Fatalf("refused with %q (%q), want %q (%q)", code, owner, c.want, c.owner)
			}
			if grew := turn.Next.Version - was.Version; (code == "") != (grew == 1) {
				t.Errorf("the version grew by %d", grew)
			}
		})
	}
}

func TestTheSameAgentGetsItBackWithinThreeDays(t *testing.T) {
	s := defaultScript(t)
	c := played(s, text("1", "conseiller"), act(AgentClaimed, "claire"), act(AgentResolved, "claire"))
	for _, k := range []struct {
		after time.Duration
		want  AgentID
	}{{71 * time.Hour, "claire"}, {80 * time.Hour, ""}} {
		d := s.Step(c, later(text("2", "conseiller"), k.after), monday.Add(k.after)).Next.Desk
		if d.Status != DeskQueued || d.Last != k.want {
			t.Errorf("after %s it is %s and goes to %q, want %q", k.after, d.Status, d.Last, k.want)
		}
	}
}

func TestThanksNeitherReopenNorWait(t *testing.T) {
	s := defaultScript(t)
	c := played(s, text("1", "conseiller"), act(AgentClaimed, "claire"), act(AgentWrote, "claire", func(a *Act) { a.Text = "Voilà" }))
	if c.Desk.Answered.IsZero() || !c.Desk.Waits.IsZero() {
		t.Fatalf("an answered customer waits: %+v", c.Desk)
	}
	if c = s.Step(c, text("2", "merci"), monday).Next; !c.Desk.Waits.IsZero() {
		t.Error("who says thanks waits for an answer")
	}
	if c = s.Step(c, text("3", "et pour la lampe ?"), monday).Next; c.Desk.Waits.IsZero() {
		t.Error("who asks waits for nothing")
	}
	c = s.Step(c, act(AgentResolved, "claire"), monday).Next
	if turn := s.Step(c, text("4", "merci"), monday); len(turn.Messages) > 0 || turn.Next.Desk.Status != DeskResolved {
		t.Errorf("thanks do %+v", turn)
	}
}

func TestThanksNeverReopen(t *testing.T) {
	s := defaultScript(t)
	for _, words := range []string{"merci", "merci beaucoup !", "super, merci", "parfait", "ok", "👍"} {
		c := played(s, text("1", "conseiller"), act(AgentClaimed, "claire"), act(AgentWrote, "claire", func(a *Act) { a.Text = "Voilà" }), act(AgentResolved, "claire"))
		for _, after := range []time.Duration{time.Minute, time.Hour, 71 * time.Hour} {
			turn := s.Step(c, later(text("2", words), after), monday.Add(after))
			if d := turn.Next.Desk; d.Status != DeskResolved || turn.Next.State.Owner() != Assistant || !d.Waits.IsZero() {
				t.Errorf("%q after %s: %s, %+v", words, after, turn.Next.State, d)
			}
		}
	}
}

func TestWhatIsPutOffComesBackToItsOwner(t *testing.T) {
	s := defaultScript(t)
	order := func(id EventID, status string, minutes int) Event {
		e := Event{ID: id, Type: EventType("order." + status), Time: monday.Add(time.Duration(minutes) * time.Minute)}
		e.Shop = &ShopEvent{Order: &Order{ID: "o1", Number: "LU-1042", Placed: monday.Add(-time.Hour), Changed: e.Time}}
		return e
	}
	asleep := func(until time.Time) Conversation {
		return played(s, order("s1", "placed", -30), text("1", "conseiller"), act(AgentClaimed, "claire"), act(AgentSnoozed, "claire", func(a *Act) { a.Until = until }))
	}
	open, timed := asleep(time.Time{}), asleep(monday.Add(5*time.Hour))
	for _, c := range []struct {
		name string
		was  Conversation
		e    Event
		want DeskStatus
	}{
		{"an order that moves", open, order("s2", "shipped", 60), DeskAssigned},
		{"an order that moves, and a time was set", timed, order("s2", "shipped", 60), DeskSnoozed},
		{"an order told twice", open, order("s2", "placed", 60), DeskSnoozed},
		{"an order told late", open, order("s2", "shipped", -60), DeskSnoozed},
		{"the customer", open, later(text("2", "alors ?"), time.Hour), DeskAssigned},
		{"the customer before the time", timed, later(text("2", "alors ?"), time.Hour), DeskAssigned},
		{"its owner", timed, act(AgentReopened, "claire"), DeskAssigned},
	} {
		turn := s.Step(c.was, c.e, monday.Add(time.Hour))
		d := turn.Next.Desk
		if d.Status != c.want || d.Owner != "claire" {
			t.Errorf("%s: %s of %q, want %s", c.name, d.Status, d.Owner, c.want)
		}
		if c.was.Desk.Holder() != "" || c.want == DeskAssigned && d.Holder() != "claire" {
			t.Errorf("%s: counts for %q, then %q", c.name, c.was.Desk.Holder(), d.Holder())
		}
	}
}

func TestTagsAreBounded(t *testing.T) {
	var many []string
	for i := range 50 {
		many = append(many, fmt.Sprint(i, strings.Repeat("é", 60)))
	}
	d := played(defaultScript(t), act(AgentTagged, "claire", func(a *Act) { a.Tags = many })).Desk
	if len(d.Tags) != maxTagged || len([]rune(d.Tags[0])) > maxTag {
		t.Errorf("%d tags of %d characters", len(d.Tags), len([]rune(d.Tags[0])))
	}
}

// After a claim the assistant says nothing, whatever happens, until the
// conversation leaves the agent. What it says of a keyword goes out, and so
// does what the shop itself sends about an order.
func TestTheAssistantIsSilentWhileAnAgentHasIt(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := rapid.SampledFrom(scripts()).Draw(rt, "script")
		c, now, timers := Begin("lumen", "c1"), monday, map[string]Timer{}
		step := func(e Event) {
			e.ID, e.Time = EventID(fmt.Sprint("e", c.Version)), now
			if e.Message != nil {
				e.Message.At = now
			}
			was := c.State
			turn := s.Step(c, e, now)
			c = turn.Next
			for _, m := range turn.Messages {
				if (was == WithAgent || c.State == WithAgent) && !m.Exempt && m.Agent == "" && m.Prompt == "" {
					rt.Fatalf("%s: the assistant says %q, state %s → %s", turn.Rule, m.Text, was, c.State)
				}
			}
			for _, name := range turn.Unset {
				delete(timers, name)
			}
			for _, timer := range turn.Timers {
				timers[timer.Name] = timer
			}
		}
		words := rapid.SampledFrom(said)
		for range rapid.IntRange(0, 6).Draw(rt, "before") {
			step(text("t", words.Draw(rt, "words")))
		}
		step(act(AgentClaimed, "claire"))
		for range rapid.IntRange(1, 20).Draw(rt, "after") {
			now = now.Add(time.Duration(rapid.IntRange(1, 48*3600).Draw(rt, "seconds")) * time.Second)
			switch rapid.IntRange(0, 7).Draw(rt, "what") {
			case 0:
				for name, timer := range timers {
					delete(timers, name)
					step(Event{Type: TimerDue, Timer: &timer})
					break
				}
			case 1:
				step(Event{Type: PromptRequested, Prompt: &Prompt{ID: "p", Purpose: rapid.SampledFrom([]Purpose{Marketing, Transactional}).Draw(rt, "purpose"),
					Text: "Lumen. STOP", Opens: rapid.SampledFrom([]Dialogue{CartDialogue, ReorderDialogue, PreferenceDialogue, ReviewDialogue, ""}).Draw(rt, "opens"),
					Channel: "lumen-sms", Medium: SMS, To: "+33612345678"}})
			case 2:
				step(Event{Type: JobDone, Result: &Result{Job: "j", Kind: "reorder", Link: rapid.SampledFrom([]string{"", "https://lumen.example/p"}).Draw(rt, "link")}})
			case 3:
				step(act(rapid.SampledFrom([]EventType{AgentClaimed, AgentTransferred, AgentSnoozed, AgentKept, AgentUnsubscribed, AgentNoted,
					AgentWrote, AgentRecalled, AgentReopened, AgentDeclined, AgentBegan}).Draw(rt, "act"),
					rapid.SampledFrom([]AgentID{"claire", "theo"}).Draw(rt, "agent"), func(a *Act) {
						a.To, a.Text = rapid.SampledFrom([]AgentID{"claire", "theo"}).Draw(rt, "to"), "vu"
						a.Message, a.Queued, a.Purpose = "m1", true, Transactional
					}))
			case 4:
				step(Event{Type: ConsentRecorded, Consent: &Consent{Medium: SMS, Purpose: Marketing, State: Given, Source: "form"}})
			default:
				step(text("t", words.Draw(rt, "words")))
			}
		}
	})
}
