package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/twilio"
)

// book is a door that keeps what came in.
type book struct{ events []conversation.Event }

func (b *book) Accept(_ context.Context, _ conversation.BrandID, _ gateway.Who, e conversation.Event) (gateway.Outcome, error) {
	b.events = append(b.events, e)
	return gateway.Outcome{}, nil
}

func (b *book) Report(context.Context, gateway.Report) error { return nil }

func TestTheGatewayTakesEveryWebhookThatTheBenchmarkWrites(t *testing.T) {
	door := &book{}
	var channels []*twilio.Channel
	for i := range senders {
		c, err := twilio.New(twilio.Config{
			ID: conversation.ChannelID(channelID(i)), Brand: brand, Address: shortCode(i),
			AccountSID: accountSID, AuthToken: authToken, PublicURL: publicURL,
		})
		if err != nil {
			t.Fatal(err)
		}
		channels = append(channels, c)
	}
	hooks := twilio.NewHooks(door, slog.New(slog.DiscardHandler), channels...)
	for _, customer := range []int{0, 1, 2, 3, 61_803, customers - 1} {
		req, err := webhook("127.0.0.1:1", customer)
		if err != nil {
			t.Fatalf("customer %d: %v", customer, err)
		}
		w := httptest.NewRecorder()
		hooks.ServeHTTP(w, req)
		if w.Code != http.StatusOK {
			t.Fatalf("customer %d: %d %s", customer, w.Code, w.Body)
		}
		in := door.events[len(door.events)-1].Message
		if customerAt(string(in.From)) != customer || in.Text != keyword || in.Channel != conversation.ChannelID(channelID(channelOf(customer))) {
			t.Fatalf("customer %d arrives as %+v", customer, in)
		}
	}
	if door.events[0].ID == door.events[1].ID {
		t.Fatalf("two texts have one id, %s", door.events[0].ID)
	}
}

func TestANumberThatIsNoCustomersIsNone(t *testing.T) {
	for _, a := range []string{"", "+33612", "+3361200000", "+33612100000", "+336121000000", "+33612abcdef"} {
		if i := customerAt(a); i != -1 {
			t.Errorf("%q is taken for customer %d", a, i)
		}
	}
}
