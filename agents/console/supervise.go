package console

import (
	"errors"
	"net/http"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

func (c *Console) getLive(r *http.Request, s *session) (any, error) {
	figures, err := c.desk.Figures(r.Context(), s.agent, brandOf(r))
	return figures, err
}

func (c *Console) getReport(r *http.Request, s *session) (any, error) {
	form := r.URL.Query()
	q := agents.ReportQuery{Name: agents.ReportName(r.PathValue("name")), Brand: brandOf(r), By: agents.Step(form.Get("by"))}
	var err error
	if q.From, err = moment("from", form.Get("from")); err != nil {
		return nil, err
	}
	if q.To, err = moment("to", form.Get("to")); err != nil {
		return nil, err
	}
	report, err := c.desk.Report(r.Context(), s.agent, q)
	return report, err
}

func (c *Console) getAudit(r *http.Request, s *session) (any, error) {
	form := r.URL.Query()
	n, err := limit(form.Get("limit"))
	if err != nil {
		return nil, err
	}
	page, err := c.desk.Audit(r.Context(), s.agent, agents.AuditQuery{Brand: brandOf(r),
		Agent: conversation.AgentID(form.Get("agent")), Kind: form.Get("kind"), Cursor: form.Get("cursor"), Limit: n})
	return page, err
}

func (c *Console) getIncidents(r *http.Request, s *session) (any, error) {
	list, err := c.desk.Incidents(r.Context(), s.agent, brandOf(r))
	return listed(list), err
}

// postIncident begins one: its id is ours.
func (c *Console) postIncident(r *http.Request, s *session) (any, error) {
	var i agents.Incident
	if err := read(r, &i); err != nil {
		return nil, err
	}
	i.ID = ""
	i, err := c.desk.PutIncident(r.Context(), s.agent, i)
	return i, err
}

func (c *Console) putIncident(r *http.Request, s *session) (any, error) {
	var i agents.Incident
	if err := read(r, &i); err != nil {
		return nil, err
	}
	i.Brand, i.ID = conversation.BrandID(r.PathValue("brand")), r.PathValue("id")
	i, err := c.desk.PutIncident(r.Context(), s.agent, i)
	return i, aboutIncident(err)
}

func (c *Console) deleteIncident(r *http.Request, s *session) (any, error) {
	return nil, aboutIncident(c.desk.EndIncident(r.Context(), s.agent, conversation.BrandID(r.PathValue("brand")), r.PathValue("id")))
}

func aboutIncident(err error) error {
	if errors.Is(err, gateway.ErrNotFound) {
		return refuse(http.StatusNotFound, "not_found", "There is no such incident that is on", "it has ended: read GET /v1/desk/incidents again")
	}
	return err
}

// brandOf is the brand that a list is asked of; "" is all that the agent serves.
func brandOf(r *http.Request) conversation.BrandID {
	return conversation.BrandID(r.URL.Query().Get("brand"))
}
