package whatsapptest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// take answers what a device says.
func (c *conn) take(n *waBinary.Node) error {
	switch n.Tag {
	case "iq":
		return c.query(n)
	case "message":
		return c.message(n)
	case "receipt":
		return c.receipt(n)
	case "chatstate":
		kind := ""
		if children := n.GetChildren(); len(children) > 0 {
			kind = children[0].Tag
		}
		c.s.see(n, kind)
	}
	return nil // presence, acks, and what else devices say to themselves
}

func (c *conn) query(n *waBinary.Node) error {
	if n.Attrs["type"] == "result" {
		if _, signed := n.GetOptionalChildByTag("pair-device-sign"); signed { // now it logs in as what it has become
			return c.send(waBinary.Node{Tag: "stream:error", Attrs: waBinary.Attrs{"code": "515"}})
		}
		return nil
	}
	if c.account == nil {
		return c.unknown(n)
	}
	switch n.Attrs["xmlns"] {
	case "w:p":
		return c.result(n)
	case "passive":
		return c.awake(n)
	case "encrypt":
		return c.keys(n)
	case "usync":
		return c.result(n, waBinary.Node{Tag: "usync", Content: []waBinary.Node{{Tag: "list", Content: c.users(n)}}})
	case "w:m":
		return c.result(n, waBinary.Node{Tag: "media_conn", Attrs: waBinary.Attrs{"auth": "test", "ttl": "3600", "auth_ttl": "3600", "max_buckets": "12"},
			Content: []waBinary.Node{{Tag: "host", Attrs: waBinary.Attrs{"hostname": mediaHost}}}})
	case "md": // the device unlinks itself
		c.s.mu.Lock()
		delete(c.s.accounts, c.account.jid.User)
		c.s.mu.Unlock()
		return c.result(n)
	case "privacy":
		return c.result(n, waBinary.Node{Tag: "privacy"})
	}
	return c.unknown(n)
}

func (c *conn) unknown(n *waBinary.Node) error {
	return c.send(waBinary.Node{Tag: "iq", Attrs: waBinary.Attrs{"id": n.Attrs["id"], "type": "error", "from": types.ServerJID}, Content: []waBinary.Node{notFound}})
}

var notFound = waBinary.Node{Tag: "error", Attrs: waBinary.Attrs{"code": "404", "text": "item-not-found"}}

// awake delivers what came while the device was away, again as long as it does
// not acknowledge it.
func (c *conn) awake(n *waBinary.Node) error {
	if err := c.result(n); err != nil {
		return err
	}
	c.s.mu.Lock()
	unread := slices.Clone(c.account.waiting)
	c.s.mu.Unlock()
	for _, m := range unread {
		again := waBinary.Attrs{"offline": "0"}
		maps.Copy(again, m.node.Attrs)
		m.node.Attrs = again
		if err := c.send(m.node); err != nil {
			return err
		}
	}
	for _, who := range c.s.everybody() { // a device that died may not have heard that a phone asked
		for _, id := range who.wishes() {
			again, err := who.wants(id)
			if err != nil {
				return faultf("ask for %s again: %w", id, err)
			}
			if err := c.send(again); err != nil {
				return err
			}
		}
	}
	return c.send(waBinary.Node{Tag: "ib", Attrs: waBinary.Attrs{"from": types.ServerJID}, Content: []waBinary.Node{{
		Tag: "offline", Attrs: waBinary.Attrs{"count": fmt.Sprint(len(unread))}}}})
}

// keys keeps the device's prekeys, counts them, or gives those of contacts.
func (c *conn) keys(n *waBinary.Node) error {
	if n.Attrs["type"] != "get" {
		c.s.mu.Lock()
		list := n.GetChildByTag("list")
		c.account.prekeys = append(c.account.prekeys, list.GetChildren()...)
		c.account.signed = n.GetChildByTag("skey")
		c.s.mu.Unlock()
		return c.result(n)
	}
	if _, count := n.GetOptionalChildByTag("count"); count {
		c.s.mu.Lock()
		left := len(c.account.prekeys)
		c.s.mu.Unlock()
		return c.result(n, waBinary.Node{Tag: "count", Attrs: waBinary.Attrs{"value": fmt.Sprint(left)}})
	}
	var users []waBinary.Node
	asked := n.GetChildByTag("key")
	for _, u := range asked.GetChildren() {
		jid, _ := u.Attrs["jid"].(types.JID)
		one := waBinary.Node{Tag: "user", Attrs: waBinary.Attrs{"jid": jid}, Content: []waBinary.Node{notFound}}
		if contact := c.s.find(jid); contact != nil {
			bundle, err := contact.bundle()
			if err != nil {
				return err
			}
			one.Content = bundle
		}
		users = append(users, one)
	}
	return c.result(n, waBinary.Node{Tag: "list", Content: users})
}

// users says of each number or LID what is asked: whether it is on WhatsApp, its
// devices, its LID.
func (c *conn) users(n *waBinary.Node) []waBinary.Node {
	usync := n.GetChildByTag("usync")
	query, list := usync.GetChildByTag("query"), usync.GetChildByTag("list")
	var users []waBinary.Node
	for _, u := range list.GetChildren() {
		jid, known := u.Attrs["jid"].(types.JID)
		if number, asked := u.GetOptionalChildByTag("contact"); asked && !known {
			text, _ := number.Content.([]byte)
			digits, _, _ := strings.Cut(string(text), "@")
			jid = types.NewJID(strings.TrimPrefix(digits, "+"), types.DefaultUserServer)
		}
		contact := c.s.find(jid)
		var answers []waBinary.Node
		for _, want := range query.GetChildren() {
			switch {
			case want.Tag == "contact":
				kind := "out"
				if contact != nil {
					kind = "in"
				}
				answers = append(answers, waBinary.Node{Tag: "contact", Attrs: waBinary.Attrs{"type": kind}})
			case want.Tag == "devices":
				answers = append(answers, c.devices(jid))
			case want.Tag == "lid" && contact != nil:
				answers = append(answers, waBinary.Node{Tag: "lid", Attrs: waBinary.Attrs{"val": contact.LID}})
			}
		}
		users = append(users, waBinary.Node{Tag: "user", Attrs: waBinary.Attrs{"jid": jid}, Content: answers})
	}
	return users
}

func (c *conn) devices(jid types.JID) waBinary.Node {
	list := []waBinary.Node{{Tag: "device", Attrs: waBinary.Attrs{"id": "0"}}}
	if jid.User == c.account.jid.User || jid.User == c.account.lid.User {
		list = append(list, waBinary.Node{Tag: "device", Attrs: waBinary.Attrs{"id": fmt.Sprint(c.account.jid.Device)}})
	}
	return waBinary.Node{Tag: "devices", Content: []waBinary.Node{{Tag: "device-list", Content: list}}}
}

func (s *Server) everybody() []*Contact {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []*Contact
	for name, c := range s.contacts {
		if name == c.Number.User { // each has two names
			list = append(list, c)
		}
	}
	return list
}

func (s *Server) find(jid types.JID) *Contact {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.contacts[jid.User]
}
