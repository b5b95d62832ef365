package console

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway/visitor"
)

const (
	maxBody  = readLimit
	maxPage  = 200
	prefix   = "/v1/desk/"
	jsonType = "application/json"
)

// handler answers a request of somebody who is logged in: 204 for nil.
type handler func(r *http.Request, s *session) (any, error)

func (c *Console) routes() {
	c.mux.HandleFunc("POST "+prefix+"session", c.login)
	c.mux.HandleFunc("DELETE "+prefix+"session", c.logout)
	c.mux.HandleFunc("GET "+prefix+"socket", c.socket)
	c.handle("GET me", c.getMe)
	c.handle("PUT presence", c.putPresence)
	c.handle("GET agents", c.getAgents)
	c.handle("GET conversations", c.getConversations)
	c.handle("GET conversations/{brand}/{customer}", c.getConversation)
	c.handle("GET conversations/{brand}/{customer}/thread", c.getThread)
	c.handle("POST conversations/{brand}/{customer}/acts", c.postAct)
	c.handle("PUT conversations/{brand}/{customer}/draft", c.putDraft)
	c.handle("GET conversations/{brand}/{customer}/consents", c.getConsents)
	c.handle("GET conversations/{brand}/{customer}/templates", c.getTemplates)
	c.handle("POST conversations/{brand}/{customer}/templates/{template}", c.postReading)
	c.handle("GET canned", c.getCanned)
	c.handle("POST conversations", c.postBegin)
	c.handle("POST bulk", c.postBulk)
	c.handle("GET messages", c.getMessages)
	c.handle("GET mentions", c.getMentions)
	c.handle("PUT mentions/{id}", c.putMention)
	c.handle("POST agents/{id}/reassign", c.postReassign)
	c.handle("POST agents/{id}/logout", c.postLogout)
	c.handle("GET live", c.getLive)
	c.handle("GET reports/{name}", c.getReport)
	c.handle("GET audit", c.getAudit)
	c.handle("GET incidents", c.getIncidents)
	c.handle("POST incidents", c.postIncident)
	c.handle("PUT incidents/{brand}/{id}", c.putIncident)
	c.handle("DELETE incidents/{brand}/{id}", c.deleteIncident)
	c.handle("GET channels", c.getChannels)
	c.mux.HandleFunc("POST "+prefix+"channels/{brand}/{channel}/pair", c.postPair)
	c.handle("GET privacy", c.getPrivacy)
	c.handle("POST privacy", c.postPrivacy)
	c.handle("POST privacy/{brand}/{id}/erase", c.postErase)
	c.mux.HandleFunc("GET "+prefix+"privacy/{brand}/{id}/export", c.getExport)
	c.mux.HandleFunc("GET "+prefix+"media/{brand}/{customer}/{message}/{index}", c.getMedia)
	c.mux.HandleFunc(prefix, func(w http.ResponseWriter, r *http.Request) {
		c.fail(w, r, refuse(http.StatusNotFound, "no_route", "This address leads nowhere", r.Method+" "+r.URL.Path))
	})
}

