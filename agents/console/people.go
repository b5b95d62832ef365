package console

import (
	"context"
	"encoding/json"

	"github.com/causette/causette/conversation"
)

// person is an agent as the pages know them.
type person struct {
	text    string // as JSON: what a page is told
	account string // what ends or changes their sessions
}

// maxNews bounds how many agents a page is told of at once: when a whole shift
// comes in, the others follow with the next look.
const maxNews = 16

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
	var news []*frame
	changed := make(map[conversation.AgentID]bool)
	for _, a := range list {
		text, err := json.Marshal(a)
		if err != nil { // it is ours: it marshals
			panic(err)
		}
		account, _ := json.Marshal([]any{a.Role, a.Disabled, a.Revoked, a.Brands})
		is, was := person{string(text), string(account)}, h.people[a.ID]
		changed[a.ID] = is.account != was.account
		if h.people != nil && is.text != was.text {
			if len(news) == maxNews {
				is.text = was.text // they are told next time
			} else {
				news = append(news, envelope{T: "agent", D: json.RawMessage(text)}.renderAs("agent/"+string(a.ID), h.now()))
			}
		}
		people[a.ID] = is
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.people = people
	for c := range h.clients {
		for _, f := range news {
			c.tell(f, func() bool { return true })
		}
		// Whose account is closed is not listed.
		if now, listed := changed[c.whose()]; now || !listed {
			c.lookAgain()
		}
	}
}

// seen tells the desk whose pages are here.
func (h *hub) seen(ctx context.Context) {
	here := make(map[conversation.AgentID]bool)
	h.mu.Lock()
	for c := range h.clients {
		here[c.whose()] = true
	}
	h.mu.Unlock()
	if len(here) == 0 {
		return
	}
	ids := make([]conversation.AgentID, 0, len(here))
	for id := range here {
		ids = append(ids, id)
	}
	if err := h.desk.PresenceSeen(ctx, ids); err != nil {
		h.log.Warn("cannot keep who is here; it will be kept again", "error", err)
	}
}

func (c *client) whose() conversation.AgentID {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.agent.ID
}

// lookAgain has the page's session looked at now.
func (c *client) lookAgain() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.recheck = true
	c.signal()
}
