package console

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

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
	return struct {
		agents.ThreadPage
		Items []entry `json:"items"`
	}{page, entriesOf(brand, customer, page.Items)}, err
}

func (c *Console) getConsents(r *http.Request, s *session) (any, error) {
	brand, customer := named(r)
	list, err := c.desk.Consents(r.Context(), s.agent, brand, customer)
	return listed(list), err
}

func (c *Console) getCanned(*http.Request, *session) (any, error) {
	return listed(c.desk.Canned()), nil
}

// found is an entry of somebody's thread.
type found struct {
	agents.Found
	Entry entry `json:"entry"`
}

func (c *Console) getMessages(r *http.Request, s *session) (any, error) {
	form := r.URL.Query()
	n, err := limit(form.Get("limit"))
	if err != nil {
		return nil, err
	}
	page, err := c.desk.SearchMessages(r.Context(), s.agent, agents.TextQuery{
		Text: form.Get("q"), Brand: conversation.BrandID(form.Get("brand")), Cursor: form.Get("cursor"), Limit: n})
	list := make([]found, 0, len(page.Items))
	for _, f := range page.Items {
		list = append(list, found{f, entryOf(f.Brand, f.Customer, f.Entry)})
	}
	return struct {
		Items []found `json:"items"`
		Next  string  `json:"next"`
	}{list, page.Next}, err
}

func (c *Console) getMentions(r *http.Request, s *session) (any, error) {
	n, err := limit(r.URL.Query().Get("limit"))
	if err != nil {
		return nil, err
	}
	page, err := c.desk.Mentions(r.Context(), s.agent, r.URL.Query().Get("cursor"), n)
	return page, err
}

func (c *Console) putMention(r *http.Request, s *session) (any, error) {
	var asked struct {
		Read bool `json:"read"`
	}
	if err := read(r, &asked); err != nil {
		return nil, err
	}
	if !asked.Read {
		return nil, &agents.Fault{Field: "read", Detail: "must be true: what was read stays read"}
	}
	err := c.desk.ReadMention(r.Context(), s.agent, conversation.MessageID(r.PathValue("id")))
	if errors.Is(err, gateway.ErrNotFound) {
		err = refuse(http.StatusNotFound, "not_found", "No note of this id names you", "read GET /v1/desk/mentions again")
	}
	return nil, err
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

// moment reads a time of a query.
func moment(field, text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, &agents.Fault{Field: field, Detail: "is a time as in 2026-11-22T00:00:00Z"}
	}
	return t, nil
}
