package agents

import (
	"testing"
	"time"

	"github.com/causette/causette/conversation"
)

func TestWhoIsOfferedAConversation(t *testing.T) {
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	somebody := func(id conversation.AgentID, change func(*candidate)) *candidate {
		p := &candidate{Agent: Agent{ID: id, Presence: Online, Capacity: 4, Seen: now.Add(-time.Second)}}
		if change != nil {
			change(p)
		}
		return p
	}
	ids := func(list ...conversation.AgentID) []conversation.AgentID { return list }
	type people = []*candidate
	for name, c := range map[string]struct {
		people people
		change func(*Row)
		want   conversation.AgentID
	}{
		"nobody where nobody is": {nil, nil, ""},
		"the one who is there": {people{
			somebody("away", func(p *candidate) { p.Presence = Away }),
			somebody("offline", func(p *candidate) { p.Presence = Offline }),
			somebody("closed", func(p *candidate) { p.Disabled = true }),
			somebody("laptop", func(p *candidate) { p.Seen = now.Add(-grace) }),
			somebody("there", func(p *candidate) { p.Load = 3; p.Seen = now.Add(time.Second - grace) }),
		}, nil, "there"},
		"who serves the brand": {people{
			somebody("a", func(p *candidate) { p.Brands = []conversation.BrandID{"soleil"} }),
			somebody("b", func(p *candidate) { p.Load = 3; p.Brands = []conversation.BrandID{"soleil", "lumen"} }),
		}, nil, "b"},
		"who speaks the language": {people{
			somebody("a", func(p *candidate) { p.Languages = []string{"fr"} }),
			somebody("b", func(p *candidate) { p.Languages = []string{"fr", "en"}; p.Load = 2 }),
		}, nil, "b"},
		"who says nothing of languages speaks all": {people{
			somebody("a", func(p *candidate) { p.Languages = []string{"fr"} }),
			somebody("b", func(p *candidate) { p.Load = 2 }),
		}, nil, "b"},
		"anybody where nobody speaks the language": {people{
			somebody("a", func(p *candidate) { p.Languages = []string{"fr"}; p.Load = 1 }),
			somebody("b", func(p *candidate) { p.Languages = []string{"de"} }),
		}, nil, "b"},
		"nobody while who speaks it has no room": {people{
			somebody("a", func(p *candidate) { p.Languages = []string{"fr"} }),
			somebody("b", func(p *candidate) { p.Languages = []string{"en"}; p.Load = 4 }),
		}, nil, ""},
		"who is of the team": {people{
			somebody("a", nil),
			somebody("b", func(p *candidate) { p.Teams = []string{"retours"}; p.Load = 3 }),
		}, func(r *Row) { r.Conversation.Desk.Team = "retours" }, "b"},
		"nobody where nobody is of the team": {people{somebody("a", nil)}, func(r *Row) { r.Conversation.Desk.Team = "retours" }, ""},
		"who has not let it go": {people{
			somebody("a", nil), somebody("b", func(p *candidate) { p.Load = 3 }),
		}, func(r *Row) { r.Conversation.Desk.Passed = ids("a") }, "b"},
		"nobody just after all let it go": {people{somebody("a", nil), somebody("b", nil)},
			func(r *Row) { r.Conversation.Desk.Passed = ids("a", "b") }, ""},
		"anybody a while after all let it go": {people{somebody("a", func(p *candidate) { p.Load = 1 }), somebody("b", nil)},
			func(r *Row) { r.Conversation.Desk.Passed = ids("a", "b"); r.Changed = now.Add(-again) }, "b"},
		"nobody while the one who has not let it go has no room": {people{
			somebody("a", nil), somebody("b", func(p *candidate) { p.Load = 4 }),
		}, func(r *Row) { r.Conversation.Desk.Passed = ids("a"); r.Changed = now.Add(-again) }, ""},
		"nobody who looks at another offer":   {people{somebody("a", func(p *candidate) { p.Offered, p.Load = 1, 1 })}, nil, ""},
		"nobody who has as many as they take": {people{somebody("a", func(p *candidate) { p.Load = 4 })}, nil, ""},
		"who takes any number":                {people{somebody("a", func(p *candidate) { p.Load, p.Capacity = 400, 0 })}, nil, "a"},
		"who had it last": {people{
			somebody("a", nil), somebody("b", func(p *candidate) { p.Load = 3 }),
		}, func(r *Row) { r.Conversation.Desk.Last = "b" }, "b"},
		"not who had it last and has no room": {people{
			somebody("a", func(p *candidate) { p.Load = 2 }), somebody("b", func(p *candidate) { p.Load = 4 }),
		}, func(r *Row) { r.Conversation.Desk.Last = "b" }, "a"},
		"not who had it last long ago": {people{
			somebody("a", nil), somebody("b", func(p *candidate) { p.Load = 3 }),
		}, func(r *Row) { r.Conversation.Desk.Last, r.Conversation.Desk.Queued = "b", now.Add(-sticky-time.Second) }, "a"},
		"not who had it last and let it go": {people{
			somebody("a", func(p *candidate) { p.Load = 2 }), somebody("b", nil),
		}, func(r *Row) { r.Conversation.Desk.Last, r.Conversation.Desk.Passed = "b", ids("b") }, "a"},
		"who has the least for what they take": {people{
			somebody("a", func(p *candidate) { p.Load, p.Capacity = 2, 4 }),
			somebody("b", func(p *candidate) { p.Load, p.Capacity = 3, 12 }),
			somebody("c", func(p *candidate) { p.Load, p.Capacity = 3, 0 }), // as 3 of 8
		}, nil, "b"},
		"then who has had nothing new for longest": {people{
			somebody("a", func(p *candidate) { p.given = now.Add(-time.Minute) }),
			somebody("b", func(p *candidate) { p.given = now.Add(-time.Hour) }),
		}, nil, "b"},
	} {
		t.Run(name, func(t *testing.T) {
			r := Row{Changed: now, Conversation: conversation.Conversation{Brand: "lumen",
				Customer: conversation.Customer{ID: "c", Language: "en"},
				Desk:     &conversation.Desk{Status: conversation.DeskQueued, Queued: now.Add(-time.Minute)}}}
			if c.change != nil {
				c.change(&r)
			}
			got := conversation.AgentID("")
			if p := choose(c.people, r, now); p != nil {
				got = p.ID
			}
			if got != c.want {
				t.Errorf("it is offered to %q, want %q", got, c.want)
			}
		})
	}
}

