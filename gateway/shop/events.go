package shop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/causette/causette/gateway"
)

var _ gateway.Listener = (*Events)(nil)

// Events tells a shop what happens to its customers, as Standard Webhooks 1.0.
//
//	→ POST, webhook-id, webhook-timestamp, webhook-signature
//	  {"type": "link.clicked", "timestamp": …, "data": {…}}
//	← 2xx; the body is not read
type Events struct{ hook *Webhook }

// NewEvents checks the configuration.
func NewEvents(c WebhookConfig) (*Events, error) {
	hook, err := NewWebhook(c)
	if err != nil {
		return nil, err
	}
	return &Events{hook}, nil
}

// Tell implements gateway.Listener.
func (e *Events) Tell(ctx context.Context, id string, body []byte) error {
	if len(body) > maxBody {
		return &gateway.Untold{Never: true, Err: fmt.Errorf("it has %d bytes, a webhook may have %d", len(body), maxBody)}
	}
	response, cancel, err := e.hook.post(ctx, id, e.hook.now().UTC(), body)
	if err != nil {
		return &gateway.Untold{Err: err}
	}
	defer cancel()
	defer response.Body.Close()
	_, _ = io.CopyN(io.Discard, response.Body, maxAnswer) // so that the connection is used again
	switch status := response.StatusCode; {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusGone:
		return &gateway.Untold{Gone: true, Err: errors.New("the shop's events_url is gone (410)")}
	default:
		return &gateway.Untold{After: retryAfter(response.Header.Get("Retry-After"), e.hook.now()), Err: fmt.Errorf("the shop answered %d", status)}
	}
}

// retryAfter reads the header, in seconds or as a date; 0 for none that can be
// read (RFC 9110, 10.2.3).
func retryAfter(text string, now time.Time) time.Duration {
	text = strings.TrimSpace(text)
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}
