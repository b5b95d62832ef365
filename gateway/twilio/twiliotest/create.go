package twiliotest

import (
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// create is POST …/Messages.json.
func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		return // the client left
	}
	f, err := url.ParseQuery(string(body))
	if err != nil {
		refuse(w, http.StatusBadRequest, 21200, "The form cannot be read")
		return
	}
	m := Message{
		To: f.Get("To"), From: f.Get("From"), Service: f.Get("MessagingServiceSid"),
		Body: f.Get("Body"), Media: f["MediaUrl"], Callback: f.Get("StatusCallback"),
		Status: "queued", Created: time.Now().UTC(),
	}
	m.Validity, _ = strconv.Atoi(f.Get("ValidityPeriod"))
	m.readCallback()
	m.Content, m.Variables = f.Get("ContentSid"), f.Get("ContentVariables")
	if code, why := s.render(&m); code != 0 {
		refuse(w, http.StatusBadRequest, code, why)
		return
	}
	if m.Service != "" {
		m.Status = "accepted"
	}
	if code, why := s.wrong(m); code != 0 {
		refuse(w, http.StatusBadRequest, code, why)
		return
	}

	s.mu.Lock()
	dice := s.dice(m.To)
	fault := s.fault(dice)
	if !fault.Accepts() {
		s.mu.Unlock()
		s.act(w, r, fault, nil)
		return
	}
	m.At = s.Now()
	m.Sid = s.ledger.mint(len(m.Media) > 0)
	s.ledger.add(m, s.options.Forget)
	hostility := s.options.Hostility
	s.mu.Unlock()
	if s.options.OnAccept != nil {
		s.options.OnAccept(m)
	}

	answer := appendMessage(make([]byte, 0, 1024), &m, s.options.AccountSID)
	if fault == CallbackFirst && len(s.options.Statuses) > 0 && m.Callback != "" {
		s.callBack(m, s.options.Statuses[0])
	}
	s.schedule(m, hostility, dice)
	if fault != None && fault != CallbackFirst {
		s.act(w, r, fault, answer)
		return
	}
	w.Header()["Content-Type"] = contentJSON
	w.Header()["Content-Length"] = []string{strconv.Itoa(len(answer))}
	w.WriteHeader(http.StatusCreated)
	w.Write(answer)
}

var contentJSON = []string{"application/json"}

// wrong says with what code Twilio would refuse the message for good.
func (s *Server) wrong(m Message) (code int, why string) {
	switch {
	case m.To == "":
		return 21604, "A 'To' phone number is required."
	case m.From == "" && m.Service == "":
		return 21603, "A 'From' phone number is required."
	case m.Body == "" && len(m.Media) == 0:
		return 21602, "Message body is required."
	case len([]rune(m.Body)) > 1600:
		return 21617, "The concatenated message body exceeds the 1600 character limit."
	case len(m.Media) > 10:
		return 21623, "Number of media files exceeds allowed limit"
	case s.options.Numbers[m.To] != 0:
		return s.options.Numbers[m.To], "This number is refused"
	case strings.HasPrefix(m.To, "whatsapp:") != strings.HasPrefix(m.From, "whatsapp:") && m.From != "":
		return 63007, "Twilio could not find a Channel with the specified From address"
	}
	return 0, ""
}

// readCallback reads whose message it is from the callback's query: the gateway
// writes m, a and c there.
func (m *Message) readCallback() {
	_, query, _ := strings.Cut(m.Callback, "?")
	q, err := url.ParseQuery(query)
	if err != nil {
		return
	}
	m.Message, m.Customer = q.Get("m"), q.Get("c")
	m.Attempt, _ = strconv.Atoi(q.Get("a"))
}

// refuse answers as Twilio does: {"code": 21211, "message": "…", …}.
func refuse(w http.ResponseWriter, status, code int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	b := append([]byte(`{"code":`), strconv.Itoa(code)...)
	b = appendString(append(b, `,"message":`...), message)
	b = append(b, `,"more_info":"https://www.twilio.com/docs/errors/`+strconv.Itoa(code)+`","status":`+strconv.Itoa(status)+`}`...)
	w.Write(b)
}
