package api

import (
	"fmt"
	"net/url"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// thread is a conversation as the API answers, without its messages.
type thread struct {
	Customer  customer               `json:"customer"`
	State     conversation.State     `json:"state"`
	Owner     conversation.Owner     `json:"owner"`
	Version   int64                  `json:"version" doc:"turns so far"`
	Channel   conversation.ChannelID `json:"channel,omitempty" doc:"where the customer wrote last"`
	Medium    conversation.Medium    `json:"medium,omitempty"`
	WroteAt   time.Time              `json:"wrote_at,omitzero"`
	Questions []question             `json:"questions"`
	Messages  string                 `json:"messages" doc:"where they are"`
}

// question is an open question as the API answers.
type question struct {
	ID       string                `json:"id"`
	Dialogue conversation.Dialogue `json:"dialogue"`
	Name     string                `json:"name"`
	Options  []option              `json:"options,omitempty"`
	AskedAt  time.Time             `json:"asked_at"`
	Expires  time.Time             `json:"expires"`
}

type option struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

func questionsOf(open []conversation.Question) []question {
	list := []question{}
	for _, q := range open {
		one := question{ID: q.ID, Dialogue: q.Dialogue, Name: q.Name, AskedAt: q.AskedAt, Expires: q.Expires}
		for _, o := range q.Options {
			one.Options = append(one.Options, option{o.Value, o.Label})
		}
		list = append(list, one)
	}
	return list
}

func (a *API) routeConversations() {
	serve(a, operation{id: "listConversations", route: "GET /v1/conversations", tag: "conversations", scope: ConversationsRead,
		summary: "List conversations, the one that something was said in last first",
		text:    "A page of what is rare may have fewer than limit, and none, while next goes on.", success: "A page"}, a.listConversations)
	serve(a, operation{id: "getConversation", route: "GET /v1/conversations/{customer}", tag: "conversations", scope: ConversationsRead,
		summary: "Read where a conversation stands", success: "The conversation", codes: []string{"unknown_customer"}}, a.getConversation)
	serve(a, operation{id: "getMessages", route: "GET /v1/conversations/{customer}/messages", tag: "conversations", scope: ConversationsRead,
		summary: "Read what was said, newest first", success: "A page", codes: []string{"unknown_customer"}}, a.getMessages)
}

type listConversations struct {
	Owner  conversation.Owner `query:"owner" doc:"only whose answer is due by them"`
	State  conversation.State `query:"state" maxLength:"60" doc:"only those that stand there: idle, awaiting_agent, …"`
	Since  time.Time          `query:"since" doc:"only those in which something was said since"`
	Limit  int                `query:"limit" minimum:"1" maximum:"100" default:"50"`
	Cursor string             `query:"cursor" maxLength:"4096" doc:"as next has it"`
}

type conversationPage struct {
	Conversations []listed `json:"conversations"`
	Next          string   `json:"next,omitempty" doc:"address of the next page; absent on the last one"`
}

// listed is a conversation of a list.
type listed struct {
	Customer conversation.CustomerID `json:"customer"`
	Phone    conversation.Address    `json:"phone,omitempty"`
	State    conversation.State      `json:"state"`
	Owner    conversation.Owner      `json:"owner"`
	Version  int64                   `json:"version" doc:"turns so far"`
	Changed  time.Time               `json:"changed"`
	Last     *message                `json:"last,omitempty" doc:"the newest message"`
	Messages string                  `json:"messages" doc:"where they are"`
}

func (a *API) listConversations(c *call, given *listConversations) (conversationPage, error) {
	page := conversationPage{Conversations: []listed{}}
	list, next, err := a.store.Conversations(c.Context(), c.brand.ID, gateway.ConversationQuery{
		Owner: given.Owner, State: given.State, Since: given.Since, Cursor: given.Cursor, Limit: given.Limit})
	if err != nil {
		return page, fmt.Errorf("list conversations: %w", err)
	}
	for _, l := range list {
		of := l.Conversation
		one := listed{Customer: of.Customer.ID, Phone: of.Customer.Phone, State: of.State, Owner: of.State.Owner(), Version: of.Version,
			Changed: l.Changed, Messages: messagesPath(of.Customer.ID)}
		if l.Last != nil {
			last := messageOf(*l.Last)
			one.Last = &last
		}
		page.Conversations = append(page.Conversations, one)
	}
	if next != "" {
		query := c.URL.Query()
		query.Set("cursor", next)
		page.Next = "/v1/conversations?" + query.Encode()
	}
	return page, nil
}

type getConversation struct {
	Customer string `path:"customer" maxLength:"200" doc:"the shop's external id, a phone number in E.164 (%2B33…) or the gateway's own id"`
}

func (a *API) getConversation(c *call, given *getConversation) (thread, error) {
	found, err := a.find(c, given.Customer)
	if err != nil {
		return thread{}, err
	}
	return thread{Customer: customerOf(found, ""), State: found.State, Owner: found.State.Owner(),
		Version: found.Version, Channel: found.Channel, Medium: found.Medium, WroteAt: found.WroteAt,
		Questions: questionsOf(found.Questions), Messages: messagesPath(found.Customer.ID)}, nil
}

func messagesPath(id conversation.CustomerID) string {
	return "/v1/conversations/" + url.PathEscape(string(id)) + "/messages"
}

// message is a text of a thread, either way.
type message struct {
	ID        conversation.MessageID `json:"id"`
	Direction string                 `json:"direction" enum:"in,out"`
	Author    string                 `json:"author" doc:"customer, assistant, or agent: and the agent's id"`
	Channel   conversation.ChannelID `json:"channel"`
	Address   conversation.Address   `json:"address"`
	Text      string                 `json:"text"`
	Media     []conversation.Media   `json:"media"`
	Purpose   conversation.Purpose   `json:"purpose,omitempty"`
	Rule      conversation.Rule      `json:"rule,omitempty"`
	Status    gateway.Status         `json:"status"`
	Code      string                 `json:"carrier_code,omitempty"`
	Carrier   conversation.CarrierID `json:"carrier_id,omitempty"`
	Attempts  int                    `json:"attempts"`
	Version   int64                  `json:"version"`
	At        time.Time              `json:"at"`
	Changed   time.Time              `json:"changed"`
}

type getMessages struct {
	Customer string                 `path:"customer" maxLength:"200" doc:"the shop's external id, a phone number in E.164 (%2B33…) or the gateway's own id"`
	Limit    int                    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Before   conversation.MessageID `query:"before" maxLength:"200" doc:"only what came before this message"`
}

type messagePage struct {
	Messages []message `json:"messages"`
	Next     string    `json:"next,omitempty" doc:"address of the next page; absent on the last one"`
}

// getMessages reads a page of a thread, newest first.
func (a *API) getMessages(c *call, given *getMessages) (messagePage, error) {
	page := messagePage{Messages: []message{}}
	found, err := a.find(c, given.Customer)
	if err != nil {
		return page, err
	}
	// One more than asked tells whether there is a next page.
	stored, err := a.store.Thread(c.Context(), c.brand.ID, found.Customer.ID, given.Before, given.Limit+1)
	if err != nil {
		return page, fmt.Errorf("read thread: %w", err)
	}
	for i, m := range stored {
		if i == given.Limit {
			page.Next = fmt.Sprintf("%s?before=%s&limit=%d", messagesPath(found.Customer.ID), url.QueryEscape(string(stored[i-1].ID)), given.Limit)
			break
		}
		page.Messages = append(page.Messages, messageOf(m))
	}
	return page, nil
}

func messageOf(m gateway.Stored) message {
	direction := "out"
	if m.Inbound {
		direction = "in"
	}
	return message{m.ID, direction, m.Author, m.Channel, m.Address, m.Text, orEmpty(m.Media),
		m.Purpose, m.Rule, m.Status, m.Code, m.Carrier, m.Attempts, m.Version, m.At, m.Changed}
}
