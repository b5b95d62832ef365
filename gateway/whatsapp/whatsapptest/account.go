package whatsapptest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.mau.fi/libsignal/ecc"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// account is a device that is linked to a phone.
type account struct {
	jid, lid     types.JID // the device's
	phone        *Contact
	registration *waWa6.ClientPayload_DevicePairingRegistrationData
	prekeys      []waBinary.Node
	signed       waBinary.Node
	waiting      []waiting     // that the device has not acknowledged
	refusal      waBinary.Node // of logins; no tag: they are let in
	conn         *conn         // nil while it is away
}

// waiting is a message for the device, and what it says: what a device cannot
// decrypt it asks for again.
type waiting struct {
	id    string
	from  *Contact
	plain *waE2E.Message
	node  waBinary.Node
}

// ErrNoDevice means that the phone has no linked device.
var ErrNoDevice = errors.New("no device is linked to this phone")

// qrCodes is how many codes a device may show before it has to connect anew.
const qrCodes = 6

// offer gives a device what its QR codes show.
func (c *conn) offer() error {
	refs := make([]waBinary.Node, qrCodes)
	for i := range refs {
		ref := fmt.Sprintf("2@ref%d-%d", i, time.Now().UnixNano())
		c.refs = append(c.refs, ref)
		refs[i] = waBinary.Node{Tag: "ref", Content: []byte(ref)}
	}
	err := c.send(waBinary.Node{Tag: "iq", Attrs: waBinary.Attrs{"from": types.ServerJID, "type": "set", "id": "pair-device", "xmlns": "md"},
		Content: []waBinary.Node{{Tag: "pair-device", Content: refs}}})
	if err == nil {
		c.s.pairing <- c
	}
	return err
}

// device is the number of every linked device here.
const device = 12

// Scan is what a phone does with a QR code: it signs the device's identity and
// tells the server.
func (s *Server) Scan(ctx context.Context, phone *Contact, qr string) error {
	for {
		var c *conn
		select {
		case c = <-s.pairing:
		case <-ctx.Done():
			return fmt.Errorf("no device shows %.20q: %w", qr, ctx.Err())
		}
		_, after, _ := strings.Cut(qr, "#")
		parts := strings.Split(after, ",")
		if len(parts) < 4 {
			parts = strings.Split(qr, ",")
		}
		if len(parts) < 4 {
			return fmt.Errorf("%q is no QR code of a device", qr)
		}
		if slices.Contains(c.refs, parts[0]) {
			return s.link(c, phone, parts)
		}
	}
}

func (s *Server) link(c *conn, phone *Contact, parts []string) error {
	theirs, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil {
		return fmt.Errorf("the identity in the QR code: %w", err)
	}
	secret, err := base64.StdEncoding.DecodeString(parts[3])
	if err != nil {
		return fmt.Errorf("the secret in the QR code: %w", err)
	}
	details, err := proto.Marshal(&waAdv.ADVDeviceIdentity{RawID: proto.Uint32(7), Timestamp: proto.Uint64(uint64(time.Now().Unix())), KeyIndex: proto.Uint32(1)})
	if err != nil {
		return err
	}
	own := phone.device.IdentityKey
	signature := ecc.CalculateSignature(ecc.NewDjbECPrivateKey(*own.Priv), slices.Concat([]byte{6, 0}, details, theirs))
	signed, err := proto.Marshal(&waAdv.ADVSignedDeviceIdentity{Details: details, AccountSignatureKey: own.Pub[:], AccountSignature: signature[:]})
	if err != nil {
		return err
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write(signed)
	container, err := proto.Marshal(&waAdv.ADVSignedDeviceIdentityHMAC{Details: signed, HMAC: mac.Sum(nil)})
	if err != nil {
		return err
	}
	jid, lid := phone.Number, phone.LID
	jid.Device, lid.Device = device, device
	s.mu.Lock()
	s.accounts[jid.User] = &account{jid: jid, lid: lid, phone: phone, registration: c.payload.DevicePairingData}
	s.mu.Unlock()
	return c.send(waBinary.Node{Tag: "iq", Attrs: waBinary.Attrs{"from": types.ServerJID, "type": "set", "id": "pair-success", "t": now()},
		Content: []waBinary.Node{{Tag: "pair-success", Content: []waBinary.Node{
			{Tag: "device-identity", Content: container}, {Tag: "biz", Attrs: waBinary.Attrs{"name": "Lumen"}},
			{Tag: "device", Attrs: waBinary.Attrs{"jid": jid, "lid": lid}}, {Tag: "platform", Attrs: waBinary.Attrs{"name": "android"}}}}}})
}

// of is the account of a phone, and its connection now.
func (s *Server) of(phone *Contact) (*account, *conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.accounts[phone.Number.User]
	if a == nil {
		return nil, nil, ErrNoDevice
	}
	return a, a.conn, nil
}

// Online reports whether the phone's device is connected.
func (s *Server) Online(phone *Contact) bool {
	_, c, err := s.of(phone)
	return err == nil && c != nil
}

// Waiting counts what the phone's device has not acknowledged.
func (s *Server) Waiting(phone *Contact) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.accounts[phone.Number.User]; a != nil {
		return len(a.waiting)
	}
	return 0
}

