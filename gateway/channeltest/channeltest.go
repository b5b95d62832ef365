package channeltest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Run runs the suite, one fresh carrier for each case.
func Run(t *testing.T, start Start) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, *world)
	}{
		{"an accepted message has the carrier's id", accepted},
		{"unicode and line ends arrive as they were written", unicode},
		{"media arrive", media},
		{"a hundred sends at once are a hundred messages", concurrent},
		{"a deadline that has passed sends nothing", deadlinePassed},
		{"a cancelled context sends nothing", cancelled},
		{"a slow carrier does not hold a send past its deadline", slow},
		{"a lost answer is ambiguous and the message is found", lost},
		{"a failure without a word is ambiguous", broken},
		{"too many requests are retried later", tooMany},
		{"a number that does not exist is never tried again", noSuchNumber},
		{"an opt-out at the carrier is told", optedOut},
		{"a lookup finds the message and leaves out others", lookup},
		{"a text reaches the door as it was written", text},
		{"a busy door is told to the carrier", busy},
		{"statuses are reported with message and attempt", statuses},
		{"texts that were missed are caught up with", catchUp},
	} {
		t.Run(c.name, func(t *testing.T) {
			door := &Door{}
			w := &world{door: door, carrier: start(t, door)}
			c.run(t, w)
		})
	}
}

type world struct {
	door    *Door
	carrier Carrier
	minted  int
}

// posting is a first attempt to tell the customer something.
func (w *world) posting(text string) gateway.Posting {
	w.minted++
	now := time.Now().UTC()
	return gateway.Posting{
		Brand:    w.carrier.Brand(),
		Customer: "customer-1",
		Message:  conversation.MessageID(fmt.Sprintf("message-%d", w.minted)),
		Attempt:  1,
		Channel:  w.carrier.Channel().ID(),
		To:       w.carrier.Customer(),
		Text:     text,
		Purpose:  conversation.Transactional,
		Created:  now,
		Posted:   now,
		Expires:  now.Add(time.Hour),
	}
}

func bounded(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func (w *world) send(t *testing.T, p gateway.Posting) gateway.Receipt {
	t.Helper()
	r, err := w.carrier.Channel().Send(bounded(t), p)
	if err != nil {
		t.Fatalf("send: %v", err)
	}
	return r
}

// fail sends and returns the error, which must state its consequence.
func (w *world) fail(t *testing.T, ctx context.Context, p gateway.Posting) *gateway.SendError {
	t.Helper()
	_, err := w.carrier.Channel().Send(ctx, p)
	if err == nil {
		t.Fatal("the send succeeded")
	}
	var s *gateway.SendError
	if !errors.As(err, &s) {
		t.Fatalf("the error is no *gateway.SendError: %T %v", err, err)
	}
	if s.Code == "" || s.Consequence == "" {
		t.Fatalf("the error has no code or no consequence: %+v", s)
	}
	return s
}

func (w *world) next(t *testing.T, f Fault) {
	t.Helper()
	if !w.carrier.Next(f) {
		t.Skipf("a send cannot end in %q here", f)
	}
}

func (w *world) taken(t *testing.T, want int) []Taken {
	t.Helper()
	taken := w.carrier.Taken()
	if len(taken) != want {
		t.Fatalf("the carrier took %d messages, want %d: %v", len(taken), want, taken)
	}
	return taken
}

func accepted(t *testing.T, w *world) {
	p := w.posting("Bonjour")
	r := w.send(t, p)
	if r.Carrier == "" {
		t.Error("the receipt names no message")
	}
	if r.Status.Rank() < gateway.Accepted.Rank() {
		t.Errorf("status %q ranks below accepted", r.Status)
	}
	got := w.taken(t, 1)[0]
	if got.Carrier != r.Carrier || got.To != p.To || got.Text != p.Text {
		t.Errorf("the carrier took %+v, sent was %+v with receipt %+v", got, p, r)
	}
	if again := w.send(t, w.posting("Bonjour")); again.Carrier == r.Carrier {
		t.Error("two messages have one id")
	}
}

func unicode(t *testing.T, w *world) {
	texts := []string{
		"Élodie, où ça ? Œuvre à 12,50 €",
		"une ligne\net une autre\r\n\tfin ",
		"👩‍👩‍👧‍👦 🇫🇷 ñ 漢字 עברית",
		"a=b&c=d;e+f%20 \"<xml/>\" \\n",
		"+", "%", "0",
	}
	for _, text := range texts {
		w.send(t, w.posting(text))
	}
	for i, got := range w.taken(t, len(texts)) {
		if got.Text != texts[i] {
			t.Errorf("sent %q, arrived %q", texts[i], got.Text)
		}
	}
}

func media(t *testing.T, w *world) {
	p := w.posting("Votre lampe")
	p.Media = []string{"https://lumen.example/lampe.jpg?w=1&h=2", "https://lumen.example/b.png"}
	w.send(t, p)
	if got := w.taken(t, 1)[0]; !slices.Equal(got.Media, p.Media) {
		t.Errorf("sent %q, arrived %q", p.Media, got.Media)
	}
}

func concurrent(t *testing.T, w *world) {
	const n = 100
	ctx := bounded(t)
	var sends sync.WaitGroup
	ids := make([]conversation.CarrierID, n)
	for i := range n {
		p := w.posting(fmt.Sprintf("texte %d", i))
		sends.Go(func() {
			r, err := w.carrier.Channel().Send(ctx, p)
			if err != nil {
				t.Errorf("send %d: %v", i, err)
			}
			ids[i] = r.Carrier
		})
	}
	sends.Wait()
	taken := map[conversation.CarrierID]string{}
	for _, m := range w.taken(t, n) {
		taken[m.Carrier] = m.Text
	}
	for i, id := range ids {
		if want := fmt.Sprintf("texte %d", i); taken[id] != want {
			t.Errorf("message %s carries %q, want %q", id, taken[id], want)
		}
	}
}

func deadlinePassed(t *testing.T, w *world) {
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Millisecond))
	defer cancel()
	// Nothing was written, so nothing is doubtful.
	if s := w.fail(t, ctx, w.posting("trop tard")); s.Consequence != gateway.Retry {
		t.Errorf("consequence %q, want retry", s.Consequence)
	}
	w.taken(t, 0)
}

