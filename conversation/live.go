package conversation

import "time"

// Live is what a turn has to know of the desk as it was when the event came:
// how long people wait there, and what has gone wrong today. It is a part of the
// event, so that the same event gives the same turn whenever it is run.
type Live struct {
	Wait      time.Duration `json:"wait,omitempty"` // how long who asks for a person now waits for them; 0: not known
	Incidents []Incident    `json:"incidents,omitempty"`
}

// Incident is something that many customers will ask about: the assistant says
// what is known of it before it hands anybody over for that.
type Incident struct {
	ID    string            `json:"id"`
	Kind  IncidentKind      `json:"kind"`
	Match string            `json:"match"` // the carrier's name, the product's SKU, or the intent
	Text  map[string]string `json:"text"`  // by language
	Since time.Time         `json:"since,omitzero"`
	Until time.Time         `json:"until,omitzero"` // zero: until somebody ends it
}

// IncidentKind is what an incident is about.
type IncidentKind string

const (
	CarrierIncident IncidentKind = "carrier"
	ProductIncident IncidentKind = "product"
	IntentIncident  IncidentKind = "intent"
)