// Say has the contact write to the business whose phone it is. It is delivered
// now, and at each login, until the device acknowledges it.
func (c *Contact) Say(phone *Contact, id string, m *waE2E.Message) error {
	return c.s.push(c, phone, c.envelope(id), m)
}

// envelope is what a message says of its sender outside of what is sealed.
func (c *Contact) envelope(id string) waBinary.Attrs {
	attrs := waBinary.Attrs{"from": c.LID, "addressing_mode": "lid", "id": id, "t": now(), "type": "text", "notify": c.Name}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.hidden {
		attrs["sender_pn"] = c.Number
	}
	return attrs
}

// Text is Say with plain words.
func (c *Contact) Text(phone *Contact, id, text string) error {
	return c.Say(phone, id, &waE2E.Message{Conversation: proto.String(text)})
}

// Type has the owner write to a contact on the phone itself: the device hears of it.
func (c *Contact) Type(to *Contact, id, text string) error {
	return c.s.push(c, c, waBinary.Attrs{"from": c.LID, "recipient": to.LID, "peer_recipient_pn": to.Number, "addressing_mode": "lid",
		"id": id, "t": now(), "type": "text", "notify": c.Name}, &waE2E.Message{DeviceSentMessage: &waE2E.DeviceSentMessage{
		DestinationJID: proto.String(to.LID.String()), Message: &waE2E.Message{Conversation: proto.String(text)}}})
}

func (s *Server) push(from, phone *Contact, attrs waBinary.Attrs, m *waE2E.Message) error {
	a, _, err := s.of(phone)
	if err != nil {
		return err
	}
	sealed, err := from.encrypt(a, m)
	if err != nil {
		return fmt.Errorf("%s writes: %w", from.Name, err)
	}
	s.hand(a, from, m, waBinary.Node{Tag: "message", Attrs: attrs, Content: []waBinary.Node{sealed}})
	return nil
}

// hand delivers a message now, and keeps it for the next login.
func (s *Server) hand(a *account, from *Contact, m *waE2E.Message, n waBinary.Node) {
	id, _ := n.Attrs["id"].(string)
	s.mu.Lock()
	a.waiting = append(a.waiting, waiting{id, from, m, n})
	c := a.conn
	s.mu.Unlock()
	if c != nil {
		_ = c.send(n) // a connection that ends: it comes again
	}
}

// Once has the contact send a picture that only a phone shows, and once.
func (c *Contact) Once(phone *Contact, id string) error {
	return c.unread(phone, id, nil, waBinary.Node{Tag: "unavailable", Attrs: waBinary.Attrs{"type": "view_once"}})
}

