package console

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
)

const (
	viewingLease   = 20 * time.Second // the page renews what it still does
	composingLease = 8 * time.Second
	maxLooks       = 16 // conversations that one page looks at or types in
	maxName        = 64 // bytes of a brand or customer that a page names
)

// read is the one reader: it does what the page says, in its order. What comes
// faster than it may waits here, and so in the page's own connection.
func (c *client) read() {
	defer c.hub.work.Done()
	defer close(c.gone)
	greeted := false
	for {
		text, err := c.conn.Read()
		if err != nil {
			return
		}
		if c.ended() {
			continue // it was told to go: only its answer to that is awaited
		}
		if !c.limit.Allow() {
			_ = c.limit.Wait(context.Background()) // without a deadline it only waits
		}
		var s said
		if err := parse(text, &s); err != nil || s.V != protocolVersion {
			c.end(closeBadFrame, "not a frame of version 1")
			continue
		}
		if s.T == "hello" && greeted {
			c.end(closeBadFrame, "hello is said once")
			continue
		}
		greeted = greeted || s.T == "hello"
		if why := c.hear(s); why != "" {
			c.end(closeBadFrame, why)
		}
	}
}

// hear does what one frame says, or says why it cannot be one.
func (c *client) hear(s said) (why string) {
	switch s.T {
	case "hello":
		var h hello
		if parse(s.D, &h) != nil {
			return "hello is not one"
		}
		c.hello <- h // once: there is room
	case "cmd":
		var cmd command
		if s.ID == "" || len(s.ID) > maxName || parse(s.D, &cmd) != nil || cmd.Kind != "act" {
			return "cmd is not one"
		}
		status, body := c.do(cmd)
		c.answer(envelope{T: "reply", Re: s.ID, D: answered{status, body}})
	case "viewing", "composing":
		var l looking
		if parse(s.D, &l) != nil || len(l.Brand) > maxName || len(l.Customer) > maxName {
			return s.T + " is not one"
		}
		c.hub.look(c, s.T, l)
	case "ping":
		c.answer(envelope{T: "pong", Re: s.ID})
	case "pong":
	default:
		return "there is no such frame"
	}
	return ""
}

// do is an act by socket: the session is read and the rights are checked as for
// REST, by the same service.
func (c *client) do(cmd command) (status int, body any) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	s, err := c.session(ctx)
	if err == nil {
		var act agents.Act
		if bad := parse(cmd.Act, &act); bad != nil {
			err = refuse(http.StatusUnprocessableEntity, "invalid_body", "The act is not one", bad.Error())
		} else {
			var done *agents.Done
			if done, err = c.hub.desk.Act(ctx, s.agent, cmd.Brand, cmd.Customer, act); err == nil {
				return http.StatusOK, done
			}
		}
	}
	p := problemOf(c.hub.log, "cmd", err)
	return p.Status, p
}

// look is what an agent looks at or types in, until then.
type look struct {
	brand conversation.BrandID
	agent conversation.AgentID
	until time.Time
	frame *frame
}

// look tells the other pages; the newest of a key replaces what still waits.
func (h *hub) look(c *client, kind string, l looking) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.mu.Lock()
	agent, allowed := c.agent, c.live && c.sees(l.Brand)
	key := kind + "/" + string(l.Brand) + "/" + string(l.Customer) + "/" + string(agent.ID)
	if _, had := c.looks[key]; allowed && l.On && !had && len(c.looks) >= maxLooks {
		allowed = false
	}
	if allowed && l.On {
		c.looks[key] = l
	} else {
		delete(c.looks, key)
	}
	c.mu.Unlock()
	if allowed {
		h.show(kind, key, l, agent)
	}
}

// unlook says that a page that has gone looks at nothing.
func (h *hub) unlook(c *client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.mu.Lock()
	looks, agent := c.looks, c.agent
	c.looks = nil
	c.mu.Unlock()
	for key, l := range looks {
		l.On = false
		kind, _, _ := strings.Cut(key, "/")
		h.show(kind, key, l, agent)
	}
}

// show tells the pages of other agents. The hub's lock is held.
func (h *hub) show(kind, key string, l looking, agent agents.Agent) {
	now := h.now()
	until := now.UTC()
	if l.On && kind == "viewing" {
		until = until.Add(viewingLease)
	} else if l.On {
		until = until.Add(composingLease)
	}
	f := envelope{T: kind, Brand: l.Brand, D: looked{l.Brand, l.Customer, agent.ID, agent.Name, until}}.renderAs(key, now)
	if l.On {
		h.looks[key] = look{l.Brand, agent.ID, until, f}
	} else {
		delete(h.looks, key)
	}
	for other := range h.clients {
		other.tell(f, func() bool { return other.sees(l.Brand) && other.agent.ID != agent.ID })
	}
}

// person is an agent as the pages know them.
type person struct {
	text    string // as JSON: what a page is told
	account string // what ends or changes their sessions
}

// lookAtAgents tells the pages which agents have changed, and has the sessions
// of those looked at whose account has; the first time of all, since what they
// were before is not known.
func (h *hub) lookAtAgents(ctx context.Context) {
	if h.size() == 0 {
		return
	}
	list, err := h.desk.Agents(ctx, everybody)
	if err != nil {
		h.log.Warn("cannot look at the agents; they will be looked at again", "error", err)
		return
	}
	people := make(map[conversation.AgentID]person, len(list))
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, a := range list {
		text, err := json.Marshal(a)
		if err != nil { // it is ours: it marshals
			panic(err)
		}
		account, _ := json.Marshal([]any{a.Role, a.Disabled, a.Revoked, a.Brands})
		p := person{string(text), string(account)}
		people[a.ID] = p
		before := h.people[a.ID]
		if before == p {
			continue
		}
		if h.people != nil && before.text != p.text {
			f := envelope{T: "agent", D: json.RawMessage(text)}.renderAs("agent/"+string(a.ID), h.now())
			for c := range h.clients {
				c.tell(f, func() bool { return true })
			}
		}
		if before.account != p.account {
			for c := range h.clients {
				c.lookAgainIf(a.ID)
			}
		}
	}
	for c := range h.clients { // whose account is closed is not listed
		if _, listed := people[c.whose()]; !listed {
			c.lookAgainIf(c.whose())
		}
	}
	h.people = people
}

func (c *client) whose() conversation.AgentID {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.agent.ID
}

func (c *client) lookAgainIf(agent conversation.AgentID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.agent.ID == agent {
		c.recheck = true
		c.signal()
	}
}
