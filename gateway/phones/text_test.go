package phones

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

func (tw *town) text(t *testing.T, x Text) Message {
	t.Helper()
	m, err := tw.Text(claire, x)
	if err != nil {
		t.Fatalf("text %+v: %v", x, err)
	}
	return m
}

func TestATextBecomesAnEventOfItsChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tw := newTown(t, Options{PublicURL: "http://127.0.0.1:8080"})
		m := tw.text(t, Text{Text: "où est mon\x00 colis ?"})
		if m.State != Sending {
			t.Errorf("the phone says %s before the gateway has it", m.State)
		}
		synctest.Wait()
		equal(t, "states", tw.states(t, claire), []State{Delivered})
		e := tw.door.events[0]
		if e.ID != conversation.EventID("in:lumen-sms:"+string(m.ID)) || e.Type != conversation.MessageReceived || !e.Time.Equal(m.At) {
			t.Errorf("event %+v", e)
		}
		in := *e.Message
		if in.Text != "où est mon colis ?" || in.From != claire || in.To != "36106" || in.Medium != conversation.SMS || in.Carrier != m.ID {
			t.Errorf("inbound %+v", in)
		}
	})
}

func TestABusyGatewayIsAskedAgainAndThePhoneKeepsItsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tw := newTown(t, Options{})
		tw.door.refuse(3)
		tw.text(t, Text{Text: "un"})
		tw.text(t, Text{Text: "deux"})
		synctest.Wait()
		equal(t, "states while busy", tw.states(t, claire), []State{Sending, Sending})
		time.Sleep(time.Minute)
		equal(t, "states", tw.states(t, claire), []State{Delivered, Delivered})
		equal(t, "texts", tw.door.texts(), []string{"un", "deux"})
	})
}

func TestATextThatTheGatewayNeverTookFailsAndMayBeSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tw := newTown(t, Options{})
		tw.door.refuse(maxTries)
		m := tw.text(t, Text{Text: "STOP"})
		time.Sleep(time.Minute)
		equal(t, "states", tw.states(t, claire), []State{Failed})
		again, err := tw.Retry(claire, m.ID)
		if err != nil || again.ID != m.ID {
			t.Fatalf("retry: %+v, %v", again, err)
		}
		synctest.Wait()
		equal(t, "states", tw.states(t, claire), []State{Delivered})
		equal(t, "texts", tw.door.texts(), []string{"STOP"})
	})
}

func TestCatchingUpFindsWhatTheGatewayRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tw := newTown(t, Options{})
		began := time.Now()
		tw.text(t, Text{Text: "un"})
		time.Sleep(time.Second)
		tw.door.refuse(maxTries)
		tw.text(t, Text{Text: "deux"})
		time.Sleep(time.Minute)
		equal(t, "states", tw.states(t, claire), []State{Delivered, Failed})

		var listed []string
		stop := errors.New("the database is away")
		err := tw.sms.Inbound(t.Context(), began, func(in conversation.Inbound) error {
			if listed = append(listed, in.Text); in.Text == "deux" {
				return stop
			}
			return nil
		})
		if !errors.Is(err, stop) {
			t.Errorf("got %v, want the first error", err)
		}
		equal(t, "listed", listed, []string{"un", "deux"})
		equal(t, "states", tw.states(t, claire), []State{Delivered, Failed})

		listed = nil
		err = tw.sms.Inbound(t.Context(), began.Add(time.Second), func(in conversation.Inbound) error {
			listed = append(listed, in.Text)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		equal(t, "listed", listed, []string{"deux"})
		equal(t, "states", tw.states(t, claire), []State{Delivered, Delivered})
		if err := tw.wa.Inbound(t.Context(), began, func(conversation.Inbound) error { return stop }); err != nil {
			t.Errorf("another line lists it: %v", err)
		}
	})
}

func TestATextThatIsStillOnTheAirIsNotListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tw := newTown(t, Options{})
		if err := tw.SetNetwork(Network{DelayMS: 5000}); err != nil {
			t.Fatal(err)
		}
		tw.text(t, Text{Text: "lent"})
		err := tw.sms.Inbound(t.Context(), time.Time{}, func(in conversation.Inbound) error { return errors.New(in.Text) })
		if err != nil {
			t.Errorf("listed: %v", err)
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		equal(t, "texts", tw.door.texts(), []string{"lent"})
	})
}

func TestARepeatedTextHasOneID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tw := newTown(t, Options{})
		twice := 0
		tw.Connect(counting{tw.door, &twice})
		if err := tw.SetNetwork(Network{Repeated: true}); err != nil {
			t.Fatal(err)
		}
		tw.text(t, Text{Text: "oui"})
		synctest.Wait()
		if twice != 2 {
			t.Errorf("the gateway heard it %d times", twice)
		}
		equal(t, "texts", tw.door.texts(), []string{"oui"})
	})
}

type counting struct {
	*door
	n *int
}

