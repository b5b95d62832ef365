package console

import (
	"errors"
	"net/url"
	"strconv"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
)

// entry is a row of a thread as a page gets it: what is attached lies at an
// address of ours, since the carrier's takes its credentials.
type entry struct {
	agents.Entry
	Media []attached `json:"media"`
}

type attached struct {
	Href string `json:"href"`
	Type string `json:"type"` // as the carrier said
}

func entryOf(brand conversation.BrandID, customer conversation.CustomerID, e agents.Entry) entry {
	shown := entry{e, make([]attached, 0, len(e.Media))}
	for i, m := range e.Media {
		shown.Media = append(shown.Media, attached{
			Href: prefix + "media/" + url.PathEscape(string(brand)) + "/" + url.PathEscape(string(customer)) + "/" + url.PathEscape(e.ID) + "/" + strconv.Itoa(i),
			Type: m.Type,
		})
	}
	return shown
}

func entriesOf(brand conversation.BrandID, customer conversation.CustomerID, list []agents.Entry) []entry {
	shown := make([]entry, 0, len(list))
	for _, e := range list {
		shown = append(shown, entryOf(brand, customer, e))
	}
	return shown
}

// missing is a refused act, with whose thread the page has missed something of.
type missing struct {
	error
	brand    conversation.BrandID
	customer conversation.CustomerID
}

func (m *missing) Unwrap() error { return m.error }

// inThread says of which thread a refusal tells.
func inThread(err error, brand conversation.BrandID, customer conversation.CustomerID) error {
	var r *agents.Refusal
	if errors.As(err, &r) && len(r.Missed) > 0 {
		return &missing{err, brand, customer}
	}
	return err
}
