package twilio

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"
)

// sink is a connection that counts what is handed to it, and may refuse it.
type sink struct {
	net.Conn
	taken int
	err   error
}

func (s *sink) Write(b []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	s.taken += len(b)
	return len(b), nil
}

func TestGuardedConn(t *testing.T) {
	hold := func(ctx context.Context) (*guardedConn, *sink, *write) {
		s, w := &sink{}, &write{ctx: ctx}
		c := &guardedConn{Conn: s}
		c.holder.Store(w)
		return c, s, w
	}
	t.Run("a request in time is written, and its rest even when the deadline passes", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c, s, w := hold(ctx)
		c.Write([]byte("head"))
		cancel()
		if _, err := c.Write([]byte("rest")); err != nil || s.taken != 8 {
			t.Errorf("%d bytes taken, error %v", s.taken, err)
		}
		if written, late := w.close(); !written || late {
			t.Errorf("written %v, late %v", written, late)
		}
	})
	t.Run("a request after its deadline is not written, though nobody told the context", func(t *testing.T) {
		ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Nanosecond))
		defer cancel()
		c, s, w := hold(ctx)
		if _, err := c.Write([]byte("head")); !errors.Is(err, errLate) || s.taken != 0 {
			t.Errorf("%d bytes taken, error %v", s.taken, err)
		}
		if written, late := w.close(); written || !late {
			t.Errorf("written %v, late %v", written, late)
		}
	})
	t.Run("nothing is written once the call has failed", func(t *testing.T) {
		c, s, w := hold(t.Context())
		if written, _ := w.close(); written {
			t.Error("written")
		}
		if _, err := c.Write([]byte("head")); err == nil || s.taken != 0 {
			t.Errorf("%d bytes taken, error %v", s.taken, err)
		}
	})
	t.Run("a connection that takes nothing leaves the request unwritten", func(t *testing.T) {
		c, s, w := hold(t.Context())
		s.err = net.ErrClosed
		c.Write([]byte("head"))
		if written, late := w.close(); written || late {
			t.Errorf("written %v, late %v", written, late)
		}
	})
	t.Run("a handshake belongs to no request", func(t *testing.T) {
		s := &sink{}
		if _, err := (&guardedConn{Conn: s}).Write([]byte("hello")); err != nil || s.taken != 5 {
			t.Errorf("%d bytes taken, error %v", s.taken, err)
		}
	})
}
