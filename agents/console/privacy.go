package console

import (
	"errors"
	"net/http"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// done is an answer with a status of its own.
type done struct {
	status int
	body   any
}

func (c *Console) getPrivacy(r *http.Request, s *session) (any, error) {
	list, err := c.desk.PrivacyRequests(r.Context(), s.agent, brandOf(r))
	return listed(list), err
}

func (c *Console) postPrivacy(r *http.Request, s *session) (any, error) {
	var asked struct {
		Brand    conversation.BrandID    `json:"brand"`
		Customer conversation.CustomerID `json:"customer"`
		Phone    string                  `json:"phone"`
		Kind     agents.PrivacyKind      `json:"kind"`
		Asked    time.Time               `json:"asked"`
	}
	if err := read(r, &asked); err != nil {
		return nil, err
	}
	if (asked.Customer == "") == (asked.Phone == "") {
		return nil, &agents.Fault{Field: "phone", Detail: "either it or customer must be given"}
	}
	take := c.desk.RequestExport
	switch asked.Kind {
	case agents.PrivacyExport:
	case agents.PrivacyErasure:
		take = c.desk.RequestErase
	default:
		return nil, &agents.Fault{Field: "kind", Detail: "must be export or erasure"}
	}
	taken, err := take(r.Context(), s.agent, agents.Subject{Brand: asked.Brand, Customer: asked.Customer, Phone: asked.Phone, Asked: asked.Asked})
	if errors.Is(err, gateway.ErrNotFound) {
		return nil, refuse(http.StatusNotFound, "not_found", "This is no customer of the brand", "nothing is kept about them: tell them so")
	}
	return done{http.StatusCreated, taken}, err
}

func (c *Console) postErase(r *http.Request, s *session) (any, error) {
	var asked struct {
		Phone string `json:"phone"`
	}
	if err := read(r, &asked); err != nil {
		return nil, err
	}
	confirmed, err := c.desk.ConfirmErase(r.Context(), s.agent, conversation.BrandID(r.PathValue("brand")), r.PathValue("id"), asked.Phone)
	return done{http.StatusAccepted, confirmed}, aboutRequest(err)
}

// getExport is a customer's document. What fails before its first byte is told
// as a problem; after it the connection is cut, so that no half of it passes for
// the whole.
func (c *Console) getExport(w http.ResponseWriter, r *http.Request) {
	s, err := c.admit(r)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	file := &download{w: w}
	err = c.desk.Export(r.Context(), s.agent, conversation.BrandID(r.PathValue("brand")), r.PathValue("id"), file)
	switch {
	case err != nil && file.begun:
		c.log.Error("an export was cut off", "error", err)
		panic(http.ErrAbortHandler)
	case err != nil:
		c.fail(w, r, aboutRequest(err))
	}
}

// download answers with a document to keep, once there is some of it.
type download struct {
	w     http.ResponseWriter
	begun bool
}

func (d *download) Write(b []byte) (int, error) {
	if !d.begun {
		d.begun = true
		h := d.w.Header()
		h.Set("Content-Type", jsonType)
		h.Set("Content-Disposition", `attachment; filename="causette-customer.json"`)
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
	}
	return d.w.Write(b)
}

func aboutRequest(err error) error {
	if errors.Is(err, gateway.ErrNotFound) {
		return refuse(http.StatusNotFound, "not_found", "There is no such request", "read GET /v1/desk/privacy again")
	}
	return err
}
