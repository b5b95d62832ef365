package console

import (
	"bufio"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// conn is one page's connection: one goroutine reads, one writes, and Close may
// come from either. All that the console knows of the library is in this file.
type conn interface {
	// Read returns the page's next frame. An error is the end.
	Read() ([]byte, error)
	// Write writes frames, all at once where there are several; what it is
	// given is small enough for that (atOnce).
	Write(...*frame) error
	Ping() error
	// Bye sends the close code; the page answers and Read ends.
	Bye(code int, why string) error
	Close() error
}

// Close codes; PROTOCOL.md says what a page makes of them.
const (
	closeBadFrame = websocket.ClosePolicyViolation
	closeOver     = 4001 // the session is over: final
	closeRevoked  = 4003 // the agent may not be here any more: final
	closeSlow     = 4008 // the page reads too slowly; it resumes
	closeResync   = 4009 // the log was cut; the page resumes, and is told to load anew
	closeDraining = 4012 // this node stops; the page comes again, with jitter
)

const (
	readLimit = 64 << 10
	writeWait = 10 * time.Second // for what is written at once
	pongWait  = 60 * time.Second // silence that ends a socket

	// What the kernel holds for a page that does not read; left to itself it
	// takes up to 4 MB.
	kernelHolds = 64 << 10
)

// upgrader keeps 2,000 idle consoles cheap: small buffers, those for writing
// shared, and no compression, whose window costs more than all else together.
var upgrader = websocket.Upgrader{
	ReadBufferSize: 512, WriteBufferSize: 1 << 10, WriteBufferPool: &sync.Pool{},
	CheckOrigin: func(*http.Request) bool { return true }, // checked before, with a refusal that says why
}

// upgrade answers the request itself where it fails.
func upgrade(w http.ResponseWriter, r *http.Request) (conn, error) {
	taken := &taking{ResponseWriter: w}
	ws, err := upgrader.Upgrade(taken, r, nil)
	if err != nil {
		return nil, err
	}
	ws.SetReadLimit(readLimit)
	ws.SetPongHandler(func(string) error { return ws.SetReadDeadline(time.Now().Add(pongWait)) })
	if tcp, ok := taken.conn.Conn.(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(kernelHolds) // a bound that a system may not know
	}
	return socketConn{ws, taken.conn}, ws.SetReadDeadline(time.Now().Add(pongWait))
}

// taking is how the upgrader takes over a connection: it gets one that can
// gather what is written.
type taking struct {
	http.ResponseWriter
	conn *gathering
}

func (t *taking) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, buffered, err := http.NewResponseController(t.ResponseWriter).Hijack()
	t.conn = &gathering{Conn: c}
	return t.conn, buffered, err
}

// gathering is a connection on which several frames are one write: to call the
// system costs more than all else that is done for a frame.
type gathering struct {
	net.Conn
	mu   sync.Mutex
	held *[]byte // since gather; nil: everything is written at once
}

// gathered lends buffers: few pages are written to at the same moment.
var gathered = sync.Pool{New: func() any { b := make([]byte, 0, 8<<10); return &b }}

func (g *gathering) gather() {
	g.mu.Lock()
	g.held = gathered.Get().(*[]byte)
	g.mu.Unlock()
}

func (g *gathering) Write(b []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.held == nil {
		return g.Conn.Write(b)
	}
	*g.held = append(*g.held, b...)
	return len(b), nil
}

// release writes what was gathered.
func (g *gathering) release() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, err := g.Conn.Write(*g.held)
	*g.held = (*g.held)[:0]
	gathered.Put(g.held)
	g.held = nil
	return err
}

type socketConn struct {
	ws  *websocket.Conn
	net *gathering
}

func (c socketConn) Read() ([]byte, error) {
	_, text, err := c.ws.ReadMessage()
	if err == nil {
		err = c.ws.SetReadDeadline(time.Now().Add(pongWait))
	}
	return text, err
}

func (c socketConn) Write(frames ...*frame) error {
	if len(frames) > 1 {
		c.net.gather()
	}
	err := c.ws.SetWriteDeadline(time.Now().Add(writeWait))
	for _, f := range frames {
		if err == nil {
			err = c.ws.WritePreparedMessage(f.prepared)
		}
	}
	if len(frames) > 1 {
		err = errors.Join(err, c.net.release())
	}
	return err
}

func (c socketConn) Ping() error {
	return c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeWait))
}

func (c socketConn) Bye(code int, why string) error {
	return c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, why), time.Now().Add(time.Second))
}

func (c socketConn) Close() error { return c.ws.Close() }

// maxAtOnce bounds what is copied to be written at once.
const maxAtOnce = 32 << 10

// atOnce is how many of the frames are written at once: at least one.
func atOnce(frames []*frame) int {
	bytes := 0
	for i, f := range frames {
		if bytes += f.size; bytes > maxAtOnce && i > 0 {
			return i
		}
	}
	return len(frames)
}

// frame is a text for pages, framed once however many get it.
type frame struct {
	prepared *websocket.PreparedMessage
	size     int
	key      string // a newer frame of the key takes its place; "" for none
	passing  bool   // left out where much waits: it is said again
}

func newFrame(text []byte, key string) *frame {
	p, err := websocket.NewPreparedMessage(websocket.TextMessage, text)
	if err != nil { // only of a message type that does not exist
		panic(err)
	}
	return &frame{prepared: p, size: len(text), key: key}
}
