package whatsapptest

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"sync"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/libsignal/keys/identity"
	"go.mau.fi/libsignal/keys/prekey"
	"go.mau.fi/libsignal/protocol"
	"go.mau.fi/libsignal/session"
	"go.mau.fi/libsignal/util/optional"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// Contact is somebody on WhatsApp, with a phone that encrypts and decrypts.
type Contact struct {
	Name   string
	Number types.JID
	LID    types.JID // what WhatsApp tells of them instead of the number

	s      *Server
	signal sync.Mutex // one message at a time goes through a Signal session
	device *store.Device

	mu      sync.Mutex
	hidden  bool // the number is not told with what they write
	heard   []Heard
	seen    map[string]bool // ids that were heard: a phone shows each once
	garbled int
	wanting map[string]bool     // asked for again, and not come yet
	trouble map[string][]string // what happened to each message, for a test that misses one
	more    chan struct{}       // closed when something is heard
}

// Heard is a message that a contact's phone decrypted and shows.
type Heard struct {
	ID      string
	Message *waE2E.Message
}

// Contact makes somebody with a number, without the +, and a LID.
func (s *Server) Contact(name, number, lid string) *Contact {
	s.t.Helper()
	c := &Contact{
		Name: name, Number: types.NewJID(number, types.DefaultUserServer), LID: types.NewJID(lid, types.HiddenUserServer),
		s: s, device: s.signal.NewDevice(), seen: make(map[string]bool), wanting: make(map[string]bool), trouble: make(map[string][]string), more: make(chan struct{}),
	}
	c.device.ID, c.device.LID = &c.Number, c.LID
	c.device.Account = &waAdv.ADVSignedDeviceIdentity{Details: []byte{1}, AccountSignature: make([]byte, 64), AccountSignatureKey: make([]byte, 32), DeviceSignature: make([]byte, 64)}
	if err := c.device.Save(context.Background()); err != nil {
		s.t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.contacts[number], s.contacts[lid] = c, c
	return c
}

// Hide leaves the number out of what they write from now on.
func (c *Contact) Hide() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hidden = true
}

// Heard is what the phone shows so far.
func (c *Contact) Heard() []Heard {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.heard)
}

// Garbled counts what the phone could not decrypt.
func (c *Contact) Garbled() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.garbled
}

// Trouble is what the phone made of each time that a message came to it.
func (c *Contact) Trouble(id string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.trouble[id])
}

// Await returns the n-th message that the phone shows, from 0.
func (c *Contact) Await(ctx context.Context, n int) (Heard, error) {
	for {
		c.mu.Lock()
		heard, more := c.heard, c.more
		c.mu.Unlock()
		if len(heard) > n {
			return heard[n], nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return Heard{}, fmt.Errorf("%s heard %d messages, not %d: %w", c.Name, len(heard), n+1, ctx.Err())
		}
	}
}

// key is a key's number as WhatsApp writes it.
func key(id uint32) []byte { return binary.BigEndian.AppendUint32(nil, id)[1:] }

// bundle is what somebody needs to write to the contact first.
func (c *Contact) bundle() ([]waBinary.Node, error) {
	c.signal.Lock()
	defer c.signal.Unlock()
	once, err := c.device.PreKeys.GenOnePreKey(context.Background())
	if err != nil {
		return nil, fmt.Errorf("a prekey of %s: %w", c.Name, err)
	}
	d := c.device
	return []waBinary.Node{
		{Tag: "registration", Content: binary.BigEndian.AppendUint32(nil, d.RegistrationID)},
		{Tag: "type", Content: []byte{ecc.DjbType}},
		{Tag: "identity", Content: d.IdentityKey.Pub[:]},
		{Tag: "skey", Content: []waBinary.Node{
			{Tag: "id", Content: key(d.SignedPreKey.KeyID)}, {Tag: "value", Content: d.SignedPreKey.Pub[:]}, {Tag: "signature", Content: d.SignedPreKey.Signature[:]}}},
		{Tag: "key", Content: []waBinary.Node{{Tag: "id", Content: key(once.KeyID)}, {Tag: "value", Content: once.Pub[:]}}},
	}, nil
}

// hear decrypts what a device sent. What was heard before is shown no second time.
// What it cannot decrypt it wants again.
func (c *Contact) hear(from types.JID, id string, sealed waBinary.Node) (again bool) {
	c.signal.Lock()
	m, err := c.decrypt(from, sealed)
	c.signal.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trouble[id] = append(c.trouble[id], fmt.Sprintf("%v: %v", sealed.Attrs["type"], err))
	switch {
	case c.seen[id]:
	case err != nil:
		c.garbled++
		c.wanting[id] = true
		return true
	default:
		c.seen[id] = true
		delete(c.wanting, id)
		c.heard = append(c.heard, Heard{ID: id, Message: m})
		close(c.more)
		c.more = make(chan struct{})
	}
	return false
}

// wishes are the ids that the phone asked for again, and that have not come yet.
func (c *Contact) wishes() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Sorted(maps.Keys(c.wanting))
}

