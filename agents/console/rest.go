package console

import (
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
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
	c.handle("GET canned", c.getCanned)
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
		switch {
		case err != nil:
			c.fail(w, r, err)
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
}

func (c *Console) me(s *session) me {
	return me{Agent: s.agent, CSRF: s.csrf, Brands: c.desk.BrandsOf(s.agent), Permissions: c.desk.PermissionsOf(s.agent)}
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
	from, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		from = r.RemoteAddr
	}
	agent, err := c.desk.Login(r.Context(), asked.Email, asked.Password, from)
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

func (c *Console) getConversations(r *http.Request, s *session) (any, error) {
	form := r.URL.Query()
	q := agents.Query{Agent: s.agent.ID, View: agents.View(form.Get("view")), Search: form.Get("q"), Cursor: form.Get("cursor")}
	for _, b := range form["brand"] {
		q.Brands = append(q.Brands, conversation.BrandID(b))
	}
	var err error
	if q.Limit, err = limit(form.Get("limit")); err != nil {
		return nil, err
	}
	page, err := c.desk.List(r.Context(), s.agent, q)
	return page, err
}

func (c *Console) getConversation(r *http.Request, s *session) (any, error) {
	brand, customer := named(r)
	snapshot, err := c.desk.Conversation(r.Context(), s.agent, brand, customer)
	return snapshot, err
}

func (c *Console) getThread(r *http.Request, s *session) (any, error) {
	n, err := limit(r.URL.Query().Get("limit"))
	if err != nil {
		return nil, err
	}
	brand, customer := named(r)
	page, err := c.desk.Thread(r.Context(), s.agent, brand, customer, r.URL.Query().Get("before"), n)
	return page, err
}

func (c *Console) postAct(r *http.Request, s *session) (any, error) {
	var act agents.Act
	if err := read(r, &act); err != nil {
		return nil, err
	}
	brand, customer := named(r)
	done, err := c.desk.Act(r.Context(), s.agent, brand, customer, act)
	return done, err
}

func (c *Console) putDraft(r *http.Request, s *session) (any, error) {
	var asked struct {
		Text string `json:"text"`
	}
	if err := read(r, &asked); err != nil {
		return nil, err
	}
	brand, customer := named(r)
	return nil, c.desk.PutDraft(r.Context(), s.agent, brand, customer, asked.Text)
}

func (c *Console) getCanned(*http.Request, *session) (any, error) {
	return listed(c.desk.Canned()), nil
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

// limit reads how many a page may hold; 0 is the desk's own choice.
func limit(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxPage {
		return 0, &agents.Fault{Field: "limit", Detail: "it is a number from 1 to " + strconv.Itoa(maxPage)}
	}
	return n, nil
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
