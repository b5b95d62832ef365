package twiliotest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"
)

// Message is one message that the played Twilio took: from the gateway, or, when
// Inbound, from a customer.
type Message struct {
	Sid       string        `json:"sid"`
	To        string        `json:"to"`
	From      string        `json:"from"`
	Service   string        `json:"service,omitempty"`
	Body      string        `json:"body"`
	Media     []string      `json:"media,omitempty"`
	Content   string        `json:"content,omitempty"`   // the approved template that Body is of
	Variables string        `json:"variables,omitempty"` // of it, as they came
	At        time.Duration `json:"at"`                  // when it was accepted, by Server.Now
	Created   time.Time     `json:"created"`             // the same by the wall clock
	Validity  int           `json:"validity,omitempty"`  // ValidityPeriod in seconds, 0 for none
	Callback  string        `json:"callback,omitempty"`  // the status callback's URL
	Message   string        `json:"message,omitempty"`   // m of the callback: the gateway's message
	Customer  string        `json:"customer,omitempty"`  // c
	Attempt   int           `json:"attempt,omitempty"`   // a
	Inbound   bool          `json:"inbound,omitempty"`
	Status    string        `json:"status"`
}

// ledger is what was taken, in order, found by recipient.
type ledger struct {
	messages []Message
	bySid    map[string]int
	byTo     map[string][]int
	run      string // 16 hexadecimal digits: Sids differ from one run to the next
	minted   uint64
	accepted int // from the gateway
}

func newLedger() ledger {
	return ledger{run: fmt.Sprintf("%016x", rand.Uint64()), bySid: map[string]int{}, byTo: map[string][]int{}}
}

// mint returns the next Sid; like Twilio's, it says whether there is media.
func (l *ledger) mint(media bool) string {
	l.minted++
	kind := "SM"
	if media {
		kind = "MM"
	}
	return fmt.Sprintf("%s%s%016x", kind, l.run, l.minted)
}

func (l *ledger) add(m Message, forget bool) {
	if !m.Inbound {
		l.accepted++
	}
	if forget {
		return
	}
	l.bySid[m.Sid] = len(l.messages)
	l.byTo[m.To] = append(l.byTo[m.To], len(l.messages))
	l.messages = append(l.messages, m)
}

// Accepted lists every message that was accepted from the gateway, oldest first.
func (s *Server) Accepted() []Message { return s.taken(false) }

// Written lists every text that customers wrote, oldest first.
func (s *Server) Written() []Message { return s.taken(true) }

func (s *Server) taken(inbound bool) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Message
	for _, m := range s.ledger.messages {
		if m.Inbound == inbound {
			list = append(list, m)
		}
	}
	return list
}

// Count is how many messages were accepted from the gateway.
func (s *Server) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ledger.accepted
}

// Find returns the message of a Sid.
func (s *Server) Find(sid string) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := s.ledger.bySid[sid]
	if !ok {
		return Message{}, false
	}
	return s.ledger.messages[i], true
}

func (s *Server) setStatus(sid, status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i, ok := s.ledger.bySid[sid]; ok {
		s.ledger.messages[i].Status = status
	}
}

// appendMessage writes a message as the REST API shows it, without the fields
// that are null or that nobody reads, to stay out of a benchmark's way.
func appendMessage(b []byte, m *Message, account string) []byte {
	direction := "outbound-api"
	if m.Inbound {
		direction = "inbound"
	}
	date := m.Created.Format(time.RFC1123Z)
	b = append(b, `{"account_sid":"`...)
	b = append(b, account...)
	b = append(b, `","api_version":"2010-04-01","sid":"`...)
	b = append(b, m.Sid...)
	b = append(b, `","date_created":"`...)
	b = append(b, date...)
	b = append(b, `","date_updated":"`...)
	b = append(b, date...)
	if m.Status != "queued" && m.Status != "accepted" {
		b = append(b, `","date_sent":"`...)
		b = append(b, date...)
	}
	b = append(b, `","direction":"`...)
	b = append(b, direction...)
	b = append(b, `","status":"`...)
	b = append(b, m.Status...)
	b = append(b, `","num_media":"`...)
	b = strconv.AppendInt(b, int64(len(m.Media)), 10)
	b = append(b, `","num_segments":"1","body":`...)
	b = appendString(b, m.Body)
	b = appendString(append(b, `,"to":`...), m.To)
	if m.From != "" {
		b = appendString(append(b, `,"from":`...), m.From)
	}
	if m.Service != "" {
		b = appendString(append(b, `,"messaging_service_sid":`...), m.Service)
	}
	return append(b, '}')
}

// appendString writes a JSON string. Strings that need no escape, nearly all,
// are copied.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7F {
			quoted, err := json.Marshal(s)
			if err != nil {
				panic(fmt.Sprintf("a string has no JSON: %v", err))
			}
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