// Garble has the contact send what the device cannot decrypt: text, which comes
// when the device asks for it, or "", and then it never comes.
func (c *Contact) Garble(phone *Contact, id, text string) error {
	var m *waE2E.Message
	if text != "" {
		m = &waE2E.Message{Conversation: proto.String(text)}
	}
	return c.unread(phone, id, m, waBinary.Node{Tag: "enc", Attrs: waBinary.Attrs{"v": "2", "type": "msg"}, Content: []byte("sealed for nobody")})
}

func (c *Contact) unread(phone *Contact, id string, m *waE2E.Message, content waBinary.Node) error {
	a, _, err := c.s.of(phone)
	if err == nil {
		c.s.hand(a, c, m, waBinary.Node{Tag: "message", Attrs: c.envelope(id), Content: []waBinary.Node{content}})
	}
	return err
}

// Receipt tells the phone's device what became of a message that it sent:
// types.ReceiptTypeDelivered, types.ReceiptTypeRead.
func (c *Contact) Receipt(phone *Contact, id string, kind types.ReceiptType) error {
	n := waBinary.Node{Tag: "receipt", Attrs: waBinary.Attrs{"from": c.LID, "id": id, "t": now()}}
	if kind != types.ReceiptTypeDelivered {
		n.Attrs["type"] = string(kind)
	}
	_, conn, err := c.s.of(phone)
	if err != nil || conn == nil {
		return err
	}
	return conn.send(n)
}

// Drop ends the connection of the phone's device.
func (s *Server) Drop(phone *Contact) {
	if _, c, _ := s.of(phone); c != nil {
		c.cut()
	}
}

// tell sends a node to the phone's device, which ends the connection itself: one
// that is cut takes what was not read with it.
func (s *Server) tell(phone *Contact, n waBinary.Node) {
	if _, c, _ := s.of(phone); c != nil {
		_ = c.send(n)
	}
}

// refuse answers every login with a failure from now on; no tag: no more.
func (s *Server) refuse(phone *Contact, n waBinary.Node) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.accounts[phone.Number.User]; a != nil {
		a.refusal = n
	}
}

// Unlink is what the owner does on the phone: the device is logged out.
func (s *Server) Unlink(phone *Contact) {
	s.refuse(phone, failure("401"))
	s.tell(phone, waBinary.Node{Tag: "stream:error", Attrs: waBinary.Attrs{"code": "401"},
		Content: []waBinary.Node{{Tag: "conflict", Attrs: waBinary.Attrs{"type": "device_removed"}}}})
}

// Replace says that another process has connected as the same device.
func (s *Server) Replace(phone *Contact) {
	s.tell(phone, waBinary.Node{Tag: "stream:error", Content: []waBinary.Node{{Tag: "conflict", Attrs: waBinary.Attrs{"type": "replaced"}}}})
}

// Ban refuses the account for a while, with WhatsApp's code: 101 too many
// strangers, 102 blocked by too many, 104 the same message too often.
func (s *Server) Ban(phone *Contact, code int, lasts time.Duration) {
	n := failure("402", "code", fmt.Sprint(code), "expire", fmt.Sprint(int(lasts.Seconds())))
	s.refuse(phone, n)
	s.tell(phone, n)
}

// Outdate refuses the version of the client.
func (s *Server) Outdate(phone *Contact) {
	s.refuse(phone, failure("405"))
	s.tell(phone, failure("405"))
}

// Unavailable is a server that goes down for a moment.
func (s *Server) Unavailable(phone *Contact) {
	s.tell(phone, waBinary.Node{Tag: "stream:error", Attrs: waBinary.Attrs{"code": "503"}})
	s.Drop(phone)
}

// Forgive lets the device log in again.
func (s *Server) Forgive(phone *Contact) { s.refuse(phone, waBinary.Node{}) }
