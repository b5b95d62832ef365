package gateway_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/causette/causette/configs"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

const chats = conversation.ChannelID("lumen-wa")

// chat is a played WhatsApp beside the carrier of texts.
type chat struct{ *carrier }

func (chat) ID() conversation.ChannelID  { return chats }
func (chat) Medium() conversation.Medium { return conversation.WhatsApp }

// writes lets somebody write on WhatsApp: as a LID, with the number where it is known.
func (w *world) writes(who gateway.Who, id, text string) gateway.Outcome {
	w.t.Helper()
	from := who.Address
	out, err := w.gateway.Accept(w.t.Context(), brand, who, gateway.InboundEvent(conversation.Inbound{
		Carrier: conversation.CarrierID(id), Channel: chats, Medium: conversation.WhatsApp, From: from, Text: text, At: time.Now().UTC(),
	}))
	if err != nil {
		w.t.Fatalf("%s: %v", text, err)
	}
	return out
}

func newChats(t *testing.T, url string) *world {
	t.Helper()
	script, err := conversation.ParseScript(conversation.BrandInfo{ID: brand, Name: "Lumen", Languages: []string{"fr", "en"},
		Country: "FR", Timezone: "Europe/Paris", Currency: "EUR", Email: "aide@lumen.example"}, configs.Scripts(brand), ".")
	if err != nil {
		t.Fatal(err)
	}
	return newScripted(t, url, script, func(o *gateway.Options) {
		o.Routes = append(o.Routes, gateway.Route{Brand: brand, Channel: chat{newCarrier()}})
	})
}

func TestWhoTextsAndThenWritesOnWhatsAppKeepsOneConversation(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		w := newChats(t, url)
		const lid = conversation.Address("lid:100000000000002")
		texted := w.text(ana, "IN1", "bonjour")
		w.awaitStatus(texted.Customer, gateway.Accepted)
		wrote := w.writes(gateway.Who{Address: ana, Alias: lid}, "WA1", "où est mon colis ?")
		if wrote.Customer != texted.Customer || wrote.Version != texted.Version+1 {
			t.Errorf("texted: %+v, wrote: %+v", texted, wrote)
		}
		hidden := w.writes(gateway.Who{Address: lid}, "WA2", "merci")
		if hidden.Customer != texted.Customer {
			t.Errorf("as a LID they are %s", hidden.Customer)
		}
		list := w.awaitStatus(texted.Customer, gateway.Accepted)
		answered := make(map[conversation.ChannelID]conversation.Address)
		for _, m := range list {
			if !m.Inbound {
				answered[m.Channel] = m.Address
			}
		}
		if answered[channel] != ana || answered[chats] == "" || list[0].Channel != channel {
			t.Errorf("answered at %v; thread: %+v", answered, list)
		}
	})
}

