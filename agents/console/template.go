package console

import (
	"net/http"
)

func (c *Console) getTemplates(r *http.Request, s *session) (any, error) {
	brand, customer := named(r)
	list, err := c.desk.Templates(r.Context(), s.agent, brand, customer)
	return listed(list), err
}

// postReading says how a template would read; nothing is said.
func (c *Console) postReading(r *http.Request, s *session) (any, error) {
	var asked struct {
		Variables map[string]string `json:"variables"`
	}
	if err := read(r, &asked); err != nil {
		return nil, err
	}
	brand, customer := named(r)
	reading, err := c.desk.Read(r.Context(), s.agent, brand, customer, r.PathValue("template"), asked.Variables)
	return reading, err
}
