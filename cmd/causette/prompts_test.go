package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/twilio/twiliotest"
)

// asked is one prompt of a trial, to one customer.
type asked struct {
	id, to  string
	purpose conversation.Purpose
	out     gateway.Outcome
}

// consent has the customer agree to offers by SMS.
func consent(ctx context.Context, door gateway.Door, to string) error {
	_, err := door.Accept(ctx, brandID, gateway.Who{Address: conversation.Address(to)}, conversation.Event{
		ID: conversation.EventID("consent:" + to), Type: conversation.ConsentRecorded, Time: time.Now().UTC(), Consent: &conversation.Consent{
			Medium: conversation.SMS, Purpose: conversation.Marketing, State: conversation.Given, Source: "form", At: time.Now().UTC().Add(-time.Hour),
		}})
	return err
}

// request asks for a prompt until it is accepted.
func request(ctx context.Context, door gateway.Door, p conversation.Prompt) (gateway.Outcome, error) {
	e := conversation.Event{ID: conversation.EventID("prompt:" + p.ID), Type: conversation.PromptRequested, Time: time.Now().UTC(), Prompt: &p}
	return door.Accept(ctx, brandID, gateway.Who{Address: p.To}, e)
}

// final says how a prompt ended: as its row says, or where it was said as its
// message says. What is not over is "".
func (s *trial) final(ctx context.Context, id string) (string, error) {
	row, said, err := s.store.Prompt(ctx, brandID, id)
	if err != nil {
		return "", err
	}
	switch row.Status {
	case conversation.PromptScheduled, conversation.PromptHeld, conversation.PromptShown:
		return "", nil
	case conversation.PromptQueued, conversation.PromptMerged:
		if len(said) == 0 {
			return "", fmt.Errorf("prompt %s is %s, and no message says it", id, row.Status)
		}
		switch m := said[len(said)-1]; m.Status {
		case gateway.Queued, gateway.PostingNow:
			return "", nil
		default:
			return string(m.Status), nil
		}
	}
	return string(row.Status), nil
}

// A thousand prompts on a bad day of the carrier's, each asked for by two
// automations at once: no customer gets two, and each prompt ends in one way.
func TestProofThousandPrompts(t *testing.T) {
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			n := 40
			if long() {
				n = 1000
			}
			seed := seeds(t, 1, 1)[0]
			s := newTrial(t, seed, db.open(t), conditions{day: badDay(), slow: .2, most: raceDeadline / 2, gives: raceDeadline})
			doors, stop := s.nodes(db.name)
			ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
			defer cancel()
			list := make([]*asked, n)
			for i := range list {
				list[i] = &asked{id: fmt.Sprintf("p%d", i), to: phone(i), purpose: conversation.Transactional}
				if s.dice.IntN(2) == 0 {
					list[i].purpose = conversation.Marketing
				}
			}
			inParallel(n, func(i int) {
				a := list[i]
				if err := consent(ctx, doors[i%len(doors)], a.to); err != nil {
					t.Errorf("consent of %s: %v", a.to, err)
				}
				inParallel(2, func(k int) {
					out, err := request(ctx, doors[(i+k)%len(doors)], conversation.Prompt{ID: a.id, Purpose: a.purpose,
						Text: "Bonjour, votre avis nous est précieux.", To: conversation.Address(a.to)})
					if err != nil {
						t.Errorf("prompt %s: %v", a.id, err)
					}
					if !out.Duplicate {
						a.out = out
					}
				})
			})
			s.settled(ctx)
			s.played.Close()
			stop()
			h, err := readHistory(t.Context(), s.store)
			if err != nil {
				t.Fatal(err)
			}
			accepted := s.played.Accepted()
			wrong := h.kept(s.router, accepted)
			got, ends := byPhone(accepted), map[string]int{}
			for _, a := range list {
				if len(got[a.to]) > 1 {
					wrong = append(wrong, fmt.Sprintf("%s got %d messages for one prompt: %v", a.to, len(got[a.to]), sids(got[a.to])))
				}
				end, err := s.final(t.Context(), a.id)
				if err != nil || end == "" || end == string(gateway.Unknown) {
					wrong = append(wrong, fmt.Sprintf("prompt %s ends as %q: %v", a.id, end, err))
				}
				ends[end]++
				reached := end == string(gateway.Accepted) || end == string(gateway.Sent) || end == string(gateway.Delivered)
				if reached != (len(got[a.to]) == 1) && a.purpose == conversation.Transactional {
					wrong = append(wrong, fmt.Sprintf("prompt %s ends as %s, and %s got %d messages", a.id, end, a.to, len(got[a.to])))
				}
			}
			t.Logf("%d prompts ended as %v", n, ends)
			if len(wrong) > 0 {
				t.Errorf("seed %d:\n%s", seed, strings.Join(wrong[:min(len(wrong), 50)], "\n"))
			}
		})
	}
}

const whatsAppSender = "whatsapp:+33937000001"

