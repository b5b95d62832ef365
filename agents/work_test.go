package agents_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/gatewaytest"
	"github.com/causette/causette/store/pgtest"
)

func (w *world) round(a *agents.Assigner) {
	w.Helper()
	if err := a.Round(w.Context()); err != nil {
		w.Fatal(err)
	}
}

// stands is the conversation as a list shows it.
func (w *world) stands(by agents.Agent, customer conversation.CustomerID) agents.Detail {
	w.Helper()
	s, err := w.desk.Conversation(w.Context(), by, lumen, customer)
	if err != nil {
		w.Fatal(err)
	}
	return s.Conversation
}

func TestAQueuedConversationIsOfferedUntilSomebodyTakesIt(t *testing.T) {
	w := open(t)
	lea, theo, ana := w.agent("lea", agents.RoleAgent), w.agent("theo", agents.RoleAgent), w.agent("ana", agents.RoleAgent)
	w.online(lea, theo)
	customer := w.texts("Je veux parler à un conseiller")
	assigner := agents.NewAssigner(w.desk, agents.AssignerOptions{})

	w.round(assigner)
	first := w.stands(lea, customer).Desk.Offered
	other := theo
	if first == theo.ID {
		other = lea
	}
	if first != lea.ID && first != theo.ID {
		t.Fatalf("it is offered to %q", first)
	}
	if r := w.refused(ana, customer, agents.Act{ID: "1", Kind: agents.Claim}); r.Code != conversation.RefusedReserved || r.Owner != first {
		t.Errorf("a colleague claims what is held: %+v", r)
	}
	w.round(assigner)
	if again := w.stands(lea, customer).Desk.Offered; again != first {
		t.Errorf("it is offered to %q while it is held for %q", again, first)
	}
	w.act(agents.Agent{ID: first}, customer, agents.Act{ID: "no", Kind: agents.Decline})
	w.round(assigner)
	if second := w.stands(lea, customer).Desk.Offered; second != other.ID {
		t.Fatalf("after %q let it go it is offered to %q", first, second)
	}
	c := w.act(other, customer, agents.Act{ID: "yes", Kind: agents.Claim}).Conversation
	if c.Owner != other.ID || c.Desk.Offered != "" {
		t.Errorf("claimed: %+v", c.Desk)
	}
}

func TestNothingIsOfferedWhereAgentsChooseThemselves(t *testing.T) {
	w := open(t)
	lea := w.agent("lea", agents.RoleAgent)
	w.online(lea)
	customer := w.texts("Je veux parler à un conseiller")
	w.round(agents.NewAssigner(w.desk, agents.AssignerOptions{Manual: true}))
	if c := w.stands(lea, customer); c.Desk.Offered != "" || c.OwnerKind != conversation.Queue {
		t.Errorf("it stands %+v", c.Desk)
	}
}

func TestTheAssignerWorksWhenItIsWokenAndStops(t *testing.T) {
	w := open(t)
	lea := w.agent("lea", agents.RoleAgent)
	w.online(lea)
	ticks := make(chan time.Time)
	assigner := agents.NewAssigner(w.desk, agents.AssignerOptions{Ticks: ticks})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { assigner.Run(ctx); close(ended) }()
	ticks <- time.Now() // nobody waits
	customer := w.texts("Je veux parler à un conseiller")
	assigner.Wake(lumen, 1)
	ticks <- time.Now()
	ticks <- time.Now() // it is taken when the work before it is done
	if c := w.stands(lea, customer); c.Desk.Offered != lea.ID {
		t.Errorf("it stands %+v", c.Desk)
	}
	stop()
	<-ended
}

func TestWhoWaitsForSomebodyWhoIsNotThereGoesBackToTheQueue(t *testing.T) {
	late := time.Duration(0)
	g, st := gatewaytest.Run(t)
	w := over(t, g, st, agents.Options{Idle: 10 * time.Minute, Now: func() time.Time { return time.Now().Add(late) }})
	lea, ana := w.agent("lea", agents.RoleAgent), w.agent("ana", agents.RoleSupervisor)
	w.online(lea)
	waits := w.texts("Je veux parler à un conseiller")
	quiet := w.from("+33612345679", "Je veux parler à un conseiller")
	w.act(lea, waits, agents.Act{ID: "1", Kind: agents.Claim})
	w.act(lea, quiet, agents.Act{ID: "2", Kind: agents.Claim})
	w.act(lea, quiet, agents.Act{ID: "3", Kind: agents.Write, Text: "Bonjour, dites-moi"})
	assigner := agents.NewAssigner(w.desk, agents.AssignerOptions{})
	kinds := func() string {
		w.round(assigner)
		return fmt.Sprint(w.stands(ana, waits).OwnerKind, " ", w.stands(ana, quiet).OwnerKind)
	}

	late = 11 * time.Minute
	w.there(lea)
	if got := kinds(); got != "agent agent" {
		t.Errorf("who is there gives back: %s", got)
	}
	late += time.Minute // within the grace
	if got := kinds(); got != "agent agent" {
		t.Errorf("who lost their page just now gives back: %s", got)
	}
	late += time.Minute
	if got := kinds(); got != "queue agent" {
		t.Errorf("after two minutes without a page: %s", got)
	}
	if c := w.stands(ana, waits); c.Desk.Last != lea.ID || c.Desk.Waits.IsZero() {
		t.Errorf("it stands %+v", c.Desk)
	}
	w.there(lea)
	if w.round(assigner); w.stands(ana, waits).Desk.Offered != lea.ID {
		t.Errorf("who comes back is not offered it first: %+v", w.stands(ana, waits).Desk)
	}
}

