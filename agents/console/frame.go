package console

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/causette/causette/conversation"
)

// protocolVersion is the "v" of every frame.
const protocolVersion = 1

// envelope is how every frame looks, both ways. PROTOCOL.md lists what t may be.
type envelope struct {
	V     int                  `json:"v"`
	T     string               `json:"t"`
	Seq   int64                `json:"seq,omitempty"`   // of a durable frame: its place in the brand's log
	Brand conversation.BrandID `json:"brand,omitempty"` // whose log Seq is of
	ID    string               `json:"id,omitempty"`    // the page's, of a command
	Re    string               `json:"re,omitempty"`    // the id that this answers
	TS    time.Time            `json:"ts,omitzero"`
	D     any                  `json:"d,omitempty"`
}

// render frames what goes to pages.
func (e envelope) render(now time.Time) *frame { return e.renderAs("", now) }

// renderAs frames what takes the place of an older frame of the key.
func (e envelope) renderAs(key string, now time.Time) *frame {
	e.V, e.TS = protocolVersion, now.UTC()
	text, err := json.Marshal(e)
	if err != nil { // what we say is ours: it marshals
		panic(err)
	}
	return newFrame(text, key)
}

// said is a page's frame, its data not read yet.
type said struct {
	V     int                  `json:"v"`
	T     string               `json:"t"`
	Seq   int64                `json:"seq"`
	Brand conversation.BrandID `json:"brand"`
	ID    string               `json:"id"`
	Re    string               `json:"re"`
	TS    json.RawMessage      `json:"ts"` // the page's clock: of no use here
	D     json.RawMessage      `json:"d"`
}

// hello is how a page begins: what it had when it was here before.
type hello struct {
	Epoch string                         `json:"epoch"`
	Last  map[conversation.BrandID]int64 `json:"last"`
	Tab   string                         `json:"tab"`
}

// looking is a page's word that its agent looks at a conversation, or types in it.
type looking struct {
	Brand    conversation.BrandID    `json:"brand"`
	Customer conversation.CustomerID `json:"customer"`
	On       bool                    `json:"on"`
}

// looked is what the others are told of it.
type looked struct {
	Brand    conversation.BrandID    `json:"brand"`
	Customer conversation.CustomerID `json:"customer"`
	Agent    conversation.AgentID    `json:"agent"`
	Name     string                  `json:"name"`
	Until    time.Time               `json:"until"` // past: it ended
}

// command is an act by socket; REST has the same.
type command struct {
	Kind     string                  `json:"kind"` // "act"
	Brand    conversation.BrandID    `json:"brand"`
	Customer conversation.CustomerID `json:"customer"`
	Act      json.RawMessage         `json:"act"`
}

// answered is what a reply carries: what REST would have answered.
type answered struct {
	Status int `json:"status"`
	Body   any `json:"body,omitempty"`
}

// parse reads a frame or a body: one JSON value, without fields we do not know,
// so that a misspelt one is noticed and not ignored.
func parse(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("there is more behind the first JSON value")
	}
	return nil
}
