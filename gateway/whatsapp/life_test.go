package whatsapp_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/channeltest"
	"github.com/causette/causette/gateway/whatsapp"
	"github.com/causette/causette/gateway/whatsapp/whatsapptest"
)

func TestWhatEndsADeviceIsNamedAndWaitsForAPerson(t *testing.T) {
	for _, c := range []struct {
		state gateway.DeviceState
		end   func(*rig)
	}{
		{gateway.Replaced, func(r *rig) { r.Replace(r.phone) }},
		{gateway.Outdated, func(r *rig) { r.Outdate(r.phone); r.Drop(r.phone) }},
		{gateway.LoggedOut, func(r *rig) { r.Unlink(r.phone) }},
	} {
		t.Run(string(c.state), func(t *testing.T) {
			r := newRig(t, &channeltest.Door{})
			r.start(t, true)
			c.end(r)
			r.await(t, string(c.state), func() bool { return r.device(t).State == c.state })
			r.await(t, "the pause", r.channel.Pausing)
			_, err := r.channel.Send(t.Context(), r.posting("Bonjour"))
			var s *gateway.SendError
			if !errors.As(err, &s) || s.Code != "not_connected" || s.Consequence != gateway.Retry {
				t.Errorf("a send meanwhile: %v", err)
			}
			if c.state != gateway.LoggedOut {
				return
			}
			if d := r.device(t); d.Account != "" {
				t.Errorf("the device is still %s", d.Account)
			}
			r.await(t, "the pairing", func() bool {
				err := r.tryPair(t, r.phone)
				if err != nil && !errors.Is(err, gateway.ErrHeld) {
					t.Fatal(err)
				}
				return err == nil
			})
			r.await(t, "the connection", func() bool { return !r.channel.Pausing() })
		})
	}
}

func TestABanEndsByItself(t *testing.T) {
	r := newRig(t, &channeltest.Door{})
	r.start(t, true)
	r.Ban(r.phone, 101, 2*time.Second)
	r.Drop(r.phone)
	r.await(t, "the ban", func() bool { return r.device(t).State == gateway.Banned })
	if d := r.device(t); d.Code != "101" || d.Until.Before(time.Now()) || d.Account == "" {
		t.Errorf("the device %+v", d)
	}
	r.Forgive(r.phone)
	r.await(t, "the connection", func() bool { return !r.channel.Pausing() && r.device(t).State == gateway.Connected })
}

// whatsmeow tells that a connection has ended beside what it tells of the next.
func TestALateWordEndsNoConnection(t *testing.T) {
	r := newRig(t, &channeltest.Door{})
	r.start(t, true)
	r.await(t, "that it is kept", func() bool { return r.device(t).State == gateway.Connected })
	r.channel.Hear(&events.Disconnected{})
	if r.channel.Pausing() || r.device(t).State != gateway.Connected {
		t.Errorf("the device is %s", r.device(t).State)
	}
}

func TestAConnectionThatDoesNotComeBackIsBegunAnew(t *testing.T) {
	r := newRig(t, &channeltest.Door{})
	r.config.Stalled = 3 * time.Second
	r.start(t, true)
	r.channel.Hear(&events.KeepAliveTimeout{}) // and no word that it is well again
	if !r.channel.Pausing() {
		t.Fatal("the word was not heard")
	}
	r.await(t, "another connection", func() bool { return !r.channel.Pausing() })
}

func TestADeviceIsLinkedToItsOwnPhoneOnce(t *testing.T) {
	r := newRig(t, &channeltest.Door{})
	r.start(t, false)
	stranger := r.Contact("Somebody", "33698765432", "100000000000009")
	if err := r.tryPair(t, stranger); err == nil || !strings.Contains(err.Error(), "+33698765432") || !strings.Contains(err.Error(), "+33937000001") {
		t.Errorf("another phone: %v", err)
	}
	if d := r.device(t); d.Account != "" || d.State != gateway.Unpaired {
		t.Errorf("the device %+v", d)
	}
	r.pair(t, r.phone)
	r.await(t, "the connection", func() bool { return !r.channel.Pausing() })
	if err := r.tryPair(t, r.phone); !errors.Is(err, gateway.ErrHeld) && !errors.Is(err, gateway.ErrPaired) {
		t.Errorf("linked once more: %v", err)
	}
	other := r.config
	other.Node = "n2"
	c, err := whatsapp.New(other)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Pair(t.Context()); !errors.Is(err, gateway.ErrHeld) {
		t.Errorf("linked by another node: %v", err)
	}
}