func TestWhoWroteAsALIDIsMergedWhenTheirNumberIsKnownAndWhatTheyStoppedHolds(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		w := newChats(t, url)
		const lid = conversation.Address("lid:100000000000002")
		offer := func(id string, to conversation.Address) *conversation.Turn {
			t.Helper()
			out, err := w.gateway.Accept(t.Context(), brand, gateway.Who{Address: to}, conversation.Event{ID: conversation.EventID("prompt:" + id), Type: conversation.PromptRequested, Time: time.Now().UTC(),
				Prompt: &conversation.Prompt{ID: id, Purpose: conversation.Marketing, To: to, Text: "Lumen : -20 % sur les lampes."}})
			if err != nil {
				t.Fatal(err)
			}
			return out.Turn
		}
		texted := w.text(ana, "IN1", "START")
		w.awaitStatus(texted.Customer, gateway.Accepted)
		if c, err := w.store.Conversation(t.Context(), brand, gateway.Who{Address: ana}); err != nil || c.Customer.Consent(conversation.SMS, conversation.Marketing) != conversation.Given {
			t.Fatalf("consents: %+v, %v", c.Customer.Consents, err)
		}
		hidden := w.writes(gateway.Who{Address: lid}, "WA1", "STOP")
		if hidden.Customer == texted.Customer {
			t.Fatal("nobody knows yet that they are one person")
		}
		w.awaitStatus(hidden.Customer, gateway.Accepted)
		if turn := offer("p0", lid); len(turn.Messages) > 0 || len(turn.Prompts) != 1 || turn.Prompts[0].Verdict.Route.Medium == conversation.SMS {
			t.Errorf("an offer to a LID: %+v", turn)
		}

		known := w.writes(gateway.Who{Address: ana, Alias: lid}, "WA2", "où est mon colis ?")
		if known.Customer != texted.Customer {
			t.Errorf("the number's customer is %s, got %s", texted.Customer, known.Customer)
		}
		list := w.awaitStatus(texted.Customer, gateway.Accepted, gateway.Cancelled)
		if len(list) < 5 || len(w.thread(hidden.Customer)) != 0 {
			t.Errorf("thread: %+v", list)
		}
		if turn := offer("p1", ana); len(turn.Messages) > 0 || turn.Prompts[0].Verdict.Code != "opted_out" {
			t.Errorf("an offer after STOP: %+v", turn.Prompts[0].Verdict)
		}
		log, err := w.store.Log(t.Context(), brand, 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		merged := 0
		for _, e := range log {
			if e.Type != gateway.CustomerMerged {
				continue
			}
			var of gateway.Merged
			if err := json.Unmarshal(e.Payload, &of); err != nil || e.Customer != hidden.Customer || of.From != hidden.Customer || of.To != texted.Customer {
				t.Errorf("log: %+v, %v", of, err)
			}
			merged++
		}
		if merged != 1 {
			t.Errorf("the log tells it %d times", merged)
		}
	})
}

// Whoever sends a message knows its customer as they were when it left: what
// became of it is settled though they are somebody else by then.
func TestWhatFliesWhileItsCustomerIsMergedIsSettledOnce(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		w := newWorld(t, url, func(o *gateway.Options) { o.Deadline, o.Lease = 10*time.Second, 20*time.Second })
		const bea = conversation.Address("+33612345679")
		known := w.text(ana, "IN0", "say 0").Customer
		hold := make(chan struct{})
		w.carrier.next(fate{hold: hold})
		// The parrot says everything as SMS, which only a number gets.
		first := w.text("whatsapp:4242", "IN1", "say 0").Customer
		if _, err := w.gateway.Accept(t.Context(), brand, gateway.Who{Customer: first}, inbound(bea, "IN2", "say 2")); err != nil {
			t.Fatal(err)
		}
		w.carrier.await(t, "the first attempt", func() bool { return w.carrier.tried == 1 })
		if out, err := w.gateway.Accept(t.Context(), brand, gateway.Who{Address: ana, Alias: "whatsapp:4242"}, inbound(ana, "IN3", "say 0")); err != nil || out.Customer != known {
			t.Fatalf("%+v, %v", out, err)
		}
		close(hold)
		w.carrier.await(t, "both messages", func() bool { return len(w.carrier.accepted) == 2 })
		w.awaitStatus(known, gateway.Accepted)
		if w.carrier.mu.Lock(); w.carrier.tried != 2 {
			t.Errorf("tried %d times", w.carrier.tried)
		}
		w.carrier.mu.Unlock()
	})
}

func TestNoSMSLeavesToWhoHasNoNumber(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		const lid = conversation.Address("lid:100000000000002")
		list := w.awaitStatus(w.text(lid, "IN1", "say 2").Customer, gateway.Failed)
		if len(list) != 3 || list[1].Code != "no_phone" || list[2].Code != "no_phone" {
			t.Errorf("thread: %+v", list)
		}
		w.carrier.mu.Lock()
		defer w.carrier.mu.Unlock()
		if w.carrier.tried != 0 {
			t.Errorf("the carrier was asked %d times", w.carrier.tried)
		}
	})
}
