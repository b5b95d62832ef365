package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/causette/causette/gateway/twilio/twiliotest"
)

// keyword is what everybody texts: it gets exactly one answer, in any state.
const keyword = "AIDE"

var minted atomic.Uint64 // MessageSids

// webhook is the request by which Twilio brings the customer's text to host,
// signed: 21 fields, as a text from a French number has.
func webhook(host string, customer int) (*http.Request, error) {
	channel := channelOf(customer)
	sid := fmt.Sprintf("SM%016x%016x", runID, minted.Add(1))
	f := url.Values{
		"MessageSid": {sid}, "SmsSid": {sid}, "SmsMessageSid": {sid}, "AccountSid": {accountSID}, "ApiVersion": {"2010-04-01"},
		"SmsStatus": {"received"}, "NumSegments": {"1"}, "NumMedia": {"0"}, "Body": {keyword},
		"From": {address(customer)}, "FromCountry": {"FR"}, "FromState": {""}, "FromCity": {""}, "FromZip": {""},
		"To": {shortCode(channel)}, "ToCountry": {"FR"}, "ToState": {""}, "ToCity": {""}, "ToZip": {""},
		"MessagingServiceSid": {""},
	}
	path := "/hooks/twilio/" + channelID(channel)
	req, err := http.NewRequest(http.MethodPost, baseURL(host)+path, strings.NewReader(f.Encode()))
	if err != nil {
		return nil, fmt.Errorf("webhook: %w", err)
	}
	req.Header.Set("User-Agent", "TwilioProxy/1.1")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	req.Header.Set("X-Twilio-Signature", twiliotest.Sign(authToken, publicURL+path, f))
	return req, nil
}

// patience is how long Twilio waits for a webhook's acknowledgement.
const patience = 15 * time.Second

// newClient keeps so many connections to the gateway.
func newClient(connections int) *http.Client {
	return &http.Client{Timeout: patience, Transport: &http.Transport{
		MaxIdleConns: connections, MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections, DisableCompression: true,
	}}
}

// text posts the webhook of a customer's text and reads its acknowledgement.
func (l *load) text(ctx context.Context, customer int) error {
	req, err := webhook(l.host, customer)
	if err != nil {
		return err
	}
	res, err := l.client.Do(req.WithContext(ctx))
	if err != nil {
		return fmt.Errorf("acknowledgement: %w", err)
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return fmt.Errorf("acknowledgement: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("acknowledgement: %s", res.Status)
	}
	return nil
}
