package twilio

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

var errLate = errors.New("the send deadline has passed")

// write guards the one request of one call. A send that comes too late must not
// reach the carrier, however long the process, a dial or a handshake was held
// up, so the clock is read once more right before each system call that hands
// bytes to the network: what is cut off half-way no carrier can take. And once a
// call has failed, nothing of it is written any more.
type write struct {
	ctx context.Context

	mu      sync.Mutex
	started bool // some of the request was handed to the network
	closed  bool // nothing more may be written
	late    bool // it was closed because the deadline had passed
}

// hand gives bytes to the network. Nothing may come between its look at the clock
// and the system call: a process that is stopped there writes when it goes on.
func (w *write) hand(fd int, b []byte) (n int, err error) {
	deadline, bounded := w.ctx.Deadline()
	first, open := w.begin()
	switch {
	case !open:
		return 0, errLate
	case bounded && !time.Now().Before(deadline):
		err = errLate
	default:
		n, err = syscall.Write(fd, b)
	}
	if err != nil {
		w.refused(first, err == errLate)
		return 0, err
	}
	return n, nil
}

// begin says whether these are the first bytes, and whether they may be written.
func (w *write) begin() (first, open bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return false, false
	}
	if w.ctx.Err() != nil {
		w.closed, w.late = true, true
		return false, false
	}
	first = !w.started
	w.started = true
	return first, true
}

// refused takes back begin: none of the bytes were taken.
func (w *write) refused(first, late bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if first {
		w.started = false
	}
	if late {
		w.closed, w.late = true, true
	}
}

// close forbids further writing and says what happened so far.
func (w *write) close() (written, late bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	return w.started, w.late
}

// guard ties the write to whichever connection the request gets.
func (w *write) guard(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		conn := got.Conn
		if t, ok := conn.(*tls.Conn); ok {
			conn = t.NetConn()
		}
		if g, ok := conn.(*guardedConn); ok {
			g.holder.Store(w)
		}
	}})
}

// guardedConn lets the call that holds the connection write. One connection
// carries one request at a time: HTTP/2 is not negotiated.
type guardedConn struct {
	net.Conn
	raw    syscall.RawConn
	holder atomic.Pointer[write]
}

func newGuardedConn(conn net.Conn) (*guardedConn, error) {
	raw, err := conn.(syscall.Conn).SyscallConn()
	return &guardedConn{Conn: conn, raw: raw}, err
}

func (c *guardedConn) Write(b []byte) (n int, err error) {
	w := c.holder.Load()
	if w == nil {
		return c.Conn.Write(b) // a handshake
	}
	broken := c.raw.Write(func(fd uintptr) (done bool) {
		for n < len(b) {
			var taken int
			switch taken, err = w.hand(int(fd), b[n:]); err {
			case nil, syscall.EINTR:
				n += taken
			case syscall.EAGAIN:
				return false // called again once there is room
			default:
				return true
			}
		}
		return true
	})
	return n, cmp.Or(broken, err)
}

// newTransport returns the connections to one base URL. They are kept: a
// handshake with Twilio takes longer than a message. The standard library never
// sends a POST again once a byte of it was written, and ours has no
// Idempotency-Key that would tell it otherwise.
func newTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return newGuardedConn(conn)
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true) // alone: HTTP/2 would share a connection among calls
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dial,
		TLSHandshakeTimeout:    5 * time.Second,
		MaxIdleConnsPerHost:    1024, // as many as a lane has slots: a burst must not close what the next one needs
		IdleConnTimeout:        50 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		Protocols:              protocols,
	}
}
