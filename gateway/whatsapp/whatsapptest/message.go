package whatsapptest

import (
	"io"
	"slices"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// message takes what a device sends: its contacts decrypt it, its fate decides
// what the device hears.
func (c *conn) message(n *waBinary.Node) error {
	id := n.AttrGetter().OptionalString("id")
	fate := c.s.fateOf(id)
	if fate.Lost {
		c.cut()
		return io.EOF
	}
	if fate.Code == "" {
		if err := c.deliver(n, id); err != nil {
			return err
		}
	}
	if fate.Cut {
		c.cut()
		return io.EOF
	}
	if fate.Silent {
		return nil
	}
	ack := waBinary.Attrs{"class": "message", "id": id, "from": n.Attrs["to"], "t": now()}
	if fate.Code != "" {
		ack["error"] = fate.Code
	}
	return c.send(waBinary.Node{Tag: "ack", Attrs: ack})
}

// deliver hands each participant what was sealed for them.
func (c *conn) deliver(n *waBinary.Node, id string) error {
	parts := n.GetChildByTag("participants")
	list := parts.GetChildren()
	if sealed, alone := n.GetOptionalChildByTag("enc"); alone { // what a phone asked for again
		list = []waBinary.Node{{Attrs: waBinary.Attrs{"jid": n.Attrs["to"]}, Content: []waBinary.Node{sealed}}}
	}
	for _, to := range list {
		jid, _ := to.Attrs["jid"].(types.JID)
		contact := c.s.find(jid)
		if contact == nil || !contact.hear(c.account.lid, id, to.GetChildByTag("enc")) {
			continue
		}
		again, err := contact.wants(id)
		if err != nil {
			return faultf("ask for %s again: %w", id, err)
		}
		if err := c.send(again); err != nil {
			return err
		}
	}
	return nil
}

// receipt is the device's word that it has what it was given.
func (c *conn) receipt(n *waBinary.Node) error {
	kind := n.AttrGetter().OptionalString("type")
	id := n.AttrGetter().OptionalString("id")
	switch {
	case c.account == nil, kind == string(types.ReceiptTypeRead):
	case kind == "retry":
		defer c.again(id)
	default:
		c.s.mu.Lock()
		c.account.waiting = slices.DeleteFunc(c.account.waiting, func(m waiting) bool { return m.id == id })
		c.s.mu.Unlock()
	}
	c.s.see(n, kind)
	return c.send(waBinary.Node{Tag: "ack", Attrs: waBinary.Attrs{"class": "receipt", "id": n.Attrs["id"], "from": n.Attrs["to"]}})
}

// again has a contact encrypt anew what the device could not decrypt.
func (c *conn) again(id string) {
	c.s.mu.Lock()
	i := slices.IndexFunc(c.account.waiting, func(m waiting) bool { return m.id == id })
	if i < 0 || c.account.waiting[i].plain == nil { // its phone is off
		c.s.mu.Unlock()
		return
	}
	m := c.account.waiting[i]
	c.s.mu.Unlock()
	sealed, err := m.from.encrypt(c.account, m.plain)
	if err != nil {
		c.complain(faultf("encrypt %s again: %w", id, err))
		return
	}
	m.node.Content = []waBinary.Node{sealed}
	c.s.mu.Lock()
	if i := slices.IndexFunc(c.account.waiting, func(m waiting) bool { return m.id == id }); i >= 0 {
		c.account.waiting[i] = m
	}
	c.s.mu.Unlock()
	_ = c.send(m.node)
}
