package gateway_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// parrotActs is the desk's part of the parrot: a claim needs room, a word needs
// the conversation, and each change of hands raises the fence.
func parrotActs(t *conversation.Turn, e conversation.Event) {
	desk, act := conversation.Desk{}, e.Act
	if t.Next.Desk != nil {
		desk = *t.Next.Desk
	}
	to := act.Agent
	switch full := act.Capacity > 0 && act.Load >= act.Capacity; {
	case e.Type == conversation.AgentWrote && desk.Owner != act.Agent:
		t.Refused = &conversation.Refused{Code: conversation.RefusedNotOwner, Owner: desk.Owner}
		return
	case e.Type == conversation.AgentWrote:
		t.Messages = append(t.Messages, conversation.Message{Channel: channel, Medium: conversation.SMS, To: t.Next.Address,
			Text: act.Text, Purpose: conversation.Answer, Rule: "desk.wrote", Agent: act.Agent, After: act.After})
		return
	case e.Type == conversation.AgentOffered && (full || desk.Holder() != ""):
		t.Refused = &conversation.Refused{Code: conversation.RefusedFull}
		return
	case e.Type == conversation.AgentOffered:
		desk.Status, desk.Offered = conversation.DeskQueued, act.To
		t.Next.Desk = &desk
		return
	case e.Type == conversation.AgentRecalled && !act.Queued:
		t.Refused = &conversation.Refused{Code: conversation.RefusedSent}
		return
	case e.Type == conversation.AgentRecalled:
		t.Recall, t.Rule = act.Message, conversation.Rule(e.Type)
		return
	case e.Type == conversation.AgentTransferred:
		to = act.To
	case desk.Offered == act.Agent: // counted already
	case desk.Owner != "" || desk.Offered != "":
		t.Refused = &conversation.Refused{Code: conversation.RefusedOwned, Owner: desk.Owner}
		return
	case full:
		t.Refused = &conversation.Refused{Code: conversation.RefusedFull}
		return
	}
	desk.Owner, desk.Offered, desk.Status = to, "", conversation.DeskAssigned
	t.Next.Desk, t.Next.State, t.Fence = &desk, conversation.WithAgent, true
	if e.Type == conversation.AgentClaimed {
		t.Cancel = conversation.CancelAssistant
	}
	t.Next.Epoch++
	t.Steps = append(t.Steps, conversation.Edge{To: conversation.WithAgent, Rule: "desk"})
}

// act lets an agent do something.
func act(g *gateway.Gateway, who conversation.CustomerID, kind conversation.EventType, a conversation.Act, id string) (gateway.Outcome, error) {
	return g.Accept(context.Background(), brand, gateway.Who{Customer: who}, conversation.Event{ID: conversation.EventID(id), Type: kind, Time: time.Now().UTC(), Act: &a})
}

func TestFiftyClaimsAndOffersAtOnceNeverExceedACapacity(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		const people, each, capacity = 5, 10, 3
		w := newWorld(t, url)
		nodes := []*gateway.Gateway{w.gateway}
		if w.apart { // PostgreSQL has several nodes
			w.start()
			nodes = append(nodes, w.gateway)
		}
		desk := w.store.(agents.Store)
		for i := range people {
			id := conversation.AgentID(fmt.Sprintf("agent%d", i))
			if err := desk.PutAgent(t.Context(), agents.Agent{ID: id, Email: string(id), Role: agents.RoleAgent, Presence: agents.Online, Capacity: capacity}); err != nil {
				t.Fatal(err)
			}
		}
		var customers []conversation.CustomerID
		for i := range each * 2 {
			customers = append(customers, w.text(conversation.Address(fmt.Sprintf("+3361234%04d", i)), fmt.Sprintf("IN%d", i), "hm").Customer)
		}
		var claims sync.WaitGroup
		var mu sync.Mutex
		won := map[conversation.AgentID]int{}
		for n := range people * each {
			agent := conversation.AgentID(fmt.Sprintf("agent%d", (n+n/len(customers))%people)) // another one a customer
			customer := customers[n%len(customers)]
			claims.Go(func() {
				do := func(kind conversation.EventType, a conversation.Act) bool {
					out, err := act(nodes[n%len(nodes)], customer, kind, a, fmt.Sprintf("%s%d", kind, n))
					if err != nil || out.Turn == nil {
						t.Errorf("%s %d: %+v %v", kind, n, out, err)
						return false
					}
					return out.Turn.Refused == nil
				}
				got := false
				if n%3 > 0 { // an offer, and every other one is taken
					got = do(conversation.AgentOffered, conversation.Act{To: agent})
				}
				if n%3 == 0 || n%3 == 1 && got {
					if taken := do(conversation.AgentClaimed, conversation.Act{Agent: agent}); got && !taken {
						t.Errorf("%s could not take what was held for them", agent)
					} else {
						got = taken
					}
				}
				if got {
					mu.Lock()
					won[agent]++
					mu.Unlock()
				}
			})
		}
		claims.Wait()
		total := 0
		for i := range people {
			id := conversation.AgentID(fmt.Sprintf("agent%d", i))
			a, err := desk.Agent(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			if a.Load > capacity || a.Load != won[id] {
				t.Errorf("%s has %d, won %d, takes %d", id, a.Load, won[id], capacity)
			}
			total += a.Load
		}
		if total == 0 {
			t.Error("nobody got anything")
		}
	})
}

