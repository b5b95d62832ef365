package whatsapptest

import (
	"context"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/binary/token"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// Where the client's websocket and its media go.
const (
	chatHost  = "web.whatsapp.com"
	chatPath  = "/ws/chat"
	mediaHost = "media.whatsapp.test"
)

// conn is one connection of a device.
type conn struct {
	s       *Server
	ws      *websocket.Conn
	buffer  []byte // read and not yet a whole frame
	opens   cipher.AEAD
	opened  uint32
	payload *waWa6.ClientPayload // what the device says of itself
	refs    []string             // that its QR codes show
	account *account             // nil while it pairs

	writing sync.Mutex
	seals   cipher.AEAD
	sealed  uint32
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Host == mediaHost:
		s.serveMedia(w, r)
		return
	case r.Host != chatHost || r.URL.Path != chatPath:
		http.NotFound(w, r)
		return
	}
	ws, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	ws.SetReadLimit(16 << 20)
	c := &conn{s: s, ws: ws}
	defer c.cut()
	if !c.came() {
		return
	}
	defer c.left()
	err = c.handshake(r.Context())
	if err == nil {
		err = c.converse(r.Context())
	}
	if err != nil && !errors.Is(err, io.EOF) && websocket.CloseStatus(err) == -1 {
		c.complain(err)
	}
}

// refuse ends the connection once the device has had the time to read why.
func (c *conn) refuse(why waBinary.Node) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err := c.send(why)
	for err == nil {
		err = c.more(ctx)
	}
	return io.EOF
}

// came says whether the server is still there.
func (c *conn) came() bool {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if c.s.conns == nil {
		return false
	}
	c.s.conns[c] = true
	c.s.serving.Add(1)
	return true
}

// left forgets the connection, and that it was its account's.
func (c *conn) left() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	delete(c.s.conns, c)
	if c.account != nil && c.account.conn == c {
		c.account.conn = nil
	}
	c.s.serving.Done()
}

// complain tells the test of what a client should not do. A connection that was
// cut in the middle of a frame is no fault.
func (c *conn) complain(err error) {
	var fault *fault
	if errors.As(err, &fault) {
		c.s.t.Errorf("whatsapptest: %v", err)
	}
}

// fault is something that the server does not understand.
type fault struct{ error }

func faultf(format string, values ...any) error { return &fault{fmt.Errorf(format, values...)} }

func (c *conn) cut() { _ = c.ws.CloseNow() }

// prologue begins the stream: WhatsApp, its version, its dictionary's.
var prologue = []byte{'W', 'A', 6, token.DictVersion}

// frame reads one: three bytes of length, then as many.
func (c *conn) frame(ctx context.Context) ([]byte, error) {
	for {
		if len(c.buffer) >= 3 {
			length := int(c.buffer[0])<<16 | int(c.buffer[1])<<8 | int(c.buffer[2])
			if len(c.buffer) >= 3+length {
				f := c.buffer[3 : 3+length : 3+length]
				c.buffer = c.buffer[3+length:]
				return f, nil
			}
		}
		if err := c.more(ctx); err != nil {
			return nil, err
		}
	}
}

func (c *conn) more(ctx context.Context) error {
	_, data, err := c.ws.Read(ctx)
	c.buffer = append(c.buffer, data...)
	return err
}

func (c *conn) writeFrame(data []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return c.ws.Write(ctx, websocket.MessageBinary, append([]byte{byte(len(data) >> 16), byte(len(data) >> 8), byte(len(data))}, data...))
}

