package twilio

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"
)

var errLate = errors.New("the send deadline has passed")

// write guards the one request of one call. A send that comes too late must not
// reach the carrier, however long the process, a dial or a handshake was held
// up, so the clock is read once more right before the system call that hands the
// request to the network; and once a call has failed, nothing of it is written
// any more.
type write struct {
	ctx context.Context

	mu      sync.Mutex
	started bool // some of the request was handed to the network
	closed  bool // nothing more may be written
	late    bool // it was closed because the deadline had passed
}

// begin says whether the next bytes may be written, and whether they are the first.
func (w *write) begin() (first bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return false, errLate
	}
	if w.started {
		return false, nil // the rest of a request under way
	}
	deadline, ok := w.ctx.Deadline()
	if w.ctx.Err() != nil || ok && !time.Now().Before(deadline) {
		w.closed, w.late = true, true
		return false, errLate
	}
	w.started = true
	return true, nil
}

// refused takes back begin: the system call took none of the first bytes.
func (w *write) refused() {
	w.mu.Lock()
	w.started = false
	w.mu.Unlock()
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

// guardedConn asks the call that holds the connection before it writes. One
// connection carries one request at a time: HTTP/2 is not negotiated.
type guardedConn struct {
	net.Conn
	holder atomic.Pointer[write]
}

func (c *guardedConn) Write(b []byte) (int, error) {
	w := c.holder.Load()
	if w == nil {
		return c.Conn.Write(b) // a handshake
	}
	first, err := w.begin()
	if err != nil {
		return 0, err
	}
	n, err := c.Conn.Write(b)
	if first && n == 0 && err != nil {
		w.refused()
	}
	return n, err
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
		return &guardedConn{Conn: conn}, nil
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