func TestWhoWaitsForThePhoneItselfGoesBackToTheQueue(t *testing.T) {
	late := time.Duration(0)
	g, st := gatewaytest.Run(t)
	w := over(t, g, st, agents.Options{Idle: 10 * time.Minute, Now: func() time.Time { return time.Now().Add(late) }})
	ana := w.agent("ana", agents.RoleSupervisor)
	customer := w.texts("Je veux parler à un conseiller")
	out, err := g.Accept(t.Context(), gatewaytest.Brand, gateway.Who{Customer: customer}, conversation.Event{
		ID: "own:1", Type: conversation.AgentClaimed, Time: time.Now().UTC(), Act: &conversation.Act{Agent: conversation.OnPhone}})
	if err != nil || out.Turn.Refused != nil {
		t.Fatalf("the takeover: %+v, %v", out.Turn, err)
	}
	assigner := agents.NewAssigner(w.desk, agents.AssignerOptions{})
	for _, c := range []struct {
		after time.Duration
		kind  string
	}{{9 * time.Minute, "agent"}, {11 * time.Minute, "queue"}} {
		late = c.after
		w.round(assigner)
		if got := w.stands(ana, customer).OwnerKind; string(got) != c.kind {
			t.Errorf("after %v it is with the %s", c.after, got)
		}
	}
}

func TestAllThatAnAgentHasGoesBackAtOnce(t *testing.T) {
	w := open(t)
	lea, theo, ana := w.agent("lea", agents.RoleAgent), w.agent("theo", agents.RoleAgent), w.agent("ana", agents.RoleSupervisor)
	claims := func(n int) {
		for i := range 3 {
			customer := w.from(conversation.Address(fmt.Sprintf("+3361234560%d", i)), "Je veux parler à un conseiller")
			w.act(lea, customer, agents.Act{ID: fmt.Sprintf("claim-%d-%d", n, i), Kind: agents.Claim})
		}
	}
	claims(1)
	if _, err := w.desk.Reassign(t.Context(), theo, lea.ID); !isForbidden(err) {
		t.Errorf("a colleague gives away what Léa has: %v", err)
	}
	for round, by := range []agents.Agent{lea, ana} {
		if round > 0 {
			claims(2)
		}
		if n, err := w.desk.Reassign(t.Context(), by, lea.ID); n != 3 || err != nil {
			t.Errorf("%s gives back %d of what Léa has, %v", by.Name, n, err)
		}
		now, err := w.desk.Agent(t.Context(), lea.ID)
		if err != nil || now.Load != 0 {
			t.Errorf("Léa has %d, %v", now.Load, err)
		}
	}
	if n, err := w.desk.Reassign(t.Context(), ana, lea.ID); n != 0 || err != nil {
		t.Errorf("who has nothing gives back %d, %v", n, err)
	}
}

func TestTheDeskSaysHowLongPeopleWait(t *testing.T) {
	w := open(t)
	if live := w.desk.Live(lumen); live != nil {
		t.Errorf("before anything is known: %+v", live)
	}
	lea := w.agent("lea", agents.RoleAgent)
	assigner := agents.NewAssigner(w.desk, agents.AssignerOptions{Manual: true})
	if w.round(assigner); w.desk.Live(lumen) != nil {
		t.Errorf("nobody is there: %+v", w.desk.Live(lumen))
	}
	w.online(lea)
	if w.round(assigner); w.desk.Live(lumen) == nil || w.desk.Live(lumen).Wait != time.Minute {
		t.Errorf("somebody is free: %+v", w.desk.Live(lumen))
	}
	for i := range agents.DefaultCapacity {
		customer := w.from(conversation.Address(fmt.Sprintf("+3361234560%d", i)), "Je veux parler à un conseiller")
		w.act(lea, customer, agents.Act{ID: fmt.Sprint(i), Kind: agents.Claim})
	}
	w.texts("Je veux parler à un conseiller")
	// Two of eight places must come free, each once in ten minutes.
	if w.round(assigner); w.desk.Live(lumen) == nil || w.desk.Live(lumen).Wait != 150*time.Second {
		t.Errorf("one waits, and all places are taken: %+v", w.desk.Live(lumen))
	}
}

