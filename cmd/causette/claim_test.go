package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/twilio/twiliotest"
)

// The agent of the claim races, who takes any number of conversations.
const (
	claimant         = "lea@lumen.example"
	claimantPassword = "une lampe bleue"
	signed           = "Ici Léa : " // begins what she writes, and nothing that the assistant says
)

// confirmed are the texts whose answers no claim holds back.
var confirmed = []string{"STOP", "START", "AIDE", "HELP"}

// teller is an agent's browser at the load balancer: any node may do an act.
type teller struct {
	client       http.Client
	base         string
	cookie, csrf string
}

// enter makes the account and logs it in.
func (s *trial) enter() *teller {
	s.t.Helper()
	s.t.Setenv("TWILIO_AUTH_TOKEN", authToken)
	var said bytes.Buffer
	code := run(s.t.Context(), []string{
		"agent", "add", "--config", s.config, "--email", claimant, "--name", "Léa", "--capacity", "0", "--password-stdin",
	}, streams{strings.NewReader(claimantPassword), &said, &said})
	if code != exitDone {
		s.t.Fatalf("agent add: exit %d, %s", code, &said)
	}
	node, _ := s.router.draw() // the router keeps no cookies
	p := &teller{base: node, client: http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: racers}}}
	s.t.Cleanup(p.client.CloseIdleConnections)
	status, body, err := p.post(s.t.Context(), "session", map[string]string{"email": claimant, "password": claimantPassword})
	if err != nil || status != http.StatusOK {
		s.t.Fatalf("login: %d %s, %v", status, body, err)
	}
	var me struct{ CSRF string }
	if err := json.Unmarshal(body, &me); err != nil || me.CSRF == "" || p.cookie == "" {
		s.t.Fatalf("login: %s, cookie %q, %v", body, p.cookie, err)
	}
	p.csrf, p.base = me.CSRF, s.router.server.URL
	return p
}

func (p *teller) post(ctx context.Context, path string, body any) (int, []byte, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base+"/v1/desk/"+path, bytes.NewReader(text))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", publicURL)
	if p.csrf != "" {
		r.Header.Set("X-Causette-CSRF", p.csrf)
		r.Header.Set("Cookie", p.cookie)
	}
	answer, err := p.client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	if c := answer.Header.Get("Set-Cookie"); p.csrf == "" {
		p.cookie, _, _ = strings.Cut(c, ";")
	}
	text, err = io.ReadAll(answer.Body)
	return answer.StatusCode, text, err
}

// act asks for one act until it is answered, always with the same id. It returns
// whether it was done; a write that the customer's STOP forbids is not.
func (p *teller) act(ctx context.Context, s *trial, customer conversation.CustomerID, act map[string]string) bool {
	for ctx.Err() == nil {
		status, body, err := p.post(ctx, fmt.Sprintf("conversations/%s/%s/acts", brandID, customer), act)
		var problem struct{ Code string }
		switch {
		case err == nil && status == http.StatusOK:
			return true
		case err != nil || status == http.StatusServiceUnavailable || status == http.StatusBadGateway: // the answer was lost, or there is none now
			s.pause(ctx, 40*time.Millisecond)
		case status == http.StatusConflict && json.Unmarshal(body, &problem) == nil && act["kind"] == "write" &&
			slices.Contains([]string{conversation.RefusedOptedOut, "refused_before"}, problem.Code):
			return false
		default:
			s.t.Errorf("%v was answered %d %s", act, status, body)
			return false
		}
	}
	return false
}

// claim is one customer's race: what makes the assistant speak, and when an
// agent's claim was acknowledged.
type claim struct {
	from     string
	texts    []*text
	stops    bool // one of the texts is STOP
	customer conversation.CustomerID
	sent     time.Duration // when the claim was first sent, by the carrier's clock
	acked    time.Duration // when it was first acknowledged
	wrote    []string      // what the agent wrote, and was told that it is said
}