func (c counting) Accept(ctx context.Context, b conversation.BrandID, w gateway.Who, e conversation.Event) (gateway.Outcome, error) {
	*c.n++
	return c.door.Accept(ctx, b, w, e)
}

func TestOneKeyIsOneText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tw := newTown(t, Options{})
		first := tw.text(t, Text{Text: "oui", Key: "k1"})
		if again := tw.text(t, Text{Text: "oui", Key: "k1"}); again.ID != first.ID {
			t.Errorf("two texts: %s and %s", first.ID, again.ID)
		}
		_, err := tw.Text(claire, Text{Text: "non", Key: "k1"})
		wantCode(t, err, "key_reused")
		synctest.Wait()
		equal(t, "texts", tw.door.texts(), []string{"oui"})
	})
}

func TestReactionsAndQuotesTravelAsTheMediumCanCarryThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tw := newTown(t, Options{})
		onSMS, onWA := tw.send(t, tw.sms, "Bonne nouvelle !"), tw.send(t, tw.wa, "Bonne nouvelle !")
		tw.text(t, Text{Channel: "lumen-sms", Reaction: "👍", ReplyTo: onSMS.Carrier})
		tw.text(t, Text{Channel: "lumen-wa", Reaction: "👍", ReplyTo: onWA.Carrier})
		tw.text(t, Text{Channel: "lumen-wa", Text: "oui", ReplyTo: onWA.Carrier})
		synctest.Wait()
		e := tw.door.events
		if in := e[0].Message; in.Text != "A aimé « Bonne nouvelle ! »" || in.Reaction || in.Replied != "" {
			t.Errorf("SMS reaction: %+v", in)
		}
		if in := e[1].Message; in.Text != "👍" || !in.Reaction || in.Replied != onWA.Carrier {
			t.Errorf("WhatsApp reaction: %+v", in)
		}
		if in := e[2].Message; in.Text != "oui" || in.Reaction || in.Replied != onWA.Carrier || in.Name != "Claire" {
			t.Errorf("WhatsApp quote: %+v", in)
		}
		_, err := tw.Text(claire, Text{Channel: "lumen-sms", Text: "oui", ReplyTo: onSMS.Carrier})
		wantCode(t, err, "no_quotes")
		_, err = tw.Text(claire, Text{Channel: "lumen-wa", Text: "oui", ReplyTo: onSMS.Carrier})
		wantCode(t, err, "no_message")
	})
}

func TestAPhoneRefusesWhatItCannotSend(t *testing.T) {
	tests := []struct {
		name string
		text Text
		code string
	}{
		{"nothing", Text{Text: " \n"}, "empty"},
		{"too much for an SMS", Text{Text: strings.Repeat("é", MaxSMS+1)}, "too_long"},
		{"a line that does not exist", Text{Channel: "nope", Text: "a"}, "unknown_channel"},
		{"a reaction to nothing", Text{Reaction: "👍"}, "no_message"},
		{"a reaction with a text", Text{Reaction: "👍", Text: "oui", ReplyTo: "PH1"}, "too_much"},
		{"a reaction that is a sentence", Text{Reaction: "formidable", ReplyTo: "PH1"}, "too_long"},
		{"a key that is a novel", Text{Text: "a", Key: strings.Repeat("k", maxKey+1)}, "too_long"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tw := newTown(t, Options{})
				_, err := tw.Text(claire, tt.text)
				wantCode(t, err, tt.code)
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		tw := newTown(t, Options{})
		if err := tw.SetNetwork(Network{Off: true}); err != nil {
			t.Fatal(err)
		}
		_, err := tw.Text(claire, Text{Text: "allô ?"})
		wantCode(t, err, "phone_off")
		_, err = tw.Text("+33639980099", Text{Text: "allô ?"})
		wantCode(t, err, "unknown_phone")
	})
}

func TestAwaitReturnsTheAnswerToAText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tw := newTown(t, Options{})
		tw.send(t, tw.sms, "avant")
		tw.door.answer = func(e conversation.Event) {
			if _, err := tw.sms.Send(t.Context(), tw.posting(e.Message.From, "reçu : "+e.Message.Text)); err != nil {
				t.Error(err)
			}
		}
		m := tw.text(t, Text{Text: "commande"})
		got, err := tw.Await(t.Context(), claire, m.Place, func(Message) bool { return true })
		if err != nil || got.Text != "reçu : commande" {
			t.Errorf("got %q, %v", got.Text, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := tw.Await(ctx, claire, got.Place, func(Message) bool { return true }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want the deadline", err)
		}
	})
}

func TestATextWaitsForAGatewayThatIsNotConnectedYet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tw := newTown(t, Options{})
		tw.Connect(nil)
		tw.text(t, Text{Text: "tôt"})
		time.Sleep(time.Second)
		tw.Connect(tw.door)
		time.Sleep(10 * time.Second)
		equal(t, "texts", tw.door.texts(), []string{"tôt"})
	})
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code != code {
		t.Errorf("got %v, want code %s", err, code)
	}
}
