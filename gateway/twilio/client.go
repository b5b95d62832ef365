package twilio

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/twilio/twilio-go/client"
	openapi "github.com/twilio/twilio-go/rest/api/v2010"
)

// maxAnswer bounds what is read of an answer: a page of 1,000 messages of 1,600
// characters.
const maxAnswer = 8 << 20

// call is our client.BaseClient, one for each call, so that it carries the
// call's context. It stands in for twilio-go's own, which has no context, hides
// Retry-After, leaves the bodies of errors open, loses the status of an answer
// that is not JSON and breaks addresses with a dot in list queries.
type call struct {
	ctx       context.Context
	config    *Config
	base      *url.URL
	transport http.RoundTripper
}

var _ client.BaseClient = (*call)(nil)

// api returns Twilio's API for one call. The handler is not made by its
// constructor, which lets TWILIO_EDGE and TWILIO_REGION overrule base_url.
func (c *Channel) api(ctx context.Context) *openapi.ApiService {
	return openapi.NewApiService(&client.RequestHandler{Client: &call{ctx: ctx, config: &c.config, base: c.base, transport: c.transport}})
}

func (c *call) AccountSid() string { return c.config.AccountSID }

// SetTimeout, SetOauth and OAuth complete the interface: the context bounds the
// call, and the account's token authenticates it.
func (c *call) SetTimeout(time.Duration) {}

func (c *call) SetOauth(client.OAuth) {}

func (c *call) OAuth() client.OAuth { return nil }

// SendRequest sends one request and returns its answer with the body read and
// closed. Every error is an *answerError or a *lostError; a body that is not
// whole JSON is found by who decodes it.
func (c *call) SendRequest(method, rawURL string, data url.Values, headers map[string]any, _ ...byte) (*http.Response, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, &lostError{err: err}
	}
	u.Scheme, u.Host, u.User = c.base.Scheme, c.base.Host, nil
	u.Path, u.RawPath = strings.TrimSuffix(c.base.Path, "/")+u.Path, ""

	guarded := &write{ctx: c.ctx}
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(data.Encode())
	} else if data != nil {
		u.RawQuery = data.Encode()
	}
	req, err := http.NewRequestWithContext(guarded.guard(c.ctx), method, u.String(), body)
	if err != nil {
		return nil, &lostError{err: err}
	}
	for name, value := range headers {
		req.Header.Set(name, fmt.Sprint(value))
	}
	req.Header.Set("User-Agent", "causette")
	req.Header.Set("Accept", "application/json")
	req.SetBasicAuth(c.config.AccountSID, c.config.AuthToken)

	// RoundTrip, not Client.Do: a redirect must not carry the token elsewhere.
	res, err := c.transport.RoundTrip(req)
	if err != nil {
		written, late := guarded.close()
		return nil, &lostError{written: written, late: late, err: err}
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return nil, newAnswerError(res, text) // the status is known, however much of the body is
	}
	if err != nil {
		return nil, &lostError{written: true, err: fmt.Errorf("read the answer: %w", err)}
	}
	res.Body = io.NopCloser(bytes.NewReader(text))
	return res, nil
}

// newAnswerError reads {"code": 21211, "message": "…"}; a proxy's HTML leaves the
// status alone.
func newAnswerError(res *http.Response, text []byte) *answerError {
	e := &answerError{status: res.StatusCode, message: http.StatusText(res.StatusCode), retryAfter: retryAfter(res.Header.Get("Retry-After"))}
	var said struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	}
	if json.Unmarshal(text, &said) == nil && said.Code > 0 {
		e.code, e.message = strconv.Itoa(said.Code), clean(said.Message, maxName)
	}
	return e
}

// retryAfter reads seconds or a date, and believes at most an hour.
func retryAfter(s string) time.Duration {
	var d time.Duration
	if seconds, err := strconv.Atoi(s); err == nil {
		d = time.Duration(min(seconds, 3600)) * time.Second
	} else if at, err := http.ParseTime(s); err == nil {
		d = time.Until(at)
	}
	return min(max(d, 0), time.Hour)
}
