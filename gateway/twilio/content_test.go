package twilio_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/channeltest"
	"github.com/causette/causette/gateway/twilio/twiliotest"
)

const (
	approved = "HX0123456789abcdef0123456789abcdef"
	body     = "*Lumen*\nBonjour {{1}}, votre panier ({{2}}) vous attend : {{3}}\n_STOP pour ne plus recevoir d'offres._"
)

// content is a posting outside WhatsApp's window: our text lacks the title and
// the signs of style that the approved template has.
func content() gateway.Posting {
	p := posting("Bonjour Ana, votre panier (Lampe Ondine) vous attend : https://lmn.example/l/abc STOP pour ne plus recevoir d'offres.")
	p.Purpose = conversation.Marketing
	p.Content = &conversation.Content{SID: approved, Variables: map[string]string{"1": "Ana", "2": "Lampe Ondine", "3": "https://lmn.example/l/abc"}}
	return p
}

func contents() map[string]string { return map[string]string{approved: body} }

func TestAnApprovedTemplateIsNamedNotWritten(t *testing.T) {
	var got url.Values
	c, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		got = r.PostForm
		w.WriteHeader(http.StatusCreated)
		w.Write([]byte(`{"sid":"SM1","status":"queued"}`))
	})
	p := content()
	p.Expires = p.Posted.Add(2 * time.Hour)
	if _, err := c.Send(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if got.Has("Body") || got.Get("ContentSid") != approved || got.Get("ValidityPeriod") != "7200" ||
		got.Get("ContentVariables") != `{"1":"Ana","2":"Lampe Ondine","3":"https://lmn.example/l/abc"}` {
		t.Errorf("posted %v", got)
	}
	p.Content = &conversation.Content{SID: approved}
	if _, err := c.Send(t.Context(), p); err != nil || got.Has("ContentVariables") {
		t.Errorf("without variables: posted %v, error %v", got, err)
	}
}

func TestAnApprovedTemplateIsSaidByTheCarrier(t *testing.T) {
	c := newCarrier(t, &channeltest.Door{}, "whatsapp:+33937000001", twiliotest.Options{Contents: contents()})
	if _, err := c.channel.Send(t.Context(), content()); err != nil {
		t.Fatal(err)
	}
	taken := c.played.Accepted()
	want := "*Lumen*\nBonjour Ana, votre panier (Lampe Ondine) vous attend : https://lmn.example/l/abc\n_STOP pour ne plus recevoir d'offres._"
	if len(taken) != 1 || taken[0].Body != want || taken[0].Content != approved {
		t.Fatalf("the carrier says %+v", taken)
	}
	for name, change := range map[string]func(*gateway.Posting){
		"a template that nobody approved": func(p *gateway.Posting) { p.Content.SID = "HX00000000000000000000000000000000" },
		"a value that is missing":         func(p *gateway.Posting) { delete(p.Content.Variables, "3") },
		"an empty value":                  func(p *gateway.Posting) { p.Content.Variables["3"] = "" },
	} {
		p := content()
		change(&p)
		_, err := c.channel.Send(t.Context(), p)
		var s *gateway.SendError
		if !errors.As(err, &s) || s.Consequence != gateway.GiveUp {
			t.Errorf("%s: %v, want to give up", name, err)
		}
	}
}

// A doubtful send of a template is found by what the carrier made of it, and
// nothing else that stands in the list is taken for it.
func TestADoubtfulTemplateIsLookedUp(t *testing.T) {
	for _, fault := range []twiliotest.Fault{twiliotest.AcceptReset, twiliotest.AcceptTruncate, twiliotest.AcceptBroken, twiliotest.Reset, twiliotest.Broken} {
		t.Run(string(fault), func(t *testing.T) {
			c := newCarrier(t, &channeltest.Door{}, "whatsapp:+33937000001", twiliotest.Options{Contents: contents(), Statuses: []string{}})
			for _, text := range []string{"Bonjour Ana, je regarde.", "Votre commande Lampe Ondine est livrée.", "STOP"} {
				if _, err := c.channel.Send(t.Context(), posting(text)); err != nil {
					t.Fatal(err)
				}
			}
			c.played.Next(fault)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			p := content()
			_, err := c.channel.Send(ctx, p)
			var s *gateway.SendError
			if !errors.As(err, &s) || s.Consequence != gateway.Ambiguous {
				t.Fatalf("got %v, want a doubt", err)
			}
			want := map[bool]int{true: 1}[fault.Accepts()]
			found, complete, err := c.channel.Lookup(t.Context(), p)
			if err != nil || !complete || len(found) != want {
				t.Fatalf("found %+v, complete %v, error %v, want %d", found, complete, err, want)
			}
			taken := c.played.Accepted()
			if want == 1 && found[0].Carrier != conversation.CarrierID(taken[len(taken)-1].Sid) {
				t.Errorf("took another message for it")
			}
		})
	}
}

// What the list shows of a template differs from our text in many ways.
func TestWhatATemplateIsKnownBy(t *testing.T) {
	for _, c := range []struct {
		name, listed string
		change       func(*gateway.Posting)
		want         int
	}{
		{name: "the text itself", listed: content().Text, want: 1},
		{name: "a title, buttons and signs of style around it", listed: "LUMEN\n\n*" + content().Text + "*\n\nVoir mon panier", want: 1},
		{name: "other words with every value", listed: "Coucou Ana ! Lampe Ondine : https://lmn.example/l/abc", want: 1},
		{name: "another customer's values", listed: "Coucou Léa ! Lampe Ondine : https://lmn.example/l/abc"},
		{name: "short values alone tell nothing", listed: "Ana, 2 articles", change: func(p *gateway.Posting) {
			p.Content.Variables = map[string]string{"1": "Ana", "2": "2"}
		}},
		{name: "a template without values by its text", listed: "Une surprise vous attend", want: 1, change: func(p *gateway.Posting) {
			p.Text, p.Content.Variables = "Une surprise vous attend", nil
		}},
		{name: "a template without values is not any text", listed: "Une surprise ?", change: func(p *gateway.Posting) {
			p.Text, p.Content.Variables = "Une surprise vous attend", nil
		}},
		{name: "an empty body", listed: ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			played := newCarrier(t, &channeltest.Door{}, "whatsapp:+33937000001", twiliotest.Options{Statuses: []string{}})
			if c.listed != "" {
				if _, err := played.channel.Send(t.Context(), posting(c.listed)); err != nil {
					t.Fatal(err)
				}
			}
			p := content()
			if c.change != nil {
				c.change(&p)
			}
			found, complete, err := played.channel.Lookup(t.Context(), p)
			if err != nil || !complete || len(found) != c.want {
				t.Errorf("found %+v, complete %v, error %v, want %d", found, complete, err, c.want)
			}
		})
	}
}