func TestHowLongPeopleWait(t *testing.T) {
	for name, c := range map[string]struct {
		load         workload
		places, free int
		want         time.Duration
	}{
		"nobody is there":                      {workload{waiting: 3, handled: 9, handling: time.Minute}, 0, 0, 0},
		"somebody is free":                     {workload{waiting: 1, handled: 50, handling: 10 * time.Minute}, 8, 2, time.Minute},
		"the next free place is theirs":        {workload{handled: 50, handling: 16 * time.Minute}, 8, 0, 2 * time.Minute},
		"nine places must come free":           {workload{waiting: 8, handled: 50, handling: 16 * time.Minute}, 8, 0, 18 * time.Minute},
		"two of those are free already":        {workload{waiting: 8, handled: 50, handling: 16 * time.Minute}, 8, 2, 14 * time.Minute},
		"nothing was handled yet":              {workload{}, 1, 0, handledFirst},
		"one handoff does not say much":        {workload{handled: 1, handling: time.Hour}, 1, 0, 20 * time.Minute},
		"five are believed":                    {workload{handled: 5, handling: time.Hour}, 1, 0, time.Hour},
		"a day is not told":                    {workload{waiting: 5000, handled: 50, handling: time.Hour}, 2, 0, waitMost},
		"what lay about for a year is bounded": {workload{waiting: 1 << 40, handled: 1 << 20, handling: 1 << 62}, 1, 0, waitMost},
		"more free than there are who wait":    {workload{handled: 50, handling: time.Hour}, 100, 100, time.Minute},
	} {
		if got := expect(c.load, c.places, c.free); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
