package api

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/causette/causette/conversation"
)

// thread is a conversation as the API answers, without its messages.
type thread struct {
	Customer  customer                `json:"customer"`
	State     conversation.State      `json:"state"`
	Owner     conversation.Owner      `json:"owner"`
	Version   int64                   `json:"version"`
	Channel   conversation.ChannelID  `json:"channel,omitempty"`
	Medium    conversation.Medium     `json:"medium,omitempty"`
	WroteAt   time.Time               `json:"wrote_at,omitzero"`
	Questions []conversation.Question `json:"questions"`
	Messages  string                  `json:"messages"` // where they are
}

func (a *API) getConversation(c *call) (int, any, error) {
	found, err := a.find(c, c.PathValue("customer"))
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, thread{Customer: customerOf(found, ""), State: found.State, Owner: found.State.Owner(),
		Version: found.Version, Channel: found.Channel, Medium: found.Medium, WroteAt: found.WroteAt,
		Questions: orEmpty(found.Questions), Messages: messagesPath(found.Customer.ID)}, nil
}

func messagesPath(id conversation.CustomerID) string {
	return "/v1/conversations/" + url.PathEscape(string(id)) + "/messages"
}

// message is a text of a thread, either way.
type message struct {
	ID        conversation.MessageID `json:"id"`
	Direction string                 `json:"direction"` // in, out
	Author    string                 `json:"author"`
	Channel   conversation.ChannelID `json:"channel"`
	Address   conversation.Address   `json:"address"`
	Text      string                 `json:"text"`
	Media     []conversation.Media   `json:"media"`
	Purpose   conversation.Purpose   `json:"purpose,omitempty"`
	Rule      conversation.Rule      `json:"rule,omitempty"`
	Status    string                 `json:"status"`
	Code      string                 `json:"carrier_code,omitempty"`
	Carrier   conversation.CarrierID `json:"carrier_id,omitempty"`
	Attempts  int                    `json:"attempts"`
	Version   int64                  `json:"version"`
	At        time.Time              `json:"at"`
	Changed   time.Time              `json:"changed"`
}

// getMessages reads a page of a thread, newest first.
func (a *API) getMessages(c *call) (int, any, error) {
	query := c.URL.Query()
	limit := defaultPage
	if text := query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxPage {
			return 0, nil, problem(http.StatusBadRequest, "invalid_parameter", "The page is too large or no number", fmt.Sprintf("send limit=1 to limit=%d", maxPage))
		}
		limit = n
	}
	found, err := a.find(c, c.PathValue("customer"))
	if err != nil {
		return 0, nil, err
	}
	// One more than asked tells whether there is a next page.
	stored, err := a.store.Thread(c.Context(), c.brand.ID, found.Customer.ID, conversation.MessageID(query.Get("before")), limit+1)
	if err != nil {
		return 0, nil, fmt.Errorf("read thread: %w", err)
	}
	page := struct {
		Messages []message `json:"messages"`
		Next     string    `json:"next,omitempty"`
	}{Messages: []message{}}
	for i, m := range stored {
		if i == limit {
			page.Next = fmt.Sprintf("%s?before=%s&limit=%d", messagesPath(found.Customer.ID), url.QueryEscape(string(stored[i-1].ID)), limit)
			break
		}
		direction := "out"
		if m.Inbound {
			direction = "in"
		}
		page.Messages = append(page.Messages, message{m.ID, direction, m.Author, m.Channel, m.Address, m.Text, orEmpty(m.Media),
			m.Purpose, m.Rule, string(m.Status), m.Code, m.Carrier, m.Attempts, m.Version, m.At, m.Changed})
	}
	return http.StatusOK, page, nil
}