func TestARefusedActLeavesNothingButItsKey(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		who := w.text(ana, "IN1", "say 1").Customer
		w.awaitStatus(who, gateway.Accepted)
		if out, err := act(w.gateway, who, conversation.AgentClaimed, conversation.Act{Agent: "theo"}, "act:1"); err != nil || out.Turn.Refused != nil {
			t.Fatalf("claim: %+v %v", out, err)
		}
		desk := w.store.(agents.Store)
		state := func() string {
			c, err := w.store.Conversation(t.Context(), brand, gateway.Who{Customer: who})
			if err != nil {
				t.Fatal(err)
			}
			seq, _, err := desk.Head(t.Context(), brand)
			if err != nil {
				t.Fatal(err)
			}
			items, err := desk.Items(t.Context(), brand, who, "", 100)
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprint(c.Version, c.Epoch, c.Desk.Owner, seq, len(items))
		}
		before := state()
		out, err := act(w.gateway, who, conversation.AgentWrote, conversation.Act{Agent: "lea", Text: "Bonjour"}, "act:2")
		if err != nil || out.Turn == nil || out.Turn.Refused == nil || out.Turn.Refused.Owner != "theo" {
			t.Fatalf("write: %+v %v", out, err)
		}
		if after := state(); after != before {
			t.Errorf("before %s, after %s", before, after)
		}
		if again, err := act(w.gateway, who, conversation.AgentWrote, conversation.Act{Agent: "lea", Text: "Bonjour"}, "act:2"); err != nil || !again.Duplicate {
			t.Errorf("again: %+v %v", again, err)
		}
		items, err := desk.Items(t.Context(), brand, who, "", 1)
		if err != nil || len(items) != 1 || items[0].Note == nil || items[0].Note.Agent != "theo" || items[0].Note.Type != "agent.claimed" || len(items[0].Note.Steps) != 1 {
			t.Errorf("the newest of the thread: %+v %v", items, err)
		}
	})
}

func TestAClaimHoldsTheAssistantAndATransferHoldsNoAgent(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		w := newWorld(t, url, func(o *gateway.Options) { o.Deadline, o.Lease = 10*time.Second, 20*time.Second })
		hold := make(chan struct{})
		w.carrier.next(fate{hold: hold})
		who := w.text(ana, "IN1", "say 3").Customer
		w.carrier.await(t, "the first attempt", func() bool { return w.carrier.tried == 1 })

		var acts sync.WaitGroup
		acknowledged := make(chan string, 4)
		do := func(kind conversation.EventType, a conversation.Act, id string, version int64) {
			acts.Go(func() {
				if out, err := act(w.gateway, who, kind, a, id); err != nil || !out.Duplicate && out.Turn.Refused != nil {
					t.Errorf("%s: %+v %v", kind, out, err)
				}
				acknowledged <- id
			})
			for w.version(who) < version {
				<-w.commits
			}
		}
		do(conversation.AgentClaimed, conversation.Act{Agent: "theo"}, "act:1", 2)
		do(conversation.AgentClaimed, conversation.Act{Agent: "theo"}, "act:1", 2) // again, before the first was acknowledged
		if out, err := act(w.gateway, who, conversation.AgentWrote, conversation.Act{Agent: "theo", Text: "Bonjour Ana"}, "act:2"); err != nil || out.Turn.Refused != nil {
			t.Fatalf("write: %+v %v", out, err)
		}
		do(conversation.AgentTransferred, conversation.Act{Agent: "theo", To: "lea"}, "act:3", 4)
		select {
		case id := <-acknowledged:
			t.Fatalf("%s was acknowledged while a message was in flight", id)
		default:
		}
		close(hold)
		acts.Wait()
		list := w.awaitStatus(who, gateway.Accepted, gateway.Cancelled)
		w.carrier.mu.Lock()
		defer w.carrier.mu.Unlock()
		if got := w.carrier.texts(); !slices.Equal(got, []string{"IN1/0", "Bonjour Ana"}) {
			t.Errorf("at the carrier: %v", got)
		}
		if last := list[len(list)-1]; last.Author != "agent:theo" || strings.Contains(last.Text, "IN1") {
			t.Errorf("the last: %+v", last)
		}
	})
}

// version is how many turns the customer's conversation has taken.
func (w *world) version(who conversation.CustomerID) int64 {
	w.t.Helper()
	c, err := w.store.Conversation(w.t.Context(), brand, gateway.Who{Customer: who})
	if err != nil {
		w.t.Fatal(err)
	}
	return c.Version
}
