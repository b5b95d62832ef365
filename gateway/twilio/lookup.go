package twilio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	openapi "github.com/twilio/twilio-go/rest/api/v2010"
)

const (
	pageSize    = 1000            // the most that Twilio lists at once
	maxPages    = 50              // of one list; more is not one customer's
	clockSkew   = 2 * time.Minute // between Twilio's clock and the database's
	listTimeout = 15 * time.Second
	// trial is what Twilio puts before every text of an account that has not paid.
	trial = "Sent from your Twilio trial account - "
)

// Lookup lists the messages of the posting's sender to its customer that have
// its text and are no older than its first attempt. The list's DateSent filter
// is of no use here: it leaves out what is still queued.
func (c *Channel) Lookup(ctx context.Context, p gateway.Posting) (found []gateway.Receipt, complete bool, err error) {
	to, ok := toTwilio(p.To, c.medium)
	if !ok {
		return nil, true, nil // nothing was ever sent there
	}
	params := &openapi.ListMessageParams{}
	params.SetTo(to)
	if c.config.MessagingServiceSID == "" {
		params.SetFrom(c.config.Address)
	}
	since := p.Posted.Add(-clockSkew).Truncate(time.Second) // Twilio's times are whole seconds
	undated := false
	complete, err = c.list(ctx, params, func(m *openapi.ApiV2010Message) {
		switch at := created(m); {
		case !c.sent(m) || !sameBody(m, p):
		case at.IsZero():
			undated = true
		case !at.Before(since):
			found = append(found, receiptOf(m))
		}
	})
	if err != nil {
		return nil, false, fmt.Errorf("look up %s: %w", p.Message, err)
	}
	return found, complete && !undated, nil
}

// sent says whether the message is one that this channel sent.
func (c *Channel) sent(m *openapi.ApiV2010Message) bool {
	if strings.HasPrefix(deref(m.Direction), "inbound") {
		return false
	}
	return c.config.MessagingServiceSID == "" || deref(m.MessagingServiceSid) == c.config.MessagingServiceSID
}

func sameBody(m *openapi.ApiV2010Message, p gateway.Posting) bool {
	body := strings.TrimPrefix(deref(m.Body), trial)
	if p.Content != nil {
		return sameContent(body, p)
	}
	return strings.TrimSpace(body) == strings.TrimSpace(p.Text)
}

// Inbound calls accept for each text that customers wrote to the channel's
// address since then, oldest first, as their webhooks would have brought them.
// Twilio's list knows no profile name, button or place.
func (c *Channel) Inbound(ctx context.Context, since time.Time, accept func(conversation.Inbound) error) error {
	params := &openapi.ListMessageParams{}
	params.SetTo(c.config.Address)
	params.SetDateSentAfter(since.UTC().Truncate(time.Second))
	var texts []conversation.Inbound
	var withMedia []bool
	complete, err := c.list(ctx, params, func(m *openapi.ApiV2010Message) {
		in, ok := c.listed(m)
		if ok && !in.At.Before(since.Truncate(time.Second)) {
			texts = append(texts, in)
			withMedia = append(withMedia, deref(m.NumMedia) != "" && deref(m.NumMedia) != "0")
		}
	})
	if err != nil {
		return fmt.Errorf("list inbound messages: %w", err)
	}
	// Twilio lists the newest first; texts of one second keep its order.
	for i := range texts {
		if withMedia[i] {
			if texts[i].Media, err = c.listMedia(ctx, texts[i].Carrier); err != nil {
				return fmt.Errorf("list media of %s: %w", texts[i].Carrier, err)
			}
		}
	}
	slices.Reverse(texts)
	slices.SortStableFunc(texts, func(a, b conversation.Inbound) int { return a.At.Compare(b.At) })
	for _, in := range texts {
		if err := accept(in); err != nil {
			return err
		}
	}
	if !complete {
		return errors.New("list inbound messages: there are more than the gateway reads at once")
	}
	return nil
}

// listed reads a listed message as a text from a customer, if it is one.
func (c *Channel) listed(m *openapi.ApiV2010Message) (conversation.Inbound, bool) {
	sid, from, to := deref(m.Sid), deref(m.From), deref(m.To)
	if deref(m.Direction) != "inbound" || deref(m.Status) == "receiving" || !isToken(sid, maxSID) || !isToken(from, maxAddress) {
		return conversation.Inbound{}, false
	}
	in := conversation.Inbound{
		Carrier: conversation.CarrierID(sid),
		Channel: c.config.ID,
		Text:    clean(deref(m.Body), maxText),
		At:      created(m),
	}
	in.From, in.Medium = fromTwilio(from)
	in.To, _ = fromTwilio(to)
	return in, true
}

// listMedia lists a message's media, by the URLs that its webhook gave them.
func (c *Channel) listMedia(ctx context.Context, sid conversation.CarrierID) ([]conversation.Media, error) {
	ctx, cancel := context.WithTimeout(ctx, listTimeout)
	defer cancel()
	params := &openapi.ListMediaParams{}
	params.SetLimit(maxMedia)
	list, err := c.api(ctx).ListMedia(string(sid), params)
	var answer *answerError
	if errors.As(err, &answer) && answer.status == http.StatusNotFound {
		return nil, nil // deleted since
	}
	if err != nil {
		return nil, err
	}
	var media []conversation.Media
	for _, m := range list {
		uri := strings.TrimSuffix(deref(m.Uri), ".json")
		media = append(media, conversation.Media{URL: strings.TrimRight(c.config.BaseURL, "/") + uri, Type: clean(deref(m.ContentType), maxType)})
	}
	return media, nil
}

// list calls visit for each message of a list, page after page; complete says
// that it came to the end.
func (c *Channel) list(ctx context.Context, params *openapi.ListMessageParams, visit func(*openapi.ApiV2010Message)) (complete bool, err error) {
	params.SetPageSize(pageSize)
	token, number := "", ""
	for range maxPages {
		page, err := c.page(ctx, params, token, number)
		if err != nil {
			return false, err
		}
		for i := range page.Messages {
			visit(&page.Messages[i])
		}
		if deref(page.NextPageUri) == "" {
			return true, nil
		}
		next, err := url.Parse(*page.NextPageUri)
		if err != nil {
			return false, fmt.Errorf("next page: %w", err)
		}
		q := next.Query()
		if q.Get("PageToken") == "" && q.Get("Page") == "" || q.Get("PageToken") == token && q.Get("Page") == number {
			return false, errors.New("the next page is the same page")
		}
		token, number = q.Get("PageToken"), q.Get("Page")
	}
	return false, nil
}

func (c *Channel) page(ctx context.Context, params *openapi.ListMessageParams, token, number string) (*openapi.ListMessageResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, listTimeout)
	defer cancel()
	return c.api(ctx).PageMessage(params, token, number)
}

// created is when Twilio made the message, the zero time if it does not say.
func created(m *openapi.ApiV2010Message) time.Time {
	at, err := time.Parse(time.RFC1123Z, deref(m.DateCreated))
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}