// Two nodes offer and take back as they like while agents claim, decline and
// give back: at every moment a conversation is one person's, and nobody has more
// than they take.
func TestTwoAssignersGiveNothingTwice(t *testing.T) {
	for name, nodes := range map[string]func(t *testing.T) []*world{
		"sqlite": func(t *testing.T) []*world {
			g, st := gatewaytest.RunOn(t, "file:"+filepath.Join(t.TempDir(), "causette.db"))
			return []*world{over(t, g, st, agents.Options{}), over(t, g, st, agents.Options{})}
		},
		"postgres": func(t *testing.T) []*world {
			url := pgtest.URL(t)
			var nodes []*world
			for range 2 {
				g, st := gatewaytest.RunOn(t, url)
				nodes = append(nodes, over(t, g, st, agents.Options{}))
			}
			return nodes
		},
	} {
		t.Run(name, func(t *testing.T) {
			const people, capacity, waiting = 5, 3, 30
			nodes := nodes(t)
			var staff []agents.Agent
			for i := range people {
				staff = append(staff, nodes[0].account(agents.Agent{Name: fmt.Sprint("agent", i), Role: agents.RoleAgent, Capacity: capacity}))
			}
			nodes[0].online(staff...)
			var customers []conversation.CustomerID
			for i := range waiting {
				customers = append(customers, nodes[0].from(conversation.Address(fmt.Sprintf("+336123%05d", i)), "Je veux parler à un conseiller"))
			}
			var assigning, working sync.WaitGroup
			ctx, stop := context.WithCancel(t.Context())
			for _, w := range nodes {
				assigner := agents.NewAssigner(w.desk, agents.AssignerOptions{})
				assigning.Go(func() {
					for ctx.Err() == nil {
						if err := assigner.Round(ctx); err != nil && ctx.Err() == nil {
							t.Error(err)
							return
						}
					}
				})
			}
			for i, a := range staff {
				working.Go(func() {
					dice := rand.New(rand.NewPCG(1, uint64(i)))
					w := nodes[i%len(nodes)]
					var mine []conversation.CustomerID
					for n := range 60 {
						customer, kind := customers[dice.IntN(waiting)], agents.Claim
						queue, err := w.desk.List(ctx, a, agents.Query{View: agents.ViewQueue, Limit: waiting})
						if err != nil {
							t.Error(err)
						}
						held := slices.IndexFunc(queue.Items, func(s agents.Summary) bool { return s.Offered == a.ID })
						switch what := dice.IntN(6); {
						case len(mine) > 0 && (what < 3 || held < 0):
							customer, mine, kind = mine[0], mine[1:], agents.Transfer
						case held >= 0:
							customer = queue.Items[held].Customer
							if what == 3 {
								kind = agents.Decline
							}
						case what < 5:
							continue // they wait for an offer
						}
						_, err = w.desk.Act(ctx, a, lumen, customer, agents.Act{ID: fmt.Sprint(n), Kind: kind})
						var refused *agents.Refusal
						switch {
						case err == nil && kind == agents.Claim:
							mine = append(mine, customer)
						case err != nil && !errors.As(err, &refused):
							t.Errorf("%s: %v", kind, err)
						}
					}
				})
			}
			working.Wait()
			stop()
			assigning.Wait()
			offered, claimed := nodes[0].judgeOffers(capacity)
			t.Logf("%d offers, %d claims", offered, claimed)
			if offered < people || claimed < people {
				t.Error("too little happened: this proves nothing")
			}
		})
	}
}

// judgeOffers reads the log: between two offers of a conversation the first
// ended, who claimed it while it was held is whom it was held for, and nobody
// ever had or held more than capacity.
func (w *world) judgeOffers(capacity int) (offered, claimed int) {
	w.Helper()
	rows, err := w.store.Log(context.Background(), lumen, 0, 100_000)
	if err != nil {
		w.Fatal(err)
	}
	held, owner := make(map[conversation.CustomerID]conversation.AgentID), make(map[conversation.CustomerID]conversation.AgentID)
	for _, r := range rows {
		var turn struct{ Event conversation.Event }
		if err := json.Unmarshal(r.Payload, &turn); err != nil || turn.Event.Act == nil {
			continue
		}
		c, act := r.Customer, turn.Event.Act
		switch turn.Event.Type {
		case conversation.AgentOffered:
			offered++
			if held[c] != "" || owner[c] != "" {
				w.Errorf("%s is offered to %s while %s%s has it", c, act.To, held[c], owner[c])
			}
			held[c] = act.To
		case conversation.AgentClaimed:
			claimed++
			if held[c] != "" && held[c] != act.Agent || owner[c] != "" {
				w.Errorf("%s is claimed by %s while %s%s has it", c, act.Agent, held[c], owner[c])
			}
			held[c], owner[c] = "", act.Agent
		case conversation.AgentDeclined:
			if held[c] != act.Agent {
				w.Errorf("%s is declined by %s, held for %q", c, act.Agent, held[c])
			}
			held[c] = ""
		case conversation.AgentTransferred: // to the queue
			held[c], owner[c] = "", ""
		}
		has := make(map[conversation.AgentID]int)
		for _, of := range []map[conversation.CustomerID]conversation.AgentID{held, owner} {
			for _, a := range of {
				if a != "" {
					has[a]++
				}
			}
		}
		for a, n := range has {
			if n > capacity {
				w.Errorf("%s has %d, and takes %d", a, n, capacity)
			}
		}
	}
	return offered, claimed
}