// wants is how a phone asks for what it could not decrypt, with keys to begin anew.
func (c *Contact) wants(id string) (waBinary.Node, error) {
	keys, err := c.bundle()
	if err != nil {
		return waBinary.Node{}, err
	}
	registration, keys := keys[0], keys[1:]
	return waBinary.Node{Tag: "receipt", Attrs: waBinary.Attrs{"type": "retry", "id": id, "from": c.LID, "t": now()}, Content: []waBinary.Node{
		{Tag: "retry", Attrs: waBinary.Attrs{"count": "1", "id": id, "t": now(), "v": "1"}},
		registration,
		{Tag: "keys", Content: keys},
	}}, nil
}

func (c *Contact) decrypt(from types.JID, sealed waBinary.Node) (*waE2E.Message, error) {
	ctx, format := context.Background(), store.SignalProtobufSerializer
	address := from.SignalAddress()
	cipher := session.NewCipher(session.NewBuilderFromSignal(c.device, address, format), address)
	data, _ := sealed.Content.([]byte)
	var padded []byte
	if sealed.Attrs["type"] == "pkmsg" {
		first, err := protocol.NewPreKeySignalMessageFromBytes(data, format.PreKeySignalMessage, format.SignalMessage)
		if err != nil {
			return nil, err
		}
		if padded, err = cipher.DecryptMessage(ctx, first); err != nil {
			return nil, err
		}
	} else {
		next, err := protocol.NewSignalMessageFromBytes(data, format.SignalMessage)
		if err != nil {
			return nil, err
		}
		if padded, err = cipher.Decrypt(ctx, next); err != nil {
			return nil, err
		}
	}
	if len(padded) == 0 || int(padded[len(padded)-1]) > len(padded) {
		return nil, fmt.Errorf("a message of %d bytes without its padding", len(padded))
	}
	var m waE2E.Message
	return &m, proto.Unmarshal(padded[:len(padded)-int(padded[len(padded)-1])], &m)
}

// encrypt seals a message for a device, with its prekeys where it is the first.
func (c *Contact) encrypt(a *account, m *waE2E.Message) (waBinary.Node, error) {
	c.signal.Lock()
	defer c.signal.Unlock()
	ctx := context.Background()
	address := a.lid.SignalAddress()
	builder := session.NewBuilderFromSignal(c.device, address, store.SignalProtobufSerializer)
	known, err := c.device.ContainsSession(ctx, address)
	if err != nil {
		return waBinary.Node{}, err
	}
	if !known {
		bundle, err := c.s.bundleOf(a)
		if err != nil {
			return waBinary.Node{}, err
		}
		if err := builder.ProcessBundle(ctx, bundle); err != nil {
			return waBinary.Node{}, fmt.Errorf("the device's keys: %w", err)
		}
	}
	plain, err := proto.Marshal(m)
	if err != nil {
		return waBinary.Node{}, err
	}
	sealed, err := session.NewCipher(builder, address).Encrypt(ctx, append(plain, 1))
	if err != nil {
		return waBinary.Node{}, fmt.Errorf("encrypt: %w", err)
	}
	kind := "msg"
	if sealed.Type() == protocol.PREKEY_TYPE {
		kind = "pkmsg"
	}
	return waBinary.Node{Tag: "enc", Attrs: waBinary.Attrs{"v": "2", "type": kind}, Content: sealed.Serialize()}, nil
}

// bundleOf takes one of the device's prekeys.
func (s *Server) bundleOf(a *account) (*prekey.Bundle, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(a.prekeys) == 0 {
		return nil, fmt.Errorf("the device has left no prekeys")
	}
	once, signed := a.prekeys[0], a.signed
	a.prekeys = a.prekeys[1:]
	part := func(n waBinary.Node, tag string) []byte {
		child := n.GetChildByTag(tag)
		b, _ := child.Content.([]byte)
		return b
	}
	number := func(n waBinary.Node) uint32 {
		return binary.BigEndian.Uint32(append([]byte{0}, part(n, "id")...))
	}
	return prekey.NewBundle(binary.BigEndian.Uint32(a.registration.ERegid), uint32(a.lid.Device),
		optional.NewOptionalUint32(number(once)), number(signed),
		ecc.NewDjbECPublicKey([32]byte(part(once, "value"))), ecc.NewDjbECPublicKey([32]byte(part(signed, "value"))),
		[64]byte(part(signed, "signature")), identity.NewKey(ecc.NewDjbECPublicKey([32]byte(a.registration.EIdent)))), nil
}

// Reinstall loses what the phone kept of its chats: what comes next it cannot
// decrypt, and asks for again.
func (c *Contact) Reinstall(phone *Contact) error {
	a, _, err := c.s.of(phone)
	if err != nil {
		return err
	}
	c.signal.Lock()
	defer c.signal.Unlock()
	return c.device.Sessions.DeleteSession(context.Background(), a.lid.SignalAddress().String())
}
