package console

import (
	"context"
	"net/http"

	"github.com/causette/causette/agents"
)

const (
	maxName      = 64  // bytes of a brand, customer or agent that is named
	maxAgentName = 400 // bytes of what an agent is called
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
			err = inThread(err, cmd.Brand, cmd.Customer)
		}
	}
	p := problemOf(c.hub.log, "cmd", err)
	return p.Status, p
}