// handle adds a route below /v1/desk/ for those who are logged in.
func (c *Console) handle(route string, h handler) {
	method, path, _ := strings.Cut(route, " ")
	c.mux.HandleFunc(method+" "+prefix+path, func(w http.ResponseWriter, r *http.Request) {
		s, err := c.admit(r)
		if err != nil {
			c.fail(w, r, err)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		body, err := h(r, s)
		answer, ends := body.(done)
		switch {
		case err != nil:
			c.fail(w, r, err)
		case ends:
			writeJSON(w, answer.status, jsonType, answer.body)
		case body == nil:
			w.WriteHeader(http.StatusNoContent)
		default:
			writeJSON(w, http.StatusOK, jsonType, body)
		}
	})
}

// admit says who asks. What changes something must come from our page and carry
// the session's token: the cookie alone does not say that the agent meant it.
func (c *Console) admit(r *http.Request) (*session, error) {
	changes := r.Method != http.MethodGet && r.Method != http.MethodHead
	if changes && !c.guard.ours(r) {
		return nil, errBadOrigin
	}
	s, err := c.guard.who(r)
	if err != nil {
		return nil, err
	}
	if changes && !s.holds(r) {
		return nil, errBadCSRF
	}
	return s, nil
}

type me struct {
	Agent       agents.Agent        `json:"agent"`
	CSRF        string              `json:"csrf"`
	Brands      []agents.Brand      `json:"brands"`
	Permissions []agents.Permission `json:"permissions"`
	TakeBack    float64             `json:"take_back"` // seconds within which a message can be taken back
}

func (c *Console) me(s *session) me {
	return me{Agent: s.agent, CSRF: s.csrf, Brands: c.desk.BrandsOf(s.agent), Permissions: c.desk.PermissionsOf(s.agent),
		TakeBack: c.desk.TakeBack().Seconds()}
}

func (c *Console) login(w http.ResponseWriter, r *http.Request) {
	s, err := c.enter(w, r)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, jsonType, c.me(s))
}

func (c *Console) enter(w http.ResponseWriter, r *http.Request) (*session, error) {
	if !c.guard.ours(r) {
		return nil, errBadOrigin
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	var asked struct {
		Email    string `json:"email"`
		Password string `json:"password"`
	}
	if err := read(r, &asked); err != nil {
		return nil, err
	}
	agent, err := c.desk.Login(r.Context(), asked.Email, asked.Password, visitor.Address(r, c.guard.proxies))
	if err != nil {
		return nil, err
	}
	if before, err := r.Cookie(cookieName); err == nil {
		c.hub.closeSession(before.Value, "logged in anew")
	}
	return c.guard.begin(w, r, agent)
}

func (c *Console) logout(w http.ResponseWriter, r *http.Request) {
	s, err := c.admit(r)
	if err == nil {
		err = c.guard.end(w, r, s)
	}
	if err == nil {
		err = c.desk.LoggedOut(r.Context(), s.agent)
	}
	if err != nil {
		c.fail(w, r, err)
		return
	}
	c.hub.closeSession(s.token, "logged out")
	w.WriteHeader(http.StatusNoContent)
}

func (c *Console) getMe(_ *http.Request, s *session) (any, error) { return c.me(s), nil }

func (c *Console) putPresence(r *http.Request, s *session) (any, error) {
	var asked struct {
		Presence agents.Presence `json:"presence"`
	}
	if err := read(r, &asked); err != nil {
		return nil, err
	}
	return nil, c.desk.SetPresence(r.Context(), s.agent, asked.Presence)
}

func (c *Console) getAgents(r *http.Request, s *session) (any, error) {
	list, err := c.desk.Agents(r.Context(), s.agent)
	return listed(list), err
}

// items is a list as REST answers it.
type items[T any] struct {
	Items []T `json:"items"`
}

// listed is the list; nothing is [], for a page counts what it gets.
func listed[T any](list []T) items[T] {
	if list == nil {
		list = []T{}
	}
	return items[T]{list}
}

func named(r *http.Request) (conversation.BrandID, conversation.CustomerID) {
	return conversation.BrandID(r.PathValue("brand")), conversation.CustomerID(r.PathValue("customer"))
}

// read reads a bounded JSON body.
func read(r *http.Request, into any) error {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != jsonType {
		return refuse(http.StatusUnsupportedMediaType, "unsupported_media_type", "The body is not JSON", "send it with Content-Type: application/json")
	}
	body, err := io.ReadAll(r.Body)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return errTooLarge
	case err != nil:
		return refuse(http.StatusBadRequest, "interrupted_body", "The body did not arrive whole", "send the request again")
	}
	if err := parse(body, into); err != nil {
		return refuse(http.StatusUnprocessableEntity, "invalid_body", "The body is not what this address takes", err.Error())
	}
	return nil
}
