package whatsapptest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

// rig is a real client that is paired with the server, and a contact.
type rig struct {
	*Server
	client      *whatsmeow.Client
	phone, ana  *Contact
	file        string
	container   *sqlstore.Container
	takes       func(id string) bool
	mu          sync.Mutex
	happened    []any
	more        chan struct{}
	logins, got atomic.Int32
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{Server: New(t), file: filepath.Join(t.TempDir(), "device.db"), more: make(chan struct{}), takes: func(string) bool { return true }}
	r.phone, r.ana = r.Contact("Lumen", "33937000001", "100000000000001"), r.Contact("Ana", "33612345678", "100000000000002")
	r.open(t)
	codes, err := r.client.GetQRChannel(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.client.Connect(); err != nil {
		t.Fatal(err)
	}
	paired := false
	for item := range codes {
		if item.Event == whatsmeow.QRChannelEventCode && !paired {
			paired = true
			if err := r.Scan(t.Context(), r.phone, item.Code); err != nil {
				t.Fatal(err)
			}
		}
		if item == whatsmeow.QRChannelSuccess {
			break
		}
	}
	r.await(t, func() bool { return r.logins.Load() == 1 })
	return r
}

func (r *rig) open(t *testing.T) {
	t.Helper()
	var err error
	r.container, err = sqlstore.New(t.Context(), "sqlite", "file:"+r.file+"?_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_pragma=busy_timeout(10000)&_txlock=immediate", nil)
	if err != nil {
		t.Fatal(err)
	}
	dev, err := r.container.GetFirstDevice(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r.client = connected(r.Server, dev)
	r.client.AddEventHandlerWithSuccessStatus(r.hear)
	t.Cleanup(r.shut)
}

func (r *rig) shut() {
	r.client.Disconnect()
	_ = r.container.Close() // a second time says that it is closed
}

func connected(s *Server, dev *store.Device) *whatsmeow.Client {
	c := whatsmeow.NewClient(dev, nil)
	c.SetWebsocketHTTPClient(s.Client())
	c.SetPreLoginHTTPClient(s.Client())
	c.SetMediaHTTPClient(s.Client())
	c.SynchronousAck, c.EnableDecryptedEventBuffer, c.UseRetryMessageStore, c.InitialAutoReconnect = true, true, true, true
	return c
}

func (r *rig) hear(e any) bool {
	r.mu.Lock()
	takes := r.takes
	r.mu.Unlock()
	ok := true
	if m, is := e.(*events.Message); is {
		ok = takes(m.Info.ID)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch e.(type) {
	case *events.Connected:
		r.logins.Add(1)
	case *events.Message:
		if ok {
			r.got.Add(1)
		}
	}
	r.happened = append(r.happened, e)
	close(r.more)
	r.more = make(chan struct{})
	return ok
}

// await waits until what the events tell holds.
func (r *rig) await(t *testing.T, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		r.mu.Lock()
		more := r.more
		r.mu.Unlock()
		if holds() {
			return
		}
		select {
		case <-more:
		case <-time.After(10 * time.Millisecond): // what the server knows comes without an event
		case <-ctx.Done():
			r.mu.Lock()
			defer r.mu.Unlock()
			names := make([]string, len(r.happened))
			for i, e := range r.happened {
				names[i] = fmt.Sprintf("%T", e)
			}
			t.Fatalf("it never came to that; happened: %v", names)
		}
	}
}

func saw[E any](r *rig) *E {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.happened {
		if e, ok := e.(*E); ok {
			return e
		}
	}
	return nil
}

func (r *rig) decides(takes func(string) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.takes = takes
}

func (r *rig) write(t *testing.T, id, text string) error {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	_, err := r.client.SendMessage(ctx, r.ana.Number, &waE2E.Message{Conversation: proto.String(text)}, whatsmeow.SendRequestExtra{ID: id})
	return err
}

func (r *rig) hears(t *testing.T, n int) Heard {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	h, err := r.ana.Await(ctx, n)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestAClientPairsAndTalks(t *testing.T) {
	r := newRig(t)
	if err := r.ana.Text(r.phone, "IN1", "où est mon colis ?"); err != nil {
		t.Fatal(err)
	}
	r.await(t, func() bool { return r.got.Load() == 1 && r.Waiting(r.phone) == 0 })
	m := saw[events.Message](r)
	if m.Message.GetConversation() != "où est mon colis ?" || m.Info.Sender.User != r.ana.LID.User || m.Info.SenderAlt.User != r.ana.Number.User || m.Info.PushName != "Ana" {
		t.Errorf("%q from %s, also %s, %q", m.Message.GetConversation(), m.Info.Sender, m.Info.SenderAlt, m.Info.PushName)
	}
	if err := r.write(t, "OUT1", "il arrive demain"); err != nil {
		t.Fatal(err)
	}
	if h := r.hears(t, 0); h.ID != "OUT1" || h.Message.GetConversation() != "il arrive demain" {
		t.Errorf("%+v", h)
	}
	if err := r.ana.Receipt(r.phone, "OUT1", types.ReceiptTypeRead); err != nil {
		t.Fatal(err)
	}
	r.await(t, func() bool { return saw[events.Receipt](r) != nil })
	if got := saw[events.Receipt](r); got.Type != types.ReceiptTypeRead || got.MessageIDs[0] != "OUT1" {
		t.Errorf("%+v", got)
	}
	if err := r.phone.Type(r.ana, "OWN1", "c'est Léa, je m'en occupe"); err != nil {
		t.Fatal(err)
	}
	r.await(t, func() bool { return r.got.Load() == 2 })
	var last *events.Message // a receipt may have come after it
	r.mu.Lock()
	for _, e := range r.happened {
		if m, ok := e.(*events.Message); ok {
			last = m
		}
	}
	r.mu.Unlock()
	if last == nil || !last.Info.IsFromMe || last.Info.Chat.User != r.ana.LID.User {
		t.Errorf("what the owner typed came as %+v", last)
	}
}

func TestWhatWasNotAcknowledgedComesAgain(t *testing.T) {
	r := newRig(t)
	r.decides(func(string) bool { return false }) // the commit failed
	if err := r.ana.Text(r.phone, "IN1", "bonjour"); err != nil {
		t.Fatal(err)
	}
	r.await(t, func() bool { return saw[events.Message](r) != nil })
	if n := r.Waiting(r.phone); n != 1 {
		t.Fatalf("%d messages wait", n)
	}
	r.decides(func(string) bool { return true })
	r.Drop(r.phone)
	r.await(t, func() bool { return r.got.Load() == 1 && r.Waiting(r.phone) == 0 })

	var refused atomic.Bool
	r.decides(func(string) bool { refused.Store(true); return false }) // and now the process dies
	if err := r.ana.Text(r.phone, "IN2", "toujours là ?"); err != nil {
		t.Fatal(err)
	}
	r.await(t, func() bool { return refused.Load() })
	r.shut()
	r.decides(func(string) bool { return true })
	r.open(t)
	if err := r.client.Connect(); err != nil {
		t.Fatal(err)
	}
	r.await(t, func() bool { return r.got.Load() == 2 && r.Waiting(r.phone) == 0 })
}

func TestTheFateOfAMessage(t *testing.T) {
	r := newRig(t)
	var first atomic.Bool
	r.Decide(func(id string) Fate {
		switch {
		case id == "REFUSED":
			return Fate{Code: "463"}
		case id == "LOST" && first.CompareAndSwap(false, true):
			return Fate{Lost: true}
		}
		return Fate{}
	})
	if err := r.write(t, "REFUSED", "bonjour"); err == nil {
		t.Error("a message that was refused was sent")
	}
	if err := r.write(t, "LOST", "bonjour"); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.Logf("the first attempt: %v", err)
		if err := r.write(t, "LOST", "bonjour"); err != nil {
			t.Fatal(err)
		}
	}
	if h := r.hears(t, 0); h.ID != "LOST" {
		t.Errorf("%+v", h)
	}
	r.Decide(func(string) Fate { return Fate{Silent: true} })
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, err := r.client.SendMessage(ctx, r.ana.Number, &waE2E.Message{Conversation: proto.String("?")}, whatsmeow.SendRequestExtra{ID: "SILENT"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("without an acknowledgement: %v", err)
	}
	r.hears(t, 1)
	r.Decide(nil)
	if err := r.write(t, "SILENT", "?"); err != nil { // the same id again
		t.Fatal(err)
	}
	if got := r.ana.Heard(); len(got) != 2 {
		t.Errorf("the contact heard %d messages", len(got))
	}
}

func TestMediaGoBothWays(t *testing.T) {
	r := newRig(t)
	photo := []byte("not really a photo")
	up, err := r.client.Upload(t.Context(), photo, whatsmeow.MediaImage)
	if err != nil {
		t.Fatal(err)
	}
	image := &waE2E.ImageMessage{Mimetype: proto.String("image/jpeg"), URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey,
		FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: &up.FileLength}
	got, err := r.client.Download(t.Context(), image)
	if err != nil || !bytes.Equal(got, photo) {
		t.Errorf("%q, %v", got, err)
	}
	r.Forget()
	if _, err := r.client.Download(t.Context(), image); err == nil {
		t.Error("it is still there")
	}
}

func TestWhatEndsADevice(t *testing.T) {
	for name, c := range map[string]struct {
		do    func(*rig)
		tells func(*rig) bool
	}{
		"logged out":  {func(r *rig) { r.Unlink(r.phone) }, func(r *rig) bool { return saw[events.LoggedOut](r) != nil }},
		"replaced":    {func(r *rig) { r.Replace(r.phone) }, func(r *rig) bool { return saw[events.StreamReplaced](r) != nil }},
		"banned":      {func(r *rig) { r.Ban(r.phone, 101, time.Hour) }, func(r *rig) bool { return saw[events.TemporaryBan](r) != nil }},
		"outdated":    {func(r *rig) { r.Outdate(r.phone) }, func(r *rig) bool { return saw[events.ClientOutdated](r) != nil }},
		"unavailable": {func(r *rig) { r.Unavailable(r.phone) }, func(r *rig) bool { return r.logins.Load() >= 2 }}, // it comes again
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			c.do(r)
			r.await(t, func() bool { return c.tells(r) })
		})
	}
}

func TestWhoIsOnWhatsApp(t *testing.T) {
	r := newRig(t)
	got, err := r.client.IsOnWhatsApp(t.Context(), []string{"+33612345678", "+33600000000"})
	if err != nil {
		t.Fatal(err)
	}
	in := map[string]bool{}
	for _, one := range got {
		in[one.JID.User] = one.IsIn
	}
	if !in["33612345678"] || in["33600000000"] {
		t.Errorf("%+v", got)
	}
}

func TestAPhoneAsksAgainForWhatItCannotDecrypt(t *testing.T) {
	r := newRig(t)
	if err := r.ana.Text(r.phone, "IN1", "bonjour"); err != nil {
		t.Fatal(err)
	}
	r.await(t, func() bool { return r.got.Load() == 1 && r.Waiting(r.phone) == 0 })
	if err := r.ana.Reinstall(r.phone); err != nil {
		t.Fatal(err)
	}
	if err := r.write(t, "OUT1", "il arrive demain"); err != nil {
		t.Fatal(err)
	}
	if h := r.hears(t, 0); h.ID != "OUT1" || r.ana.Garbled() != 1 {
		t.Errorf("%+v after %q", h, r.ana.Trouble("OUT1"))
	}
}
