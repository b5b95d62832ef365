package shop

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/causette/causette/conversation"
)

// WebhookConfig is where a brand's shop listens.
type WebhookConfig struct {
	URL    string // https; http where AllowPrivate
	Secret string // whsec_…; two with a space between them while they rotate
	// AllowPrivate lets URL lead to loopback and private addresses.
	AllowPrivate bool
	Now          func() time.Time // nil: time.Now
}

// Webhook posts jobs to a shop as Standard Webhooks 1.0. The job's id is the
// webhook's id, so that a shop that is asked again answers as before.
//
//	→ POST, webhook-id, webhook-timestamp, webhook-signature
//	  {"type": "reorder.confirmed", "timestamp": …, "data": {"job", "brand", "customer", "order", "lines", …}}
//	← 200 {"link": "https://…", "out_of_stock": ["Bougie Agrumes"]}
type Webhook struct {
	url    string
	sign   signer
	client *http.Client
	now    func() time.Time
}

const (
	timeout   = 15 * time.Second // Standard Webhooks asks for 15 to 30
	maxBody   = 20 << 10         // what Standard Webhooks recommends at most
	maxAnswer = 64 << 10         // a link and a few names are far less
	maxGone   = 50               // names
	maxName   = 200              // bytes of each
	maxLink   = 2000             // bytes
)

// NewWebhook checks the configuration.
func NewWebhook(c WebhookConfig) (*Webhook, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !c.AllowPrivate) {
		return nil, errors.New("the webhook's address is not https")
	}
	sign, err := newSigner(c.Secret)
	if err != nil {
		return nil, err
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Webhook{url: c.URL, sign: sign, now: c.Now, client: NewClient(c.AllowPrivate)}, nil
}

// event is what is posted.
type event struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      data      `json:"data"`
}

type data struct {
	Job      string                  `json:"job"`
	Brand    conversation.BrandID    `json:"brand"`
	Customer conversation.CustomerID `json:"customer"` // the gateway's id
	Accounts []string                `json:"external_ids"`
	Phone    conversation.Address    `json:"phone,omitempty"`
	Order    string                  `json:"order"`
	Lines    []conversation.Line     `json:"lines"`
}

// Do posts the job. An error means that the shop may be asked again: it did not
// answer, or said so. What it refuses for good is Result.Failed.
func (w *Webhook) Do(ctx context.Context, brand conversation.BrandID, customer conversation.Customer, job conversation.Job) (conversation.Result, error) {
	result := conversation.Result{Job: job.ID, Kind: job.Kind}
	wanted, err := reorder(job)
	if err != nil {
		result.Failed = err.Error()
		return result, nil
	}
	now := w.now().UTC()
	body, err := json.Marshal(event{Type: "reorder.confirmed", Timestamp: now, Data: data{Job: job.ID, Brand: brand, Customer: customer.ID,
		Accounts: append([]string{}, wanted.Accounts...), Phone: wanted.Phone, Order: wanted.Order, Lines: append([]conversation.Line{}, wanted.Lines...)}})
	if err != nil {
		return result, fmt.Errorf("encode reorder: %w", err)
	}
	if len(body) > maxBody {
		result.Failed = fmt.Sprintf("the reorder has %d bytes, a webhook may have %d", len(body), maxBody)
		return result, nil
	}
	response, cancel, err := w.post(ctx, job.ID, now, body)
	if err != nil {
		if errors.Is(err, errPrivate) {
			result.Failed = errPrivate.Error()
			return result, nil
		}
		return result, fmt.Errorf("ask shop: %w", err)
	}
	defer cancel()
	defer response.Body.Close()
	return w.read(result, response)
}

// post posts a signed body. Who has read the answer calls cancel.
func (w *Webhook) post(ctx context.Context, id string, at time.Time, body []byte) (_ *http.Response, cancel func(), err error) {
	ctx, cancel = context.WithTimeout(ctx, timeout)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(body))
	if err != nil {
		cancel()
		return nil, nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "Causette/1")
	w.sign.sign(r.Header, id, at, body)
	response, err := w.client.Do(r)
	if err != nil {
		cancel()
		return nil, nil, err
	}
	return response, cancel, nil
}

// read makes a result of the shop's answer.
func (w *Webhook) read(result conversation.Result, response *http.Response) (conversation.Result, error) {
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return result, fmt.Errorf("read the shop's answer: %w", err)
	}
	switch status := response.StatusCode; {
	case status == http.StatusGone:
		result.Failed = "the shop's webhook is gone (410)"
	case status >= 300 && status < 400:
		result.Failed = fmt.Sprintf("the shop's webhook has moved (%d): write the new address into the configuration", status)
	case status == http.StatusRequestTimeout, status == http.StatusTooEarly, status == http.StatusTooManyRequests, status >= 500:
		return result, fmt.Errorf("the shop answered %d", status)
	case status >= 400:
		result.Failed = fmt.Sprintf("the shop refused (%d)", status)
	case status != http.StatusOK && status != http.StatusCreated:
		result.Failed = fmt.Sprintf("the shop answered %d, not 200 with a link", status)
	case len(body) > maxAnswer:
		result.Failed = fmt.Sprintf("the shop's answer has more than %d bytes", maxAnswer)
	default:
		if kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); kind != "application/json" {
			result.Failed = "the shop's answer is not application/json"
			return result, nil
		}
		fill(&result, body)
	}
	return result, nil
}

// fill reads an answer's body. What is wrong with it is for agents: the shop
// said 200, and would say the same again.
func fill(result *conversation.Result, body []byte) {
	var said struct {
		Link       string   `json:"link"`
		OutOfStock []string `json:"out_of_stock"`
	}
	if err := json.Unmarshal(body, &said); err != nil {
		result.Failed = "the shop's answer is not the JSON that was asked for: " + err.Error()
		return
	}
	if said.Link != "" {
		if why := badLink(said.Link); why != "" {
			result.Failed = "the shop's link " + why
			return
		}
	}
	if len(said.OutOfStock) > maxGone {
		result.Failed = fmt.Sprintf("the shop names %d articles as out of stock, %d are read", len(said.OutOfStock), maxGone)
		return
	}
	for _, name := range said.OutOfStock {
		if name = strings.TrimSpace(strings.ReplaceAll(name, "\x00", "")); name == "" || len(name) > maxName {
			result.Failed = fmt.Sprintf("the shop names an article by %d bytes, not 1 to %d", len(name), maxName)
			result.OutOfStock = nil
			return
		}
		result.OutOfStock = append(result.OutOfStock, name)
	}
	if result.Link = said.Link; result.Link == "" && len(result.OutOfStock) == 0 {
		result.Failed = "the shop's answer has neither link nor out_of_stock"
	}
}

// badLink says why a link may not be texted to a customer, or "".
func badLink(text string) string {
	if len(text) > maxLink {
		return fmt.Sprintf("has %d bytes, not %d at most", len(text), maxLink)
	}
	for _, r := range text { // it stands in the middle of a text
		if r <= ' ' || r > '~' {
			return "holds a space or a letter that belongs percent-encoded"
		}
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return "is not an absolute https address"
	}
	return ""
}