// run plays one race: automations ask for offers and reminders, the customer
// writes, and the claim comes in between, once or twice with the same id.
func (r *claim) run(ctx context.Context, s *trial, doors []gateway.Door, lea *teller, dice *rand.Rand) {
	who := gateway.Who{Address: conversation.Address(r.from)}
	door := doors[dice.IntN(len(doors))]
	accept := func(e conversation.Event) {
		e.Time = time.Now().UTC()
		out, err := door.Accept(ctx, brandID, who, e)
		if err != nil {
			s.t.Errorf("%s: %v", e.Type, err)
			return
		}
		r.customer = out.Customer
	}
	accept(conversation.Event{ID: conversation.EventID("consent:" + r.from), Type: conversation.ConsentRecorded, Consent: &conversation.Consent{
		Medium: conversation.SMS, Purpose: conversation.Marketing, State: conversation.Given, Source: "form", At: time.Now().UTC().Add(-time.Hour),
	}})
	customer := r.customer
	prompt := func(i int, purpose conversation.Purpose, words string) {
		id := fmt.Sprintf("%s/%d", r.from, i)
		accept(conversation.Event{ID: conversation.EventID("prompt:" + id), Type: conversation.PromptRequested, Prompt: &conversation.Prompt{
			ID: id, Purpose: purpose, Text: words, Channel: channelID, Medium: conversation.SMS, To: who.Address,
		}})
	}
	prompts := 1 + dice.IntN(3)
	for i := range prompts {
		if dice.IntN(3) == 0 {
			prompt(i, conversation.Transactional, "Rappel : votre colis vous attend au relais.")
		} else {
			prompt(i, conversation.Marketing, "Une offre pour vous. STOP au 36105")
		}
	}

	var all sync.WaitGroup
	for _, x := range r.texts {
		all.Go(func() {
			s.pause(ctx, x.at)
			s.deliverOne(ctx, x)
		})
	}
	if dice.IntN(4) > 0 { // else the claim may come before anything left
		select {
		case <-s.network.request(r.from):
		case <-ctx.Done():
		}
	}
	offset := time.Duration(dice.Int64N(int64(raceDeadline)))
	again, copies := time.Duration(dice.Int64N(int64(raceDeadline))), 1+dice.IntN(2)
	writes, hesitates := 1+dice.IntN(2), time.Duration(dice.Int64N(int64(raceDeadline/3)))
	acks := make([]time.Duration, copies)
	for i := range acks {
		all.Go(func() {
			s.pause(ctx, offset+time.Duration(i)*again)
			if i == 0 {
				r.sent = s.played.Now()
			}
			if !lea.act(ctx, s, customer, map[string]string{"id": "claim-" + string(customer), "kind": "claim"}) {
				s.t.Errorf("the claim of %s was not done", r.from)
			}
			acks[i] = s.played.Now()
			if i > 0 {
				return
			}
			for k := range writes {
				words := fmt.Sprintf("%sréponse %d à %s.", signed, k, r.from)
				if lea.act(ctx, s, customer, map[string]string{"id": fmt.Sprintf("write-%s-%d", customer, k), "kind": "write", "text": words}) {
					r.wrote = append(r.wrote, words)
				}
				s.pause(ctx, hesitates)
			}
		})
	}
	for i := range 6 { // whoever writes the offers does not know of the claim
		s.pause(ctx, raceDeadline/6)
		prompt(prompts+i, conversation.Marketing, fmt.Sprintf("Encore une offre, la n° %d. STOP au 36105", i))
	}
	all.Wait()
	r.acked = slices.Min(acks)
}

// judge returns what the assistant said to the customer after the claim was
// acknowledged, and what the agent wrote and the customer did not get once. It
// tells whether the claim found something queued, and whether something reached
// the customer while it was on its way.
func (r *claim) judge(turns []turnTaken, accepted []twiliotest.Message) (wrong []string, held, nearly bool) {
	claims := 0
	exempt, givenUp := map[string]bool{}, map[string]bool{}
	for _, t := range turns {
		if t.Event.Type == conversation.AgentClaimed {
			claims++
		}
		for _, m := range t.Messages {
			givenUp[m.Text] = givenUp[m.Text] || m.gaveUp()
			if t.Event.Message != nil && slices.Contains(confirmed, t.Event.Message.Text) {
				exempt[string(m.ID)] = true
			}
			if m.stored.Status == gateway.Cancelled && (m.stored.Rule == conversation.Rule(conversation.AgentClaimed) || m.stored.Code == "fence.epoch") {
				held = true
			}
		}
	}
	if claims != 1 {
		wrong = append(wrong, fmt.Sprintf("%s was claimed by %d turns", r.from, claims))
	}
	got := map[string]int{}
	for _, m := range accepted {
		switch {
		case strings.HasPrefix(m.Body, signed):
			got[m.Body]++
		case exempt[m.Message]:
		case m.At > r.acked:
			wrong = append(wrong, fmt.Sprintf("%s got %q (%s, attempt %d) %v after the claim was acknowledged", r.from, m.Body, m.Message, m.Attempt, m.At-r.acked))
		case m.At > r.sent:
			nearly = true
		}
	}
	for _, words := range r.wrote {
		if n := got[words]; n > 1 || n == 0 && !r.stops && !givenUp[words] {
			wrong = append(wrong, fmt.Sprintf("%s got %q %d times", r.from, words, n))
		}
		delete(got, words)
	}
	for words := range got {
		wrong = append(wrong, fmt.Sprintf("%s got %q, which was refused", r.from, words))
	}
	return wrong, held, nearly
}

