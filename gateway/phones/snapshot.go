package phones

import (
	"bytes"
	"encoding/json"
	"io"
	"time"

	"github.com/causette/causette/conversation"
)

// Snapshot is everything that a page needs to begin with.
type Snapshot struct {
	Epoch   string    `json:"epoch"` // of this life of the carrier; cursors of another one mean nothing
	Seq     uint64    `json:"seq"`   // updates after it are not in the snapshot
	Now     time.Time `json:"now"`
	Network Network   `json:"network"`
	Lines   []Line    `json:"lines"`
	Phones  []Thread  `json:"phones"` // the first shownPhones, with the newest shownMessages of each
	Total   int       `json:"total"`  // phones on the network
}

// Thread is a phone with its messages, oldest first.
type Thread struct {
	Holder
	Messages []Message `json:"messages"`
}

const (
	shownPhones   = 48
	shownMessages = 100
)

// Snapshot is the network as it is now.
func (c *Carrier) Snapshot() Snapshot {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := Snapshot{
		Epoch: c.epoch, Seq: c.feed.seq, Now: c.clock.Now(), Network: c.network,
		Lines: []Line{}, Phones: []Thread{}, Total: len(c.order),
	}
	for _, ch := range c.channels {
		s.Lines = append(s.Lines, ch.line)
	}
	for _, p := range c.order[:min(len(c.order), shownPhones)] {
		s.Phones = append(s.Phones, p.snapshot(shownMessages))
	}
	return s
}

// Thread is one phone with all that is kept of its messages.
func (c *Carrier) Thread(n conversation.Address) (Thread, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, err := c.find(n)
	if err != nil {
		return Thread{}, err
	}
	return p.snapshot(len(p.thread)), nil
}

// snapshot is the phone with its newest messages.
func (p *phone) snapshot(newest int) Thread {
	t := Thread{Holder: *p.holder(), Messages: []Message{}}
	for _, m := range p.thread[max(0, len(p.thread)-newest):] {
		t.Messages = append(t.Messages, m.Message)
	}
	return t
}

// unmarshal lays one JSON value over v; a misspelt field is an error.
func unmarshal(body []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return refuse("bad_json", "the body is not the JSON expected: %v", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return refuse("bad_json", "something follows the JSON value")
	}
	return nil
}