func cancelled(t *testing.T, w *world) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if s := w.fail(t, ctx, w.posting("annulé")); s.Consequence != gateway.Retry {
		t.Errorf("consequence %q, want retry", s.Consequence)
	}
	w.taken(t, 0)
}

func slow(t *testing.T, w *world) {
	w.next(t, Slow)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	if s := w.fail(t, ctx, w.posting("lent")); s.Consequence != gateway.Ambiguous {
		t.Errorf("consequence %q, want ambiguous", s.Consequence)
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("the send took %v, its deadline was 100 ms", took)
	}
}

func lost(t *testing.T, w *world) {
	w.next(t, AcceptThenDie)
	p := w.posting("perdu en route")
	if s := w.fail(t, bounded(t), p); s.Consequence != gateway.Ambiguous {
		t.Fatalf("consequence %q, want ambiguous", s.Consequence)
	}
	want := w.taken(t, 1)[0]
	switch c := w.carrier.Channel().(type) {
	case gateway.SameIDRetrier:
		w.send(t, p)
		w.taken(t, 1)
	case gateway.Lookuper:
		found, complete, err := c.Lookup(bounded(t), p)
		if err != nil || !complete || len(found) != 1 || found[0].Carrier != want.Carrier {
			t.Errorf("lookup: %+v, complete %v, error %v, want %s", found, complete, err, want.Carrier)
		}
	default:
		t.Error("the channel can neither look up a message nor send it again with the same id")
	}
}

func broken(t *testing.T, w *world) {
	w.next(t, Broken)
	if s := w.fail(t, bounded(t), w.posting("panne")); s.Consequence != gateway.Ambiguous {
		t.Errorf("consequence %q, want ambiguous", s.Consequence)
	}
}

func tooMany(t *testing.T, w *world) {
	w.next(t, TooMany)
	s := w.fail(t, bounded(t), w.posting("doucement"))
	if s.Consequence != gateway.Retry || s.After <= 0 {
		t.Errorf("consequence %q after %v, want a retry after a while", s.Consequence, s.After)
	}
	w.taken(t, 0)
	w.send(t, w.posting("doucement"))
}

func noSuchNumber(t *testing.T, w *world) {
	w.next(t, NoSuchNumber)
	if s := w.fail(t, bounded(t), w.posting("personne")); s.Consequence != gateway.Invalid {
		t.Errorf("consequence %q, want invalid", s.Consequence)
	}
	w.taken(t, 0)
}

func optedOut(t *testing.T, w *world) {
	w.next(t, OptedOut)
	if s := w.fail(t, bounded(t), w.posting("stop")); s.Consequence != gateway.OptedOut {
		t.Errorf("consequence %q, want opted out", s.Consequence)
	}
	w.taken(t, 0)
}