// newClaim invents what one customer writes: mostly questions that are answered
// at once, now and then a keyword or the wish for a person.
func newClaim(i int, dice *rand.Rand) *claim {
	r := &claim{from: phone(i)}
	for k := range 2 + dice.IntN(3) {
		body := "Quels sont vos horaires ?"
		switch n := dice.IntN(20); {
		case n == 0:
			body, r.stops = "STOP", true
		case n < 4:
			body = confirmed[1+dice.IntN(3)]
		case n == 4:
			body = "Je veux parler à un conseiller"
		}
		r.texts = append(r.texts, &text{
			sid: fmt.Sprintf("SM%016x%016x", i+1, k), from: r.from, body: body,
			at: time.Duration(dice.Int64N(int64(2 * raceDeadline))),
		})
	}
	return r
}

// Agents take conversations over while the assistant's messages are queued, in
// flight, slow, late and in doubt. By the carrier's clock nothing that the
// assistant says reaches the customer after the claim was acknowledged, but
// confirmations of STOP, START and HELP; what the agent writes arrives once. On
// PostgreSQL two nodes share the traffic, and any of them does the acts.
func TestProofClaim(t *testing.T) {
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			n := 50
			if long() {
				n = 10_000
			}
			seed := seeds(t, 1, 1)[0]
			s := newTrial(t, seed, db.open(t), conditions{day: badDay(), slow: .5, most: raceDeadline + raceDeadline/3, gives: raceDeadline})
			doors, stop := s.nodes(db.name)
			lea := s.enter()
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Minute)
			defer cancel()
			claims := make([]*claim, n)
			for i := range claims {
				claims[i] = newClaim(i, s.dice)
			}
			inParallel(n, func(i int) { claims[i].run(ctx, s, doors, lea, rand.New(rand.NewPCG(seed, uint64(i)))) })
			s.settled(ctx)
			s.played.Close()
			stop()
			s.judgeClaims(claims)
		})
	}
}

// judgeClaims judges every race, and that they were worth running.
func (s *trial) judgeClaims(claims []*claim) {
	s.t.Helper()
	h, err := readHistory(s.t.Context(), s.store)
	if err != nil {
		s.t.Fatal(err)
	}
	accepted := s.played.Accepted()
	wrong := h.kept(s.router, accepted)
	byPhone := byPhone(accepted)
	turns := map[conversation.CustomerID][]turnTaken{}
	for _, t := range h.turns {
		turns[t.customer] = append(turns[t.customer], t)
	}
	held, near, wrote := 0, 0, 0
	for _, r := range claims {
		late, queued, nearly := r.judge(turns[r.customer], byPhone[r.from])
		wrong, wrote = append(wrong, late...), wrote+len(r.wrote)
		if queued {
			held++
		}
		if nearly {
			near++
		}
	}
	s.t.Logf("%d races: %d messages reached the carrier, %d of them written by the agent; %d claims held back what was queued, %d came while a message did",
		len(claims), len(accepted), wrote, held, near)
	if held < len(claims)/3 || long() && near < len(claims)/10 { // a few races on a busy machine may all miss the moment
		wrong = append(wrong, "too few messages were queued or in flight when the claims came: this proves nothing")
	}
	if len(wrong) > 0 {
		s.t.Errorf("seed %d: %d faults:\n%s", s.seed, len(wrong), strings.Join(wrong[:min(len(wrong), 50)], "\n"))
	}
}