// A node that dies while it pairs leaves the device to the others as soon as one
// that dies later.
func TestAPairingHoldsTheDeviceByALease(t *testing.T) {
	r := newRig(t, &channeltest.Door{})
	r.config.Lease = time.Second
	r.start(t, false)
	ctx, end := context.WithCancel(t.Context())
	defer end()
	steps, err := r.channel.Pair(ctx)
	if err != nil {
		t.Fatal(err)
	}
	first := r.device(t).Lease
	if lasts := time.Until(first); lasts > r.config.Lease {
		t.Errorf("the lease lasts for %s", lasts)
	}
	r.await(t, "another lease after the first", func() bool { return r.device(t).Lease.After(first.Add(r.config.Lease)) })
	end()
	for s := range steps {
		if s.Done {
			t.Error("nobody scanned the code")
		}
	}
	if d := r.device(t); d.Lease.After(time.Now()) {
		t.Errorf("after the end the device is with %s until %s", d.Node, d.Lease)
	}
}

func TestOneNodeHoldsADevice(t *testing.T) {
	r := newRig(t, &channeltest.Door{})
	r.config.Lease = 2 * time.Second
	var err error
	if r.channel, err = whatsapp.New(r.config); err != nil {
		t.Fatal(err)
	}
	r.pair(t, r.phone)
	stop := r.run(t, r.channel)
	r.await(t, "the connection", func() bool { return !r.channel.Pausing() })
	other := r.config
	other.Node = "n2"
	second, err := whatsapp.New(other)
	if err != nil {
		t.Fatal(err)
	}
	r.run(t, second)
	stop()
	r.await(t, "the other's connection", func() bool { return !second.Pausing() })
	if !r.channel.Pausing() || r.device(t).Node != "n2" {
		t.Errorf("the device is with %+v", r.device(t))
	}
}

func (r *rig) posting(text string) gateway.Posting {
	return carrierPosting(r.mint(), "+33612345678", text)
}

func carrierPosting(id string, to conversation.Address, text string) gateway.Posting {
	now := time.Now().UTC()
	return gateway.Posting{Brand: lumen, Customer: "c1", Message: conversation.MessageID(id), Attempt: 1, Channel: lumenW, To: to, Text: text,
		Purpose: conversation.Answer, Created: now, Posted: now, Expires: now.Add(time.Hour)}
}

func code(err error) (string, gateway.Consequence) {
	var s *gateway.SendError
	if !errors.As(err, &s) {
		return "", ""
	}
	return s.Code, s.Consequence
}

func TestWhoCannotBeReachedGetsAnotherMedium(t *testing.T) {
	r := newRig(t, &channeltest.Door{})
	r.start(t, true)
	if _, err := r.channel.Send(t.Context(), carrierPosting("m1", "+33600000000", "Bonjour")); err == nil {
		t.Error("a number that WhatsApp does not know was written to")
	} else if c, then := code(err); c != "not_on_whatsapp" || then != gateway.FallBack {
		t.Errorf("a number that WhatsApp does not know: %v", err)
	}
	if _, err := r.channel.Send(t.Context(), r.posting("Bonjour")); err != nil {
		t.Fatal(err)
	}
	bea := r.Contact("Bea", "33612345679", "100000000000003")
	refuse := true
	r.Decide(func(string) whatsapptest.Fate {
		if refuse {
			return whatsapptest.Fate{Code: "463"}
		}
		return whatsapptest.Fate{}
	})
	for range 2 { // the second is not even tried
		_, err := r.channel.Send(t.Context(), carrierPosting("m2", "+33612345679", "Bonjour"))
		if c, then := code(err); c != "463" || then != gateway.FallBack {
			t.Errorf("a new chat that WhatsApp refuses: %v", err)
		}
		refuse = false
	}
	if n := len(bea.Heard()); n != 0 {
		t.Errorf("%d messages reached who must not be written to", n)
	}
	if _, err := r.channel.Send(t.Context(), r.posting("Encore vous")); err != nil {
		t.Errorf("a chat that exists: %v", err)
	}
}

func TestOnlyAnswersGoOutUnlessTheConfigurationSaysMore(t *testing.T) {
	r := newRig(t, &channeltest.Door{})
	r.config.Proactive = false
	r.start(t, true)
	offer := r.posting("Une offre")
	offer.Purpose = conversation.Marketing
	if _, err := r.channel.Send(t.Context(), offer); err == nil {
		t.Error("an offer went out")
	} else if c, then := code(err); c != "answers_only" || then != gateway.FallBack {
		t.Errorf("an offer: %v", err)
	}
	if _, err := r.channel.Send(t.Context(), r.posting("Bonjour")); err != nil {
		t.Errorf("an answer: %v", err)
	}
}

func TestAPaceIsKept(t *testing.T) {
	r := newRig(t, &channeltest.Door{})
	r.config.PerMinute = 4 // two at once
	r.start(t, true)
	for i := range 3 {
		_, err := r.channel.Send(t.Context(), r.posting("Bonjour"))
		if c, then := code(err); i < 2 && err != nil || i == 2 && (c != "pace" || then != gateway.Retry) {
			t.Errorf("message %d: %v", i, err)
		}
	}
}

