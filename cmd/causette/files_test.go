package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/gatewaytest"
)

// cabinet is a channel whose carrier gives every file once.
type cabinet struct {
	gateway.Channel
	asked atomic.Int64
}

func (c *cabinet) ID() conversation.ChannelID { return gatewaytest.Channel }

func (c *cabinet) Fetch(context.Context, string) (gateway.File, error) {
	if c.asked.Add(1) > 1 {
		return gateway.File{}, gateway.ErrNotFound
	}
	return gateway.File{Content: io.NopCloser(bytes.NewReader([]byte("a photo"))), Type: "image/jpeg", Size: 7}, nil
}

// What a channel keeps itself lies in the folder from the first, and is served
// as what it is: a page shows and plays it.
func TestWhatAChannelKeptIsServed(t *testing.T) {
	f := newFiles(t.TempDir(), nil)
	if err := os.MkdirAll(filepath.Join(f.folder, "lumen"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, kind := range map[string]string{"voice.ogg": "audio/ogg", "photo.jpg": "image/jpeg"} {
		if err := os.WriteFile(filepath.Join(f.folder, "lumen", name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := f.Open(t.Context(), "lumen", agents.Attached{Media: conversation.Media{URL: "media:lumen/" + name, Type: kind + "; codecs=opus"}, Channel: "wa"})
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(file.Content)
		file.Content.Close()
		if _, seeks := file.Content.(io.Seeker); err != nil || string(got) != name || file.Type != kind || !seeks {
			t.Errorf("%s: %q, %+v, %v", name, got, file, err)
		}
	}
}

// What a customer sends is in the folder before anybody looks, and stays there
// when the carrier has it no more.
func TestWhatACustomerSendsIsKept(t *testing.T) {
	g, _ := gatewaytest.Run(t)
	carrier := &cabinet{}
	f := newFiles(t.TempDir(), []gateway.Route{{Channel: carrier}})
	k := newKeeping(f, slog.New(slog.DiscardHandler))
	g.SubscribeMedia(k.take)
	go k.run(t.Context())
	const url = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"
	_, err := g.Accept(t.Context(), gatewaytest.Brand, gateway.Who{Address: "+33612345678"}, gateway.InboundEvent(conversation.Inbound{
		Carrier: "MM1", Channel: gatewaytest.Channel, Medium: conversation.SMS, From: "+33612345678", To: "36105", At: time.Now().UTC(),
		Media: []conversation.Media{{URL: url, Type: "image/jpeg"}, {URL: "media:lumen/x.jpg", Type: "image/jpeg"}},
	}))
	if err != nil {
		t.Fatal(err)
	}
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for late := time.After(20 * time.Second); ; {
		if names, err := filepath.Glob(filepath.Join(f.folder, string(gatewaytest.Brand), "*.jpg")); err == nil && len(names) == 1 {
			break
		}
		select {
		case <-look.C:
		case <-late:
			t.Fatal("the photo is not kept")
		}
	}
	file, err := f.Open(t.Context(), gatewaytest.Brand, agents.Attached{Media: conversation.Media{URL: url}, Channel: gatewaytest.Channel})
	if err != nil {
		t.Fatal(err)
	}
	defer file.Content.Close()
	got, err := io.ReadAll(file.Content)
	if err != nil || string(got) != "a photo" || carrier.asked.Load() != 1 {
		t.Errorf("%q, the carrier was asked %d times: %v", got, carrier.asked.Load(), err)
	}
}
