package console

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// TestAResumeMissesAndDoublesNothing drives a console with turns, dropped
// connections, offers and recalls, restarted nodes, another log and pages that read slowly. In the
// end each page's store is what a fresh snapshot is.
func TestAResumeMissesAndDoublesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		desk := newMemory()
		w := startWorld(t, desk)
		defer func() { w.stop() }()
		b := w.login("theo")
		p := &resuming{w: w, view: newView()}
		p.connect(b)
		said := 0
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"say", "say", "burst", "offer", "decline", "sent", "recall", "read", "read", "drop", "restart", "cut", "flood"}).Draw(t, "what") {
			case "say":
				said++
				desk.say(customerOf(t), "", fmt.Sprint(said))
			case "offer":
				desk.offer(customerOf(t), conversation.AgentID(rapid.SampledFrom([]string{"theo", "lea"}).Draw(t, "to")))
			case "decline":
				desk.offer(customerOf(t), "")
			case "sent":
				desk.becomes(customerOf(t), gateway.Accepted)
			case "recall":
				desk.becomes(customerOf(t), gateway.Cancelled)
			case "burst":
				for range rapid.IntRange(2, 120).Draw(t, "turns") {
					said++
					desk.say(customerOf(t), "", fmt.Sprint(said))
				}
			case "flood": // more than a page is told one by one, and nobody wakes us
				desk.mu.Lock()
				for range maxBehind/2 + 100 {
					said++
					desk.write("flo", "", fmt.Sprint(said))
				}
				desk.mu.Unlock()
			case "read":
				p.read(rapid.IntRange(1, 40).Draw(t, "frames"))
			case "drop":
				p.page.ws.Close()
				p.connect(b)
			case "restart":
				w.stop()
				desk.mu.Lock()
				desk.heard = nil
				desk.mu.Unlock()
				w = startWorld(t, desk)
				p.w, b.w, b.origin = w, w, w.server.URL
				p.connect(b)
			case "cut": // the log is restored: it has another name
				desk.mu.Lock()
				desk.epoch += "'"
				desk.mu.Unlock()
			}
		}
		want, ended := desk.snapshot(), time.Now().Add(time.Minute)
		for p.view.String() != want {
			if time.Now().After(ended) {
				t.Fatalf("the page has\n%swhere there is\n%s(read %v)", p.view, want, p.page.seen)
			}
			p.read(500) // or less, up to the next mark: what a page has is long to compare
		}
		if p.doubled != 0 {
			t.Fatalf("%d frames came twice on one connection", p.doubled)
		}
	})
}

func customerOf(t *rapid.T) conversation.CustomerID {
	return conversation.CustomerID(rapid.SampledFrom([]string{"ana", "bob", "cam", "dom"}).Draw(t, "customer"))
}

// resuming is a page that comes again whenever its connection ends, as ours does.
type resuming struct {
	w       *world
	browser *browser
	page    *page
	view    *view
	epoch   string
	last    map[conversation.BrandID]int64
	again   bool // the snapshots are to be loaded after ready
	doubled int
}

func (p *resuming) connect(b *browser) {
	p.browser = b
	if p.page != nil {
		p.page.ws.Close()
	}
	page, err := b.open(hello{Epoch: p.epoch, Last: p.last})
	if err != nil {
		if status, body := b.send(http.MethodGet, "me", ""); status != http.StatusOK {
			p.w.t.Fatalf("cannot come again: %v; %d %s", err, status, body)
		}
		p.w.t.Fatalf("cannot come again: %v", err)
	}
	p.page, p.again = page, p.again || len(p.last) == 0
}

// read applies frames, and comes again where the connection ends.
func (p *resuming) read(frames int) {
	for range frames {
		before := p.page.last
		f, err := p.page.next()
		if err != nil {
			p.connect(p.browser)
			continue
		}
		switch f.T {
		case "resync":
			p.again, p.last, p.epoch = true, nil, ""
			continue
		case "ready":
			var r ready
			if err := parse(f.D, &r); err != nil {
				p.w.t.Fatalf("ready: %v", err)
			}
			p.epoch = r.Epoch
			if p.again {
				p.view = newView()
				p.view.load(p.w.desk)
				p.again = false
			}
			p.last = map[conversation.BrandID]int64{lumen: r.Heads[lumen]}
		case "conversation", "entry":
			p.view.apply(f)
			if f.Seq != 0 && f.Seq <= before {
				p.doubled++
			}
		case "mark":
		}
		if p.last != nil && p.page.last > p.last[lumen] {
			p.last[lumen] = p.page.last
		}
		if p.page.last != 0 && f.T == "mark" {
			return // nothing waits: what a slow reader leaves unread comes later
		}
	}
}