func TestWhatIsTypedOnThePhoneIsAPersonsTakeover(t *testing.T) {
	door := &channeltest.Door{}
	r := newRig(t, door)
	r.start(t, true)
	if err := r.phone.Type(r.ana, "3AOWN", "Je m'en occupe"); err != nil {
		t.Fatal(err)
	}
	r.await(t, "what was typed", func() bool { return len(door.Events()) == 2 })
	claim, note := door.Events()[0], door.Events()[1]
	if claim.Event.Type != conversation.AgentClaimed || claim.Who.Address != "+33612345678" {
		t.Errorf("first came %+v", claim)
	}
	if note.Event.Type != conversation.AgentNoted || note.Event.Act.Text != "Je m'en occupe" {
		t.Errorf("then came %+v", note)
	}
}

func TestSomebodyGoesByTheNumberWhereverItIsKnown(t *testing.T) {
	door := &channeltest.Door{}
	r := newRig(t, door)
	r.start(t, true)
	secret := r.Contact("Secret", "33611111111", "100000000000042")
	secret.Hide()
	if err := secret.Text(r.phone, r.mint(), "Bonjour"); err != nil {
		t.Fatal(err)
	}
	if err := r.ana.Text(r.phone, r.mint(), "Bonjour"); err != nil {
		t.Fatal(err)
	}
	r.await(t, "both texts", func() bool { return len(door.Events()) == 2 })
	for _, k := range door.Events() {
		switch k.Who.Address {
		case "lid:100000000000042", "+33612345678":
		default:
			t.Errorf("a text of %+v", k.Who)
		}
	}
}

// What never can be read has its sender told; what comes again is a text like any
// other, and nothing else is said of it.
func TestWhatCannotBeReadIsNotSilence(t *testing.T) {
	for _, c := range []struct {
		name  string
		wait  time.Duration
		write func(*rig) error
		want  map[conversation.CarrierID]string
	}{
		{"to be seen once, or decrypted at a second try", time.Hour, func(r *rig) error {
			return errors.Join(r.ana.Once(r.phone, "3AONCE"), r.ana.Garble(r.phone, "3AAGAIN", "Bonjour"))
		}, map[conversation.CarrierID]string{"3AONCE/unreadable": conversation.Unreadable, "3AAGAIN": "Bonjour"}},
		{"never decrypted", time.Millisecond, func(r *rig) error {
			return r.ana.Garble(r.phone, "3ALOST", "")
		}, map[conversation.CarrierID]string{"3ALOST/unreadable": conversation.Unreadable}},
	} {
		t.Run(c.name, func(t *testing.T) {
			door := &channeltest.Door{}
			r := newRig(t, door)
			r.config.Unread = c.wait
			r.start(t, true)
			if err := c.write(r); err != nil {
				t.Fatal(err)
			}
			r.await(t, "what was sent", func() bool { return len(door.Events()) == len(c.want) })
			got := map[conversation.CarrierID]string{}
			for _, k := range door.Events() {
				in := k.Event.Message
				got[in.Carrier] = in.Text
				for _, m := range in.Media {
					got[in.Carrier] += m.Type
				}
			}
			if !maps.Equal(got, c.want) {
				t.Errorf("the turns are %v, not %v", got, c.want)
			}
		})
	}
}

// A picture goes out, its contact sends it back, and an agent opens it.
func TestFilesGoBothWays(t *testing.T) {
	door := &channeltest.Door{}
	r := newRig(t, door)
	r.start(t, true)
	p := r.posting("Voici")
	p.Media = []string{"https://lumen.example/lampe.jpg"}
	if _, err := r.channel.Send(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	h, err := r.ana.Await(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	picture := h.Message.GetImageMessage()
	if err := r.ana.Say(r.phone, r.mint(), &waE2E.Message{ImageMessage: picture}); err != nil {
		t.Fatal(err)
	}
	r.await(t, "the picture", func() bool { return len(door.Events()) == 1 })
	in := door.Events()[0].Event.Message
	if in.Text != "Voici" || len(in.Media) != 1 || in.Media[0].Type != "image/jpeg" {
		t.Fatalf("came in as %+v", in)
	}
	f, err := r.channel.Fetch(t.Context(), in.Media[0].URL)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Content.Close()
	if body, err := io.ReadAll(f.Content); err != nil || string(body) != "picture of https://lumen.example/lampe.jpg" {
		t.Errorf("the file holds %q, %v", body, err)
	}
	r.Forget()
	if _, err := r.channel.Fetch(t.Context(), in.Media[0].URL); !errors.Is(err, gateway.ErrNotFound) {
		t.Errorf("a file that WhatsApp has no more: %v", err)
	}
}
