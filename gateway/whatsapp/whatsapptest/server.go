// Package whatsapptest is WhatsApp on loopback, for tests: a server that a real
// whatsmeow.Client pairs with, logs in to, and talks through, and contacts that
// encrypt and decrypt with Signal as phones do.
//
//	client ── websocket, Noise XX ── Server ── Contact, Contact, …
//	                                   └────── Phone, the account's own
//
// A server can lose the connection before or after it takes a message, keep the
// acknowledgement, refuse with a code, deliver again, ban, replace or log out.
//
// It proves the adapter against our understanding of WhatsApp's server, which
// was taken from what whatsmeow sends and accepts; it is no description of
// WhatsApp. No production package imports it, and a test says so.
package whatsapptest

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waCert"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"google.golang.org/protobuf/proto"

	_ "modernc.org/sqlite" // what contacts keep of Signal
)

// Server is the other end of one or more linked devices.
type Server struct {
	t       testing.TB
	static  *ecdh.PrivateKey
	chain   []byte // certificates of static, up to the root
	http    *httptest.Server
	signal  *sqlstore.Container
	pairing chan *conn // that show a QR code

	mu       sync.Mutex
	accounts map[string]*account // by the user of the phone's number
	contacts map[string]*Contact // by the user of the number, and by that of the LID
	fate     func(id string) Fate
	blobs    map[string][]byte // media, encrypted
	seen     []Seen
	conns    map[*conn]bool // nil once the server is closed
	serving  sync.WaitGroup
}

// Fate is what becomes of a message that a device sends.
type Fate struct {
	Code   string // of the acknowledgement: "463"; "" for none
	Lost   bool   // the connection ends before it is taken
	Silent bool   // it is delivered, and never acknowledged
	Cut    bool   // it is delivered, and the connection ends instead of the acknowledgement
}

// Seen is something that a device told beside messages: a receipt, that it types.
type Seen struct {
	Tag, Type, ID, To string
}

// root signs every server's certificates: whatsmeow keeps it in one variable, so
// a process has one.
var root = sync.OnceValue(func() *ecc.ECKeyPair {
	pair, err := ecc.GenerateKeyPair()
	if err != nil {
		panic(err)
	}
	whatsmeow.WACertPubKey = pair.PublicKey().PublicKey()
	return pair
})

// New starts a server that ends with the test.
func New(t testing.TB) *Server {
	t.Helper()
	static, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{
		t: t, static: static, pairing: make(chan *conn, 8),
		accounts: make(map[string]*account), contacts: make(map[string]*Contact), blobs: make(map[string][]byte),
		conns: make(map[*conn]bool),
	}
	if s.chain, err = certify(static.PublicKey().Bytes()); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "contacts.db")
	s.signal, err = sqlstore.New(context.Background(), "sqlite",
		"file:"+file+"?_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_pragma=busy_timeout(10000)&_txlock=immediate", nil)
	if err != nil {
		t.Fatal(err)
	}
	s.http = httptest.NewServer(http.HandlerFunc(s.serve)) // no TLS: Client dials it whatever is asked for
	t.Cleanup(s.close)
	return s
}

func (s *Server) close() {
	s.mu.Lock()
	conns := s.conns
	s.conns = nil
	s.mu.Unlock()
	for c := range conns {
		c.cut()
	}
	s.serving.Wait() // they use what is closed now
	s.http.CloseClientConnections()
	s.http.Close()
	if err := s.signal.Close(); err != nil {
		s.t.Error(err)
	}
}

// Address is where the server listens, for a client in another process.
func (s *Server) Address() string { return s.http.Listener.Addr().String() }

// Root is the key that whatsmeow.WACertPubKey has to be in another process; in
// this one it is.
func (s *Server) Root() [32]byte { return root().PublicKey().PublicKey() }

// Client sends whatever is dialled to the server.
func (s *Server) Client() *http.Client { return Client(s.Address()) }

// Client sends whatever is dialled to an address, without TLS.
func Client(address string) *http.Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", address)
	}
	return &http.Client{Transport: &http.Transport{DialContext: dial, DialTLSContext: dial}}
}

// Decide sets what becomes of the messages that devices send; nil: they arrive.
// It may be called again for a message that is sent again.
func (s *Server) Decide(fate func(id string) Fate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fate = fate
}

func (s *Server) fateOf(id string) Fate {
	s.mu.Lock()
	fate := s.fate
	s.mu.Unlock()
	if fate == nil {
		return Fate{}
	}
	return fate(id)
}

// Seen is what devices told beside messages, in order.
func (s *Server) Seen() []Seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Seen(nil), s.seen...)
}

func (s *Server) see(n *waBinary.Node, kind string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	to := ""
	if jid, ok := n.Attrs["to"]; ok {
		to = fmt.Sprint(jid)
	}
	s.seen = append(s.seen, Seen{Tag: n.Tag, Type: kind, ID: n.AttrGetter().OptionalString("id"), To: to})
}

// certify signs a server's key: root → intermediate → server.
func certify(key []byte) ([]byte, error) {
	middle, err := ecc.GenerateKeyPair()
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	public := middle.PublicKey().PublicKey()
	from, until := uint64(time.Now().Add(-time.Hour).Unix()), uint64(time.Now().Add(24*time.Hour).Unix())
	sign := func(by *ecc.ECKeyPair, d *waCert.CertChain_NoiseCertificate_Details) (*waCert.CertChain_NoiseCertificate, error) {
		d.NotBefore, d.NotAfter = &from, &until
		text, err := proto.Marshal(d)
		if err != nil {
			return nil, fmt.Errorf("write a certificate: %w", err)
		}
		signature := ecc.CalculateSignature(by.PrivateKey(), text)
		return &waCert.CertChain_NoiseCertificate{Details: text, Signature: signature[:]}, nil
	}
	intermediate, err := sign(root(), &waCert.CertChain_NoiseCertificate_Details{
		Serial: proto.Uint32(1), IssuerSerial: proto.Uint32(whatsmeow.WACertIssuerSerial), Key: public[:]})
	if err != nil {
		return nil, err
	}
	leaf, err := sign(middle, &waCert.CertChain_NoiseCertificate_Details{Serial: proto.Uint32(2), IssuerSerial: proto.Uint32(1), Key: key})
	if err != nil {
		return nil, err
	}
	return proto.Marshal(&waCert.CertChain{Intermediate: intermediate, Leaf: leaf})
}
