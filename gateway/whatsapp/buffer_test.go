package whatsapp

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.mau.fi/whatsmeow/store"
)

// plainBuffer is whatsmeow's buffer with the time that decrypting takes.
type plainBuffer struct {
	store.EventBuffer
	mu   sync.Mutex
	kept map[[32]byte]*store.BufferedEvent
}

func (b *plainBuffer) GetBufferedEvent(_ context.Context, hash [32]byte) (*store.BufferedEvent, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.kept[hash], nil
}

func (b *plainBuffer) PutBufferedEvent(_ context.Context, hash [32]byte, plain []byte, _ time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.kept[hash] = &store.BufferedEvent{Plaintext: plain}
	return nil
}

func (b *plainBuffer) DoDecryptionTxn(ctx context.Context, fn func(context.Context) error) error {
	return fn(ctx)
}

// A message that comes twice at once is decrypted once, and both have it.
func TestAMessageIsDecryptedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &oneAtATime{&plainBuffer{kept: map[[32]byte]*store.BufferedEvent{}}, make(chan struct{}, 1)}
		hash, decrypted := [32]byte{1}, 0
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				e, err := b.GetBufferedEvent(t.Context(), hash)
				if err == nil && e == nil {
					err = b.DoDecryptionTxn(t.Context(), func(ctx context.Context) error {
						time.Sleep(time.Second)
						decrypted++
						return b.PutBufferedEvent(ctx, hash, []byte("bonjour"), time.Now())
					})
				} else if err == nil && string(e.Plaintext) != "bonjour" {
					t.Errorf("the second has %q", e.Plaintext)
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		if decrypted != 1 {
			t.Errorf("decrypted %d times", decrypted)
		}
	})
}

// What cannot be decrypted holds up nobody, and who is told to stop does not wait.
func TestAFailedDecryptionGivesItsPlaceBack(t *testing.T) {
	b := &oneAtATime{&plainBuffer{kept: map[[32]byte]*store.BufferedEvent{}}, make(chan struct{}, 1)}
	for range 2 {
		if _, err := b.GetBufferedEvent(t.Context(), [32]byte{1}); err != nil {
			t.Fatal(err)
		}
		broken := errors.New("no session")
		if err := b.DoDecryptionTxn(t.Context(), func(context.Context) error { return broken }); !errors.Is(err, broken) {
			t.Fatal(err)
		}
	}
	if _, err := b.GetBufferedEvent(t.Context(), [32]byte{1}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := b.GetBufferedEvent(ctx, [32]byte{2}); !errors.Is(err, context.Canceled) {
		t.Errorf("while another decrypts: %v", err)
	}
}
