package api

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

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
	Source   string                    `json:"source" enum:"keyword,form,import,shop,agent,api,carrier"`
	Wording  string                    `json:"wording,omitempty"`
	Evidence map[string]string         `json:"evidence,omitempty"`
	Promise  *conversation.Promise     `json:"frequency,omitempty"`
	Rule     conversation.Rule         `json:"rule,omitempty"`
	Time     time.Time                 `json:"time"`
}

func rowOf(customer conversation.CustomerID, event conversation.EventID, c conversation.Consent) consentRow {
	return consentRow{event, customer, c.Medium, c.Purpose, c.State, c.Source, c.Wording, c.Evidence, c.Promise, c.Rule, c.At}
}

// errWithdrawn refuses consent after a withdrawal. Only a later act of the
// customer overturns one, never an API call, whatever it says of its source.
var errWithdrawn = problem("withdrawn_by_customer",
	"only the customer can give it again, by texting START")

func (a *API) routeConsents() {
	serve(a, operation{id: "postConsent", route: "POST /v1/consents", tag: "consents", scope: ConsentsWrite, status: http.StatusCreated,
		summary: "Append a row to the ledger",
		text: `A withdrawal stands until the customer's own later act, a START by text: no
request overturns it, and it is refused with the code withdrawn_by_customer.`,
		success: "The row", codes: []string{"withdrawn_by_customer", "set_aside"},
		example: `{"to": "+33612345678", "channel": "sms", "purpose": "marketing", "state": "given", "source": "form",
			"wording": "J'accepte de recevoir les offres de Lumen par SMS.", "evidence": {"form": "newsletter-7", "ip": "192.0.2.1"},
			"frequency": {"messages": 4, "per": "month"}}`}, a.postConsent)
	serve(a, operation{id: "getConsents", route: "GET /v1/customers/{id}/consents", tag: "consents", scope: ConsentsRead,
		summary: "Read a customer's ledger, oldest row first", success: "The ledger", codes: []string{"unknown_customer"}}, a.getConsents)
}

type postConsent struct{ Body ConsentInput }

// ConsentInput is consent as a source tells of it. What customers text
// themselves and what carriers report is written by the gateway alone.
type ConsentInput struct {
	To       phone                     `json:"to" doc:"the customer's phone number"`
	Channel  conversation.Medium       `json:"channel"`
	Purpose  conversation.Purpose      `json:"purpose" enum:"transactional,marketing"`
	State    conversation.ConsentState `json:"state"`
	Source   string                    `json:"source" enum:"form,import,shop,agent,api"`
	Wording  string                    `json:"wording,omitempty" maxLength:"2000" doc:"the exact words that the customer agreed to: they are the proof, and needed when state is given"`
	Evidence map[string]evidence       `json:"evidence,omitempty" maxProperties:"20"`
	Promise  *frequency                `json:"frequency,omitempty" doc:"how often they were told that they would hear from the brand: the gate keeps to it"`
	Time     time.Time                 `json:"time,omitzero" doc:"when the customer did it; absent, now"`
}

// frequency is a promise of at most so many messages.
type frequency struct {
	Messages int    `json:"messages" minimum:"1" maximum:"100" doc:"how many at most"`
	Per      string `json:"per" enum:"day,week,month"`
}

// evidence is one fact that proves it.
type evidence string

// Schema bounds it.
func (evidence) Schema(huma.Registry) *huma.Schema { return textSchema(500, "") }

func (i *ConsentInput) check(r *reader, at string) {
	if i.State == conversation.Withdrawn && i.Promise != nil {
		r.fault(at+"/frequency", "belongs to consent that is given")
	}
	if i.State == conversation.Given && i.Wording == "" {
		r.fault(at+"/wording", "is missing; send the exact words that the customer agreed to: they are the proof")
	}
	if i.Time.IsZero() {
		i.Time = r.now.Truncate(time.Microsecond)
	}
	if i.Time.After(r.now) {
		r.fault(at+"/time", "lies in the future; send when the customer did it")
	}
}

// consent is the row that the input asks for.
func (i *ConsentInput) consent() conversation.Consent {
	row := conversation.Consent{Medium: i.Channel, Purpose: i.Purpose, State: i.State, Source: i.Source, Wording: i.Wording, At: i.Time}
	if i.Evidence != nil {
		row.Evidence = make(map[string]string, len(i.Evidence))
		for name, fact := range i.Evidence {
			row.Evidence[name] = string(fact)
		}
	}
	if i.Promise != nil {
		row.Promise = &conversation.Promise{Messages: i.Promise.Messages, Per: i.Promise.Per}
	}
	return row
}

// postConsent appends a row to the ledger.
func (a *API) postConsent(c *call, given *postConsent) (consentRow, error) {
	to, row := conversation.Address(given.Body.To), given.Body.consent()
	who := gateway.Who{Address: to}
	if row.State == conversation.Given {
		known, err := a.store.Conversation(c.Context(), c.brand.ID, who)
		if err == nil && known.Customer.Consent(row.Medium, row.Purpose) == conversation.Withdrawn {
			return consentRow{}, errWithdrawn
		}
		// Any other error is the door's to tell, and a withdrawal that comes
		// between is later than this request, which Step looks at.
	}
	e := conversation.Event{ID: consentID(c), Type: conversation.ConsentRecorded, Time: row.At, Consent: &row}
	out, err := a.mustAccept(c, who, e)
	if err != nil {
		return consentRow{}, err
	}
	if out.Turn != nil {
		for _, made := range out.Turn.Consents {
			if made.Medium == row.Medium && made.Purpose == row.Purpose {
				return rowOf(out.Customer, e.ID, made), nil
			}
		}
		return consentRow{}, errWithdrawn
	}
	rows, err := a.store.Consents(c.Context(), c.brand.ID, out.Customer)
	if err != nil {
		return consentRow{}, fmt.Errorf("read consents: %w", err)
	}
	for _, made := range rows {
		if made.Event == e.ID {
			return rowOf(out.Customer, e.ID, made.Consent), nil
		}
	}
	return consentRow{}, errWithdrawn // the same request was refused before
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

type getConsents struct {
	Name string `path:"id" maxLength:"200" doc:"the shop's external id, a phone number in E.164 (%2B33…) or the gateway's own id"`
}

type ledger struct {
	Customer conversation.CustomerID `json:"customer"`
	Consents []consentRow            `json:"consents"`
}

func (a *API) getConsents(c *call, given *getConsents) (ledger, error) {
	found, err := a.find(c, given.Name)
	if err != nil {
		return ledger{}, err
	}
	kept, err := a.store.Consents(c.Context(), c.brand.ID, found.Customer.ID)
	if err != nil {
		return ledger{}, fmt.Errorf("read consents: %w", err)
	}
	rows := make([]consentRow, 0, len(kept))
	for _, row := range kept {
		rows = append(rows, rowOf(row.Customer, row.Event, row.Consent))
	}
	return ledger{found.Customer.ID, rows}, nil
}