// send seals and writes a node.
func (c *conn) send(n waBinary.Node) error {
	data, err := waBinary.Marshal(n)
	if err != nil {
		return faultf("write <%s>: %w", n.Tag, err)
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	sealed := c.seals.Seal(nil, nonce(c.sealed), data, nil)
	c.sealed++
	return c.writeFrame(sealed)
}

// handshake is Noise XX: → e, ← e ee s es, → s se.
func (c *conn) handshake(ctx context.Context) error {
	for len(c.buffer) < len(prologue) {
		if err := c.more(ctx); err != nil {
			return err
		}
	}
	if string(c.buffer[:len(prologue)]) != string(prologue) {
		return faultf("the stream begins with % x", c.buffer[:len(prologue)])
	}
	c.buffer = c.buffer[len(prologue):]
	var hello waWa6.HandshakeMessage
	if err := c.greeting(ctx, &hello); err != nil {
		return err
	}
	theirs := hello.GetClientHello().GetEphemeral()
	ours, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	n := newNoise(prologue)
	n.mix(theirs)
	n.mix(ours.PublicKey().Bytes())
	if err := n.agree(ours, theirs); err != nil {
		return faultf("agree: %w", err)
	}
	static := n.seal(c.s.static.PublicKey().Bytes())
	if err := n.agree(c.s.static, theirs); err != nil {
		return faultf("agree: %w", err)
	}
	answer, err := proto.Marshal(&waWa6.HandshakeMessage{ServerHello: &waWa6.HandshakeMessage_ServerHello{
		Ephemeral: ours.PublicKey().Bytes(), Static: static, Payload: n.seal(c.s.chain)}})
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	if err := c.writeFrame(answer); err != nil {
		return err
	}
	return c.finish(ctx, n, ours)
}

func (c *conn) finish(ctx context.Context, n *noise, ours *ecdh.PrivateKey) error {
	var finish waWa6.HandshakeMessage
	if err := c.greeting(ctx, &finish); err != nil {
		return err
	}
	theirs, err := n.open(finish.GetClientFinish().GetStatic())
	if err != nil {
		return faultf("their static key: %w", err)
	}
	if err := n.agree(ours, theirs); err != nil {
		return faultf("agree: %w", err)
	}
	payload, err := n.open(finish.GetClientFinish().GetPayload())
	if err != nil {
		return faultf("their payload: %w", err)
	}
	c.payload = &waWa6.ClientPayload{}
	if err := proto.Unmarshal(payload, c.payload); err != nil {
		return faultf("their payload: %w", err)
	}
	read, write, err := n.derive(nil) // the client's way of writing is ours of reading
	if err != nil {
		return err
	}
	c.opens, c.seals = gcm(read), gcm(write)
	return nil
}

func (c *conn) greeting(ctx context.Context, m *waWa6.HandshakeMessage) error {
	f, err := c.frame(ctx)
	if err != nil {
		return err
	}
	if err := proto.Unmarshal(f, m); err != nil {
		return faultf("handshake: %w", err)
	}
	return nil
}

// converse lets a device in, or lets it pair, and answers until it goes.
func (c *conn) converse(ctx context.Context) error {
	var err error
	if c.payload.DevicePairingData != nil {
		err = c.offer()
	} else {
		err = c.login()
	}
	for err == nil {
		var n *waBinary.Node
		if n, err = c.node(ctx); err == nil {
			err = c.take(n)
		}
	}
	return err
}

// node reads what a device says.
func (c *conn) node(ctx context.Context) (*waBinary.Node, error) {
	f, err := c.frame(ctx)
	if err != nil {
		return nil, err
	}
	// No fault of ours: whatsmeow lets the next frame overtake one whose deadline
	// ends while it is written. WhatsApp hangs up, and so do we.
	plain, err := c.opens.Open(nil, nonce(c.opened), f, nil)
	if err != nil {
		return nil, fmt.Errorf("open a frame: %w", err)
	}
	c.opened++
	if plain, err = waBinary.Unpack(plain); err != nil {
		return nil, faultf("unpack a frame: %w", err)
	}
	n, err := waBinary.Unmarshal(plain)
	if err != nil {
		return nil, faultf("read a node: %w", err)
	}
	return n, nil
}

func (c *conn) login() error {
	s := c.s
	s.mu.Lock()
	a := s.accounts[fmt.Sprint(c.payload.GetUsername())]
	refusal := waBinary.Node{}
	if a != nil {
		refusal = a.refusal
		if refusal.Tag == "" {
			c.account, a.conn = a, c
		}
	}
	s.mu.Unlock()
	switch {
	case a == nil:
		return c.refuse(failure("401"))
	case refusal.Tag != "":
		return c.refuse(refusal)
	}
	return c.send(waBinary.Node{Tag: "success", Attrs: waBinary.Attrs{"t": now(), "lid": a.lid, "props": "27", "companion_enc_static": "x"}})
}

// failure refuses a login.
func failure(reason string, more ...string) waBinary.Node {
	n := waBinary.Node{Tag: "failure", Attrs: waBinary.Attrs{"reason": reason, "location": "test"}}
	for i := 0; i+1 < len(more); i += 2 {
		n.Attrs[more[i]] = more[i+1]
	}
	return n
}

func now() string { return fmt.Sprint(time.Now().Unix()) }

// result answers a query.
func (c *conn) result(query *waBinary.Node, content ...waBinary.Node) error {
	n := waBinary.Node{Tag: "iq", Attrs: waBinary.Attrs{"id": query.Attrs["id"], "type": "result", "from": types.ServerJID}}
	if len(content) > 0 {
		n.Content = content
	}
	return c.send(n)
}
