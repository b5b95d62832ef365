package console

import (
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
	Write(*frame) error
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
	writeWait = 10 * time.Second // for one frame
	pongWait  = 60 * time.Second // silence that ends a socket
)

// upgrader keeps 2,000 idle consoles cheap: small buffers, those for writing
// shared, and no compression, whose window costs more than all else together.
var upgrader = websocket.Upgrader{
	ReadBufferSize: 512, WriteBufferSize: 1 << 10, WriteBufferPool: &sync.Pool{},
	CheckOrigin: func(*http.Request) bool { return true }, // checked before, with a refusal that says why
}

// upgrade answers the request itself where it fails.
func upgrade(w http.ResponseWriter, r *http.Request) (conn, error) {
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return nil, err
	}
	ws.SetReadLimit(readLimit)
	ws.SetPongHandler(func(string) error { return ws.SetReadDeadline(time.Now().Add(pongWait)) })
	return socketConn{ws}, ws.SetReadDeadline(time.Now().Add(pongWait))
}

type socketConn struct{ ws *websocket.Conn }

func (c socketConn) Read() ([]byte, error) {
	_, text, err := c.ws.ReadMessage()
	if err == nil {
		err = c.ws.SetReadDeadline(time.Now().Add(pongWait))
	}
	return text, err
}

func (c socketConn) Write(f *frame) error {
	if err := c.ws.SetWriteDeadline(time.Now().Add(writeWait)); err != nil {
		return err
	}
	return c.ws.WritePreparedMessage(f.prepared)
}

func (c socketConn) Ping() error {
	return c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeWait))
}

func (c socketConn) Bye(code int, why string) error {
	return c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, why), time.Now().Add(time.Second))
}

func (c socketConn) Close() error { return c.ws.Close() }

// frame is a text for pages, framed once however many get it.
type frame struct {
	prepared *websocket.PreparedMessage
	size     int
	key      string // of an ephemeral one: a newer frame of the key takes its place
}

func newFrame(text []byte, key string) *frame {
	p, err := websocket.NewPreparedMessage(websocket.TextMessage, text)
	if err != nil { // only of a message type that does not exist
		panic(err)
	}
	return &frame{prepared: p, size: len(text), key: key}
}
