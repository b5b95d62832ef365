package phones

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// echo is a gateway that repeats what it hears, refuses "occupée" until the
// network has given up once, and passes a word on when asked ("pour +33…").
type echo struct {
	town *town

	mu      sync.Mutex
	refused map[conversation.EventID]int
	said    int
}

func (d *echo) Accept(_ context.Context, _ conversation.BrandID, who gateway.Who, e conversation.Event) (gateway.Outcome, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	in := e.Message
	if strings.Contains(in.Text, "occupée") && d.refused[e.ID] < maxTries {
		d.refused[e.ID]++
		return gateway.Outcome{}, gateway.ErrBusy
	}
	to, text := who.Address, "reçu : "+in.Text
	if other, ok := strings.CutPrefix(in.Text, "pour "); ok {
		to, text = conversation.Address(other), "un mot de Marc"
	}
	if len(in.Media) > 0 {
		text += fmt.Sprintf(" (%d photo)", len(in.Media))
	}
	if in.Replied != "" {
		text += " (en réponse)"
	}
	if !in.Reaction {
		d.said++
		d.town.work.Go(func() { d.say(in.Channel, to, text, d.said) })
	}
	return gateway.Outcome{}, nil
}

func (d *echo) say(channel conversation.ChannelID, to conversation.Address, text string, n int) {
	ctx, cancel := context.WithTimeout(d.town.ctx, 8*time.Second)
	defer cancel()
	ch := d.town.sms
	if channel == d.town.wa.ID() {
		ch = d.town.wa
	}
	now := time.Now()
	_, _ = ch.Send(ctx, gateway.Posting{ // a page that misses the answer fails
		Brand: "lumen", Message: conversation.MessageID(fmt.Sprint("m", n)), Attempt: 1, To: to, Text: text,
		Created: now, Posted: now, Expires: now.Add(time.Hour),
	})
}

func (d *echo) Report(context.Context, gateway.Report) error { return nil }

func TestThePageInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes a while")
	}
	if _, err := os.Stat("web_test/node_modules/playwright-core"); err != nil {
		t.Fatal("the browser's driver is not installed: run make test (or npm ci in gateway/phones/web_test)")
	}
	tw := newTown(t, Options{Clock: hurried{}})
	tw.Connect(&echo{town: tw, refused: map[conversation.EventID]int{}})
	if err := tw.Add(Phone{Number: "+33639980002", Name: "Marc", About: "client VIP", Look: Android}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(tw.Handler())
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	node := exec.CommandContext(ctx, "node", "--test", "--test-reporter=spec", "page.test.mjs")
	node.Dir = "web_test"
	node.Env = append(os.Environ(), "BASE="+server.URL)
	out, err := node.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}
