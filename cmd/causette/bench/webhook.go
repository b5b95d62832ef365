package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/causette/causette/gateway/twilio/twiliotest"
)

// keyword is what everybody texts: it gets exactly one answer, in any state.
const keyword = "AIDE"

var minted atomic.Uint64 // MessageSids

// appendWebhook writes the HTTP request by which Twilio brings the customer's
// text, signed: 21 fields, as a text from a French number has.
func appendWebhook(b []byte, host string, customer int) []byte {
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
	body := f.Encode()
	b = append(b, "POST "+path+" HTTP/1.1\r\nHost: "+host+"\r\nUser-Agent: TwilioProxy/1.1\r\n"+
		"Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\nX-Twilio-Signature: "...)
	b = append(b, twiliotest.Sign(authToken, publicURL+path, f)...)
	b = append(b, "\r\nContent-Length: "...)
	b = strconv.AppendInt(b, int64(len(body)), 10)
	return append(append(b, "\r\n\r\n"...), body...)
}

// line is a kept connection to the gateway, with one request at a time. It is
// written and read by hand: net/http's client would cost as much as the whole
// of what is measured.
type line struct {
	conn net.Conn
	host string
	in   *bufio.Reader
	out  []byte
}

// patience is how long Twilio waits for a webhook's acknowledgement.
const patience = 15 * time.Second

func dial(ctx context.Context, host string) (*line, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", host)
	if err != nil {
		return nil, fmt.Errorf("dial the gateway: %w", err)
	}
	return &line{conn: conn, host: host, in: bufio.NewReaderSize(conn, 1<<10)}, nil
}

// text posts the webhook of a customer's text and reads its acknowledgement.
func (l *line) text(customer int) error {
	l.out = appendWebhook(l.out[:0], l.host, customer)
	if err := l.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	if _, err := l.conn.Write(l.out); err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	res, err := http.ReadResponse(l.in, nil)
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
