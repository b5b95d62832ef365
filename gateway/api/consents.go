package api

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// consentRow is a row of the ledger as the API answers.
type consentRow struct {
	ID       conversation.EventID      `json:"id"` // of the event that made it
	Customer conversation.CustomerID   `json:"customer"`
	Channel  conversation.Medium       `json:"channel"`
	Purpose  conversation.Purpose      `json:"purpose"`
	State    conversation.ConsentState `json:"state"`
	Source   string                    `json:"source"`
	Wording  string                    `json:"wording,omitempty"`
	Evidence map[string]string         `json:"evidence,omitempty"`
	Rule     conversation.Rule         `json:"rule,omitempty"`
	Time     time.Time                 `json:"time"`
}

func rowOf(customer conversation.CustomerID, event conversation.EventID, c conversation.Consent) consentRow {
	return consentRow{event, customer, c.Medium, c.Purpose, c.State, c.Source, c.Wording, c.Evidence, c.Rule, c.At}
}

// errWithdrawn refuses consent after a withdrawal. Only a later act of the
// customer overturns one, never an API call, whatever it says of its source.
var errWithdrawn = problem(http.StatusUnprocessableEntity, "withdrawn_by_customer", "The customer has withdrawn this consent",
	"only the customer can give it again, by texting START")

// postConsent appends a row to the ledger.
func (a *API) postConsent(c *call) (int, any, error) {
	v, err := parseJSON(c.body)
	if err != nil {
		return 0, nil, err
	}
	r := reader{brand: c.brand, now: c.now}
	to, row := r.consent(v)
	if len(r.faults) > 0 {
		return 0, nil, invalid(r.faults)
	}
	who := gateway.Who{Address: to}
	if row.State == conversation.Given {
		known, err := a.store.Conversation(c.Context(), c.brand.ID, who)
		if err == nil && known.Customer.Consent(row.Medium, row.Purpose) == conversation.Withdrawn {
			return 0, nil, errWithdrawn
		}
		// Any other error is the door's to tell, and a withdrawal that comes
		// between is later than this request, which Step looks at.
	}
	e := conversation.Event{ID: consentID(c), Type: conversation.ConsentRecorded, Time: row.At, Consent: &row}
	out, err := a.mustAccept(c, who, e)
	if err != nil {
		return 0, nil, err
	}
	if out.Turn != nil {
		for _, made := range out.Turn.Consents {
			if made.Medium == row.Medium && made.Purpose == row.Purpose {
				return http.StatusCreated, rowOf(out.Customer, e.ID, made), nil
			}
		}
		return 0, nil, errWithdrawn
	}
	rows, err := a.store.Consents(c.Context(), c.brand.ID, out.Customer)
	if err != nil {
		return 0, nil, fmt.Errorf("read consents: %w", err)
	}
	for _, made := range rows {
		if made.Event == e.ID {
			return http.StatusCreated, rowOf(out.Customer, e.ID, made.Consent), nil
		}
	}
	return 0, nil, errWithdrawn // the same request was refused before
}

// consentID names the event of a request: the same one for the same
// Idempotency-Key, so that two nodes write one row.
func consentID(c *call) conversation.EventID {
	key := c.Header.Get("Idempotency-Key")
	if key == "" {
		return conversation.EventID("api:consent:" + rand.Text())
	}
	sum := sha256.Sum256([]byte(c.key.Hash + "\n" + key + "\n" + fingerprint(c)))
	return conversation.EventID("api:consent:" + hex.EncodeToString(sum[:16]))
}

var consentFields = []string{"to", "channel", "purpose", "state", "source", "wording", "evidence", "time"}

// consent reads a row as a source sends it.
func (r *reader) consent(v any) (conversation.Address, conversation.Consent) {
	o, ok := r.object(v, "", consentFields)
	if !ok {
		return "", conversation.Consent{}
	}
	to := o.phone("to")
	if _, _, there := o.get("to"); !there {
		o.missing("to", "send the customer's phone number")
	}
	row := conversation.Consent{
		Medium:  conversation.Medium(o.choice("channel", string(conversation.SMS), string(conversation.WhatsApp))),
		Purpose: conversation.Purpose(o.choice("purpose", string(conversation.Transactional), string(conversation.Marketing))),
		State:   conversation.ConsentState(o.choice("state", string(conversation.Given), string(conversation.Withdrawn))),
		// What customers text themselves and what carriers report is written by
		// the gateway alone.
		Source:  o.choice("source", "form", "import", "shop", "agent", "api"),
		Wording: o.text("wording", 2000),
		At:      o.moment("time"),
	}
	if row.State == conversation.Given && row.Wording == "" {
		o.missing("wording", "send the exact words that the customer agreed to: they are the proof")
	}
	if row.At.IsZero() {
		row.At = r.now.Truncate(time.Microsecond)
	}
	if row.At.After(r.now) {
		o.fault("/time", "lies in the future; send when the customer did it")
	}
	if v, at, there := o.get("evidence"); there {
		entries, ok := v.(map[string]any)
		if !ok || len(entries) > 20 {
			o.fault(at, "is not an object of up to 20 texts")
			return to, row
		}
		e := object{reader: r, at: at, fields: entries}
		row.Evidence = make(map[string]string, len(entries))
		for name := range entries {
			if name == "" || len(name) > 60 {
				o.fault(at+"/"+escape(name), "has a name of %d bytes; write 1 to 60", len(name))
			}
			row.Evidence[name] = e.text(name, 500)
		}
	}
	return to, row
}

func (a *API) getConsents(c *call) (int, any, error) {
	found, err := a.find(c, c.PathValue("id"))
	if err != nil {
		return 0, nil, err
	}
	ledger, err := a.store.Consents(c.Context(), c.brand.ID, found.Customer.ID)
	if err != nil {
		return 0, nil, fmt.Errorf("read consents: %w", err)
	}
	rows := make([]consentRow, 0, len(ledger))
	for _, row := range ledger {
		rows = append(rows, rowOf(row.Customer, row.Event, row.Consent))
	}
	return http.StatusOK, map[string]any{"customer": found.Customer.ID, "consents": rows}, nil
}