// withWhatsApp adds a WhatsApp channel to a trial's configuration, tried first.
func (s *trial) withWhatsApp(carrier string) {
	s.configure("    burst_wait: 0s\n", "    burst_wait: 0s\n    prefer: [whatsapp, sms]\n    fallback_after: 0s\n")
	s.configure("channels:\n", fmt.Sprintf("channels:\n  - {id: lumen-wa, brand: %s, kind: twilio, address: %q, account_sid: %s, auth_token: %q, base_url: %s, messages_per_second: 2000}\n",
		brandID, whatsAppSender, account, authToken, carrier))
}

// What WhatsApp refuses at once, fails later, or delivers: the first two go as SMS,
// once, however often the carrier says so.
func TestWhatWhatsAppCannotDeliverGoesAsSMSOnce(t *testing.T) {
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			refused, failed, fine, stopped := phone(1), phone(2), phone(3), phone(4)
			s := newTrial(t, 1, db.open(t), conditions{})
			s.played.Close()
			carrier := twiliotest.New(twiliotest.Options{AccountSID: account, AuthToken: authToken, Statuses: []string{},
				Numbers: map[string]int{"whatsapp:" + refused: 63024}, ListLag: playedLag})
			s.played = carrier
			base, err := carrier.Start()
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(carrier.Close)
			s.configure("(?m)^    base_url: .*$", "    base_url: "+base)
			s.withWhatsApp(base)
			doors, stop := s.nodes(db.name)
			carrier.SetGateways(publicURL+"/hooks/twilio/lumen-wa", s.router.server.URL)
			ctx := t.Context()
			people := []string{refused, failed, fine, stopped}
			for _, to := range people { // who wrote on WhatsApp may be written to for a day
				if d, err := carrier.Write(ctx, twiliotest.Text{From: "whatsapp:" + to, To: whatsAppSender, Body: "AIDE"}); err != nil || d.Status != http.StatusOK {
					t.Fatalf("%s: %+v %v", to, d, err)
				}
			}
			s.awaitAccepted(3) // of the answers; that to the refused number is none
			withdraw := func(to string) {
				_, err := doors[0].Accept(ctx, brandID, gateway.Who{Address: conversation.Address(to)}, conversation.Event{
					ID: "withdrawn", Type: conversation.ConsentRecorded, Time: time.Now().UTC(), Consent: &conversation.Consent{
						Medium: conversation.SMS, Purpose: conversation.Transactional, State: conversation.Withdrawn, Source: "api", At: time.Now().UTC()}})
				if err != nil {
					t.Fatal(err)
				}
			}
			withdraw(stopped)
			for i, to := range people {
				out, err := request(ctx, doors[0], conversation.Prompt{ID: fmt.Sprintf("p%d", i), Purpose: conversation.Transactional, Order: "o1",
					Text: "Votre colis arrive demain.", To: conversation.Address(to)})
				if err != nil {
					t.Fatal(err)
				}
				if out.Turn == nil || len(out.Turn.Messages) != 1 || out.Turn.Messages[0].Medium != conversation.WhatsApp {
					t.Fatalf("%s: %+v", to, out.Turn)
				}
			}
			s.awaitAccepted(3 + 4) // three on WhatsApp, and the SMS of the refused one
			tell := func(to, status string, code, times int) {
				t.Helper()
				for _, m := range carrier.Accepted() {
					if m.To == "whatsapp:"+to && strings.Contains(m.Body, "colis") {
						for range times {
							if answer, err := carrier.CallBack(m.Sid, status, code); err != nil || answer/100 != 2 {
								t.Fatalf("callback: %d %v", answer, err)
							}
						}
					}
				}
			}
			tell(failed, "undelivered", 63024, 3)
			tell(stopped, "undelivered", 63024, 2)
			tell(fine, "delivered", 0, 1)
			tell(fine, "undelivered", 63024, 2) // too late: it was delivered
			s.awaitAccepted(3 + 4 + 1)
			s.settled(ctx)
			stop()
			got := map[string][]string{}
			for _, m := range carrier.Accepted() {
				if strings.Contains(m.Body, "colis") {
					number := strings.TrimPrefix(m.To, "whatsapp:")
					got[number] = append(got[number], strings.TrimSuffix(m.To, number)+"sms")
				}
			}
			for to, want := range map[string][]string{refused: {"sms"}, failed: {"whatsapp:sms", "sms"}, fine: {"whatsapp:sms"}, stopped: {"whatsapp:sms"}} {
				if !slices.Equal(got[to], want) {
					t.Errorf("%s got %v, want %v", to, got[to], want)
				}
			}
			row, _, err := s.store.Prompt(ctx, brandID, "p3")
			if err != nil || row.Status != conversation.PromptUndeliverable {
				t.Errorf("who agreed to no SMS: %+v %v", row, err)
			}
		})
	}
}

// awaitAccepted waits until the carrier has so many messages.
func (s *trial) awaitAccepted(n int) {
	s.t.Helper()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	late := time.After(30 * time.Second)
	for len(s.played.Accepted()) < n {
		select {
		case <-look.C:
		case <-late:
			s.t.Fatalf("the carrier has %d messages, want %d: %+v", len(s.played.Accepted()), n, s.played.Accepted())
		}
	}
}
