package console

import (
	"errors"
	"net/http"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

func (c *Console) postAct(r *http.Request, s *session) (any, error) {
	var act agents.Act
	if err := read(r, &act); err != nil {
		return nil, err
	}
	brand, customer := named(r)
	done, err := c.desk.Act(r.Context(), s.agent, brand, customer, act)
	return done, inThread(err, brand, customer)
}

// outcome is what an act of a bulk came to: the status and the code that the
// act alone would have answered.
type outcome struct {
	Brand    conversation.BrandID    `json:"brand"`
	Customer conversation.CustomerID `json:"customer"`
	Status   int                     `json:"status"`
	Code     string                  `json:"code,omitempty"`
	Owner    conversation.AgentID    `json:"owner,omitempty"`
}

func (c *Console) postBulk(r *http.Request, s *session) (any, error) {
	var bulk agents.Bulk
	if err := read(r, &bulk); err != nil {
		return nil, err
	}
	results, err := c.desk.Bulk(r.Context(), s.agent, bulk)
	if err != nil {
		return nil, err
	}
	list := make([]outcome, 0, len(results))
	for _, result := range results {
		o := outcome{Brand: result.Brand, Customer: result.Customer, Status: http.StatusOK}
		if result.Err != nil {
			p := problemOf(c.log, r.Pattern, result.Err)
			o.Status, o.Code, o.Owner = p.Status, p.Code, p.Owner
		}
		list = append(list, o)
	}
	return listed(list), nil
}

func (c *Console) postBegin(r *http.Request, s *session) (any, error) {
	var begin agents.Begin
	if err := read(r, &begin); err != nil {
		return nil, err
	}
	done, err := c.desk.Begin(r.Context(), s.agent, begin)
	if errors.Is(err, gateway.ErrNotFound) {
		err = refuse(http.StatusNotFound, "not_found", "This is no customer of the brand",
			"customers come with their consent: import them, or add them over POST /v1/customers")
	}
	return done, inThread(err, begin.Brand, begin.Customer)
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

func (c *Console) postReassign(r *http.Request, s *session) (any, error) {
	returned, err := c.desk.Reassign(r.Context(), s.agent, conversation.AgentID(r.PathValue("id")))
	return struct {
		Returned int `json:"returned"`
	}{returned}, aboutAgent(err)
}

func (c *Console) postLogout(r *http.Request, s *session) (any, error) {
	id := conversation.AgentID(r.PathValue("id"))
	if err := c.desk.LogoutAgent(r.Context(), s.agent, id); err != nil {
		return nil, aboutAgent(err)
	}
	c.hub.closeAgent(id, "logged out")
	return nil, nil
}

func aboutAgent(err error) error {
	if errors.Is(err, gateway.ErrNotFound) {
		return refuse(http.StatusNotFound, "not_found", "There is no such agent", "read GET /v1/desk/agents again")
	}
	return err
}
