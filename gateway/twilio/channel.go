// Package twilio is SMS, MMS and WhatsApp through Twilio.
//
//	customer ── text ──▶ Twilio ── POST /hooks/twilio/{channel} ──▶ Hooks ──▶ gateway.Door
//	customer ◀── text ── Twilio ◀── POST …/Messages.json ── Channel.Send ◀── gateway
//	                     Twilio ── POST /hooks/twilio/{channel}/status?m=&a=&c= ──▶ Hooks ──▶ gateway.Door
//
// Twilio has no idempotency key for messages, so a send whose answer was lost is
// not repeated: Channel.Lookup asks Twilio's list what became of it.
package twilio

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	openapi "github.com/twilio/twilio-go/rest/api/v2010"
)

// Twilio holds a message in its queue for at most ten hours, and at least a second.
const maxValidity = 36000 // s

// sendTimeout bounds a send whose context brings no deadline.
const sendTimeout = 8 * time.Second

// Channel is one sender at Twilio. It is safe for concurrent use.
type Channel struct {
	config    Config
	medium    conversation.Medium
	base      *url.URL // REST
	callback  string   // the status callback's URL up to the message's id
	verify    *verifier
	transport *http.Transport
}

var (
	_ gateway.Channel    = (*Channel)(nil)
	_ gateway.Lookuper   = (*Channel)(nil)
	_ gateway.CatchUpper = (*Channel)(nil)
)

// New returns the channel of a valid configuration.
func New(config Config) (*Channel, error) {
	if err := config.Validate(); err != nil {
		return nil, fmt.Errorf("channel %s: %w", config.ID, err)
	}
	if config.BaseURL == "" {
		config.BaseURL = DefaultBaseURL
	}
	config.PublicURL = strings.TrimRight(config.PublicURL, "/")
	base, err := url.Parse(config.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("channel %s: %w", config.ID, err)
	}
	_, medium := fromTwilio(config.Address)
	return &Channel{
		config:    config,
		medium:    medium,
		base:      base,
		callback:  config.PublicURL + HooksPath + url.PathEscape(string(config.ID)) + "/status?m=",
		verify:    newVerifier(config.AuthToken),
		transport: newTransport(),
	}, nil
}

// ID names the channel.
func (c *Channel) ID() conversation.ChannelID { return c.config.ID }

// Medium is WhatsApp for a "whatsapp:" address, else SMS.
func (c *Channel) Medium() conversation.Medium { return c.medium }

// Close lets go of the idle connections.
func (c *Channel) Close() { c.transport.CloseIdleConnections() }

// Send posts one message. A nil error means that Twilio has it; every other
// outcome is a *gateway.SendError. Nothing is written after the context's deadline.
func (c *Channel) Send(ctx context.Context, p gateway.Posting) (gateway.Receipt, error) {
	to, ok := toTwilio(p.To, c.medium)
	if !ok {
		return gateway.Receipt{}, &gateway.SendError{Code: "no phone", Consequence: gateway.FallBack,
			Err: fmt.Errorf("the address has no phone for %s", c.medium)}
	}
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, sendTimeout)
		defer cancel()
	}
	params, err := c.params(to, p)
	if err != nil {
		return gateway.Receipt{}, &gateway.SendError{Code: "content", Consequence: gateway.GiveUp, Err: err}
	}
	message, err := c.api(ctx).CreateMessage(params)
	if err != nil {
		return gateway.Receipt{}, sendError(err, p)
	}
	receipt := receiptOf(message)
	if receipt.Carrier == "" {
		return receipt, &gateway.SendError{Code: "truncated", Consequence: gateway.Ambiguous, Err: fmt.Errorf("the answer names no sid")}
	}
	if code := message.ErrorCode; code != nil && *code > 0 && (receipt.Status == gateway.Failed || receipt.Status == gateway.Undelivered) {
		return receipt, judge(strconv.Itoa(*code), p.To, p.Attempt)
	}
	return receipt, nil
}

func (c *Channel) params(to string, p gateway.Posting) (*openapi.CreateMessageParams, error) {
	params := &openapi.CreateMessageParams{}
	params.SetTo(to)
	if c.config.MessagingServiceSID != "" {
		params.SetMessagingServiceSid(c.config.MessagingServiceSID)
		// A service may replace characters by look-alikes, and Lookup could not
		// recognise the text; the gateway has chosen its characters already.
		params.SetSmartEncoded(false)
	} else {
		params.SetFrom(c.config.Address)
	}
	switch {
	case p.Content != nil:
		if err := setContent(params, p.Content); err != nil {
			return nil, err
		}
	case p.Text != "":
		params.SetBody(p.Text)
	}
	if len(p.Media) > 0 {
		params.SetMediaUrl(p.Media[:min(len(p.Media), maxMedia)])
	}
	params.SetStatusCallback(c.callback + url.QueryEscape(string(p.Message)) +
		"&a=" + strconv.Itoa(p.Attempt) + "&c=" + url.QueryEscape(string(p.Customer)))
	if !p.Expires.IsZero() && !p.Posted.IsZero() { // both by the database's clock
		params.SetValidityPeriod(int(min(max(p.Expires.Sub(p.Posted)/time.Second, 1), maxValidity)))
	}
	return params, nil
}

func receiptOf(m *openapi.ApiV2010Message) gateway.Receipt {
	r := gateway.Receipt{Carrier: conversation.CarrierID(deref(m.Sid)), Status: statuses[deref(m.Status)]}
	if r.Status == "" {
		r.Status = gateway.Accepted
	}
	r.Segments, _ = strconv.Atoi(deref(m.NumSegments)) // 0 while a service has not chosen the sender
	return r
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
