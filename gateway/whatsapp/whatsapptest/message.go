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
	for _, to := range parts.GetChildren() {
		jid, _ := to.Attrs["jid"].(types.JID)
		contact := c.s.find(jid)
		if contact == nil {
			continue
		}
		if err := contact.hear(c.account.lid, id, to.GetChildByTag("enc")); err != nil {
			return err
		}
	}
	return nil
}

// receipt is the device's word that it has what it was given.
func (c *conn) receipt(n *waBinary.Node) error {
	kind := n.AttrGetter().OptionalString("type")
	if c.account != nil && kind != "retry" && kind != string(types.ReceiptTypeRead) {
		c.s.mu.Lock()
		c.account.waiting = slices.DeleteFunc(c.account.waiting, func(m waBinary.Node) bool { return m.Attrs["id"] == n.Attrs["id"] })
		c.s.mu.Unlock()
	}
	c.s.see(n, kind)
	return c.send(waBinary.Node{Tag: "ack", Attrs: waBinary.Attrs{"class": "receipt", "id": n.Attrs["id"], "from": n.Attrs["to"]}})
}
