package twiliotest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Text is what a customer writes.
type Text struct {
	From   string            `json:"from"` // "+336…" or "whatsapp:…"
	To     string            `json:"to"`
	Body   string            `json:"body"`
	Media  []string          `json:"media,omitempty"`  // URLs
	Types  []string          `json:"types,omitempty"`  // their MIME types; "image/jpeg" when missing
	Params map[string]string `json:"params,omitempty"` // more parameters, or others
	Sid    string            `json:"sid,omitempty"`    // of a text that is delivered again; "": a new one
	Tries  int               `json:"tries,omitempty"`  // how often Twilio tries: 0 is once
}

// Delivery is what became of a webhook.
type Delivery struct {
	Sid    string        `json:"sid"`
	Status int           `json:"status"` // HTTP; 0: no answer
	Type   string        `json:"type"`   // Content-Type
	Answer string        `json:"answer"`
	Sent   time.Duration `json:"sent"`  // before the request, by Server.Now
	Acked  time.Duration `json:"acked"` // when the answer was there
}

// Write has a customer text the gateway. Twilio lists the text afterwards,
// whatever the gateway answered. The error is the last connection's.
func (s *Server) Write(ctx context.Context, t Text) (Delivery, error) {
	s.mu.Lock()
	if t.Sid == "" {
		t.Sid = s.ledger.mint(len(t.Media) > 0)
	}
	if _, known := s.ledger.bySid[t.Sid]; !known {
		s.ledger.add(Message{Sid: t.Sid, To: t.To, From: t.From, Body: t.Body, Media: t.Media,
			At: s.Now(), Created: time.Now().UTC(), Inbound: true, Status: "received"}, s.options.Forget)
	}
	webhook := s.options.Webhook
	s.mu.Unlock()

	form := s.form(t)
	d := Delivery{Sid: t.Sid}
	var err error
	for range max(t.Tries, 1) {
		d.Sent = s.Now()
		d.Status, d.Type, d.Answer, err = s.post(ctx, webhook, form)
		d.Acked = s.Now()
		if err == nil && d.Status < 400 || ctx.Err() != nil {
			break
		}
	}
	return d, err
}

// form is the text as Twilio posts it: with the old twins of the Sid, and a
// geography that is mostly empty.
func (s *Server) form(t Text) url.Values {
	f := url.Values{}
	for _, name := range []string{"ToState", "ToCity", "ToZip", "FromState", "FromCity", "FromZip"} {
		f.Set(name, "")
	}
	f.Set("MessageSid", t.Sid)
	f.Set("SmsSid", t.Sid)
	f.Set("SmsMessageSid", t.Sid)
	f.Set("AccountSid", s.options.AccountSID)
	f.Set("ApiVersion", "2010-04-01")
	f.Set("SmsStatus", "received")
	f.Set("NumSegments", "1")
	f.Set("From", t.From)
	f.Set("To", t.To)
	f.Set("FromCountry", "FR")
	f.Set("ToCountry", "FR")
	f.Set("Body", t.Body)
	f.Set("NumMedia", fmt.Sprint(len(t.Media)))
	for i, u := range t.Media {
		f.Set(fmt.Sprintf("MediaUrl%d", i), u)
		kind := "image/jpeg"
		if i < len(t.Types) {
			kind = t.Types[i]
		}
		f.Set(fmt.Sprintf("MediaContentType%d", i), kind)
	}
	if id, ok := strings.CutPrefix(t.From, "whatsapp:"); ok {
		f.Set("WaId", strings.TrimPrefix(id, "+"))
		f.Set("ProfileName", "Ana")
	}
	for name, value := range t.Params {
		f.Set(name, value)
	}
	return f
}

// schedule plans the callbacks of an accepted message.
func (s *Server) schedule(m Message, h Hostility, dice *rand.Rand) {
	if m.Callback == "" || len(s.options.Statuses) == 0 {
		return
	}
	all := time.Duration(len(s.options.Statuses)) * s.options.CallbackDelay
	for i, status := range s.options.Statuses {
		delay := time.Duration(i+1) * s.options.CallbackDelay
		if dice.Float64() < h.ReorderCallback {
			delay = time.Duration(dice.Float64() * float64(2*all))
		}
		if dice.Float64() >= h.LoseCallback {
			s.after(delay, m, status)
		}
		if dice.Float64() < h.RepeatCallback {
			s.after(delay+time.Duration(dice.Float64()*float64(2*all)), m, status)
		}
	}
}

func (s *Server) after(d time.Duration, m Message, status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.calls.Go(func() {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
			s.callBack(m, status)
		case <-s.stop.Done():
		}
	})
}

// CallBack tells the gateway now that a message has the status, with an error
// code unless it is 0, and returns the gateway's answer.
func (s *Server) CallBack(sid, status string, code int) (int, error) {
	m, ok := s.Find(sid)
	if !ok {
		return 0, fmt.Errorf("no message %s", sid)
	}
	s.setStatus(sid, status)
	f := s.callbackForm(m, status)
	if code != 0 {
		f.Set("ErrorCode", fmt.Sprint(code))
	}
	answer, _, _, err := s.post(s.stop, m.Callback, f)
	return answer, err
}

func (s *Server) callBack(m Message, status string) {
	s.setStatus(m.Sid, status)
	// Nobody hears whether it worked: the gateway may be down.
	_, _, _, _ = s.post(s.stop, m.Callback, s.callbackForm(m, status))
}

func (s *Server) callbackForm(m Message, status string) url.Values {
	from := m.From
	if from == "" {
		from = "+33937000009" // the service chose one
	}
	return url.Values{
		"MessageSid": {m.Sid}, "SmsSid": {m.Sid}, "AccountSid": {s.options.AccountSID}, "ApiVersion": {"2010-04-01"},
		"MessageStatus": {status}, "SmsStatus": {status}, "From": {from}, "To": {m.To},
	}
}

// post signs a webhook for its public URL and posts it to where the gateway is.
func (s *Server) post(ctx context.Context, public string, f url.Values) (status int, kind, answer string, err error) {
	public, _, _ = strings.Cut(public, "#") // #rc=5&rp=all is for Twilio
	target, err := s.target(public)
	if err != nil {
		return 0, "", "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader([]byte(f.Encode())))
	if err != nil {
		return 0, "", "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	req.Header.Set("X-Twilio-Signature", Sign(s.options.AuthToken, public, f))
	req.Header.Set("User-Agent", "TwilioProxy/1.1")
	res, err := s.client.Do(req)
	if err != nil {
		return 0, "", "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return res.StatusCode, res.Header.Get("Content-Type"), string(b), err
}

// target is where a public URL is really served.
func (s *Server) target(public string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.options.Gateways)
	if n == 0 {
		return public, nil
	}
	u, err := url.Parse(public)
	if err != nil {
		return "", fmt.Errorf("public URL: %w", err)
	}
	s.chance++
	gateway := s.options.Gateways[rand.New(rand.NewPCG(s.options.Seed, s.chance)).IntN(n)]
	return strings.TrimRight(gateway, "/") + u.RequestURI(), nil
}

// Sign is Twilio's signature of a form posted to a URL.
func Sign(token, public string, f url.Values) string {
	h := hmac.New(sha1.New, []byte(token))
	io.WriteString(h, public)
	for _, name := range slices.Sorted(maps.Keys(f)) {
		values := slices.Clone(f[name])
		slices.Sort(values)
		for _, v := range slices.Compact(values) {
			io.WriteString(h, name+v)
		}
	}
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}
