package twilio

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"
)

// held is a real connection that a call holds, and the bytes that come out of its
// other end.
type held struct {
	*guardedConn
	w     *write
	other net.Conn
}

func hold(t *testing.T, ctx context.Context) *held {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	near, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	far, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { near.Close(); far.Close() })
	c, err := newGuardedConn(near)
	if err != nil {
		t.Fatal(err)
	}
	w := &write{ctx: ctx}
	c.holder.Store(w)
	return &held{c, w, far}
}

// arrived ends the connection and returns what came through it.
func (h *held) arrived(t *testing.T) string {
	t.Helper()
	h.Close()
	b, err := io.ReadAll(h.other)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestGuardedConn(t *testing.T) {
	t.Run("a request in time is written", func(t *testing.T) {
		h := hold(t, t.Context())
		for _, part := range []string{"head", "rest"} {
			if n, err := h.Write([]byte(part)); err != nil || n != len(part) {
				t.Errorf("%d bytes taken, error %v", n, err)
			}
		}
		if written, late := h.w.close(); !written || late {
			t.Errorf("written %v, late %v", written, late)
		}
		if got := h.arrived(t); got != "headrest" {
			t.Errorf("%q arrived", got)
		}
	})
	t.Run("a request that is cut off by its deadline may have been written", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		h := hold(t, ctx)
		if _, err := h.Write([]byte("head")); err != nil {
			t.Error(err)
		}
		cancel()
		if _, err := h.Write([]byte("rest")); !errors.Is(err, errLate) {
			t.Errorf("error %v", err)
		}
		if written, late := h.w.close(); !written || !late {
			t.Errorf("written %v, late %v", written, late)
		}
		if got := h.arrived(t); got != "head" {
			t.Errorf("%q arrived", got)
		}
	})
	t.Run("a request after its deadline is not written, though nobody told the context", func(t *testing.T) {
		h := hold(t, late{t.Context()})
		if _, err := h.Write([]byte("head")); !errors.Is(err, errLate) {
			t.Errorf("error %v", err)
		}
		if written, late := h.w.close(); written || !late {
			t.Errorf("written %v, late %v", written, late)
		}
		if got := h.arrived(t); got != "" {
			t.Errorf("%q arrived", got)
		}
	})
	t.Run("nothing is written once the call has failed", func(t *testing.T) {
		h := hold(t, t.Context())
		if written, _ := h.w.close(); written {
			t.Error("written")
		}
		if _, err := h.Write([]byte("head")); err == nil {
			t.Error("no error")
		}
		if got := h.arrived(t); got != "" {
			t.Errorf("%q arrived", got)
		}
	})
	t.Run("a connection that takes nothing leaves the request unwritten", func(t *testing.T) {
		for name, breaks := range map[string]func(h *held) error{
			"closed":           func(h *held) error { return h.Conn.Close() },
			"closed for write": func(h *held) error { return h.Conn.(*net.TCPConn).CloseWrite() },
		} {
			h := hold(t, t.Context())
			if err := breaks(h); err != nil {
				t.Fatal(err)
			}
			if n, err := h.Write([]byte("head")); n != 0 || err == nil {
				t.Errorf("%s: %d bytes taken, error %v", name, n, err)
			}
			if written, late := h.w.close(); written || late {
				t.Errorf("%s: written %v, late %v", name, written, late)
			}
		}
	})
	t.Run("a request larger than the network's buffers is written piece by piece", func(t *testing.T) {
		h := hold(t, t.Context())
		large := bytes.Repeat([]byte("0123456789abcdef"), 1<<20)
		got := make(chan []byte, 1)
		go func() {
			b, _ := io.ReadAll(h.other)
			got <- b
		}()
		if n, err := h.Write(large); err != nil || n != len(large) {
			t.Errorf("%d bytes taken, error %v", n, err)
		}
		h.Close()
		if !bytes.Equal(<-got, large) {
			t.Error("something else arrived")
		}
	})
	t.Run("the deadline holds while a request waits for room", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		h := hold(t, ctx)
		full := make(chan error, 1)
		go func() {
			_, err := h.Write(make([]byte, 16<<20)) // nobody reads
			full <- err
		}()
		io.ReadFull(h.other, make([]byte, 1)) // the first piece has been written
		cancel()
		go io.Copy(io.Discard, h.other) // room comes too late
		if err := <-full; !errors.Is(err, errLate) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("a handshake belongs to no request", func(t *testing.T) {
		h := hold(t, late{t.Context()})
		h.holder.Store(nil)
		if n, err := h.Write([]byte("hello")); err != nil || n != 5 {
			t.Errorf("%d bytes taken, error %v", n, err)
		}
	})
}

// late is a context whose deadline has passed without its hearing of it.
type late struct{ context.Context }

func (late) Deadline() (time.Time, bool) { return time.Now().Add(-time.Nanosecond), true }
