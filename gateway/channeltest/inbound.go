package channeltest

import (
	"reflect"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

func lookup(t *testing.T, w *world) {
	c, ok := w.carrier.Channel().(gateway.Lookuper)
	if !ok {
		t.Skip("the channel does not look up")
	}
	p := w.posting("Votre colis part demain, 14,90 € 📦")
	w.send(t, w.posting("Votre colis part demain, 14,90 €"))
	want := w.send(t, p)
	w.send(t, w.posting("Autre chose"))

	found, complete, err := c.Lookup(bounded(t), p)
	if err != nil || !complete {
		t.Fatalf("lookup: complete %v, error %v", complete, err)
	}
	if len(found) != 1 || found[0].Carrier != want.Carrier {
		t.Errorf("found %+v, want %s alone", found, want.Carrier)
	}

	absent := w.posting("jamais envoyé")
	if found, complete, err := c.Lookup(bounded(t), absent); err != nil || !complete || len(found) != 0 {
		t.Errorf("a message that was never sent: found %+v, complete %v, error %v", found, complete, err)
	}
	later := p
	later.Posted = p.Posted.Add(24 * time.Hour)
	if found, _, err := c.Lookup(bounded(t), later); err != nil || len(found) != 0 {
		t.Errorf("the same text a day before was found: %+v, error %v", found, err)
	}
}

func text(t *testing.T, w *world) {
	texts := []conversation.Inbound{
		{Text: "Bonjour, où est mon colis ?"},
		{Text: "Élodie 👩‍👩‍👧‍👦\nligne 2 ; 100 % + a=b&c"},
		{Text: " STOP "},
		{Text: "regardez", Media: []conversation.Media{{URL: "https://media.example/1", Type: "image/jpeg"}}},
		{Media: []conversation.Media{{URL: "https://media.example/2", Type: "audio/ogg"}}},
	}
	began := time.Now().Add(-time.Minute)
	for _, in := range texts {
		if err := w.carrier.Write(bounded(t), in); err != nil {
			t.Fatalf("write %q: %v", in.Text, err)
		}
	}
	events := w.door.Events()
	if len(events) != len(texts) {
		t.Fatalf("%d events came in, want %d", len(events), len(texts))
	}
	seen := map[conversation.EventID]bool{}
	for i, k := range events {
		in := k.Event.Message
		if k.Event.Type != conversation.MessageReceived || in == nil {
			t.Fatalf("event %d is %+v", i, k.Event)
		}
		if in.Text != texts[i].Text || !reflect.DeepEqual(in.Media, texts[i].Media) {
			t.Errorf("written %+v, came in %+v", texts[i], *in)
		}
		if k.Brand != w.carrier.Brand() || in.Channel != w.carrier.Channel().ID() || in.Medium != w.carrier.Channel().Medium() {
			t.Errorf("the event belongs to %s, %s, %s", k.Brand, in.Channel, in.Medium)
		}
		if in.From != w.carrier.Customer() || k.Who.Address != in.From {
			t.Errorf("from %q of customer %q, want %q", in.From, k.Who.Address, w.carrier.Customer())
		}
		want := conversation.EventID("in:" + string(in.Channel) + ":" + string(in.Carrier))
		if in.Carrier == "" || k.Event.ID != want || seen[want] {
			t.Errorf("event id %q, want %q and none twice", k.Event.ID, want)
		}
		if in.At.Before(began) || !k.Event.Time.Equal(in.At) {
			t.Errorf("event at %v, text at %v", k.Event.Time, in.At)
		}
		seen[want] = true
	}
}

func busy(t *testing.T, w *world) {
	w.door.Refuse(gateway.ErrBusy)
	if err := w.carrier.Write(bounded(t), conversation.Inbound{Text: "il y a quelqu'un ?"}); err == nil {
		t.Error("the carrier was told that a refused text was taken")
	}
	w.door.Refuse(nil)
	if err := w.carrier.Write(bounded(t), conversation.Inbound{Text: "et maintenant ?"}); err != nil {
		t.Errorf("after the door opened: %v", err)
	}
}

func statuses(t *testing.T, w *world) {
	p := w.posting("Suivi")
	p.Attempt = 3
	r := w.send(t, p)
	before := len(w.door.Reports())
	told := 0
	for _, s := range []gateway.Status{gateway.Sent, gateway.Delivered, gateway.Read} {
		if !w.carrier.Report(bounded(t), r.Carrier, s) {
			continue
		}
		told++
		reports := w.door.Reports()[before:]
		if len(reports) != told {
			t.Fatalf("%d reports came in, want %d", len(reports), told)
		}
		got := reports[told-1]
		if got.Brand != p.Brand || got.Customer != p.Customer || got.Message != p.Message || got.Attempt != p.Attempt {
			t.Errorf("the report speaks of %s/%s/%s attempt %d", got.Brand, got.Customer, got.Message, got.Attempt)
		}
		if got.Carrier != r.Carrier || got.Status != s || got.At.IsZero() {
			t.Errorf("reported %+v, want %s of %s", got, s, r.Carrier)
		}
	}
	if told == 0 {
		t.Skip("the carrier reports no status")
	}
}

func catchUp(t *testing.T, w *world) {
	c, ok := w.carrier.Channel().(gateway.CatchUpper)
	if !ok {
		t.Skip("the channel does not catch up")
	}
	since := time.Now().Add(-time.Minute)
	written := []string{"un", "deux", "trois"}
	for i, text := range written {
		if i == 1 {
			w.door.Refuse(gateway.ErrBusy)
		}
		_ = w.carrier.Write(bounded(t), conversation.Inbound{Text: text}) // refused from the second on
	}
	w.door.Refuse(nil)
	first := w.door.Events()
	if len(first) != 1 {
		t.Fatalf("%d texts came in before, want 1", len(first))
	}

	var got []conversation.Inbound
	if err := c.Inbound(bounded(t), since, func(in conversation.Inbound) error {
		got = append(got, in)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(got) != len(written) {
		t.Fatalf("caught up with %d texts, want %d", len(got), len(written))
	}
	for i, in := range got {
		if in.Text != written[i] || in.From != w.carrier.Customer() || in.Channel != w.carrier.Channel().ID() {
			t.Errorf("text %d: %+v, want %q", i, in, written[i])
		}
	}
	// The deduplication rests on one id, however a text comes in.
	if got[0].Carrier != first[0].Event.Message.Carrier {
		t.Errorf("the same text is %s and %s", first[0].Event.Message.Carrier, got[0].Carrier)
	}

	enough := gateway.ErrBusy
	n := 0
	if err := c.Inbound(bounded(t), since, func(conversation.Inbound) error { n++; return enough }); err != enough || n != 1 {
		t.Errorf("after an error: %d texts more, error %v", n-1, err)
	}
	n = 0
	if err := c.Inbound(bounded(t), time.Now().Add(24*time.Hour), func(conversation.Inbound) error { n++; return nil }); err != nil || n != 0 {
		t.Errorf("texts of the future: %d, error %v", n, err)
	}
}
