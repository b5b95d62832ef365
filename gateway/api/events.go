package api

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

func (a *API) routeEvents() {
	serve(a, operation{id: "postEvents", route: "POST /v1/events", tag: "events", scope: EventsWrite,
		summary: "Tell one event, or up to 1,000",
		text: `The id is the idempotency key: an event that was processed before is reported as
a duplicate and changes nothing. Events of one customer are processed in their
order. After a 503 send the same request again.`,
		success: "Each event is accepted, was known, is refused or set aside",
		example: `{"id": "evt_1", "type": "cart.abandoned", "time": "2026-11-21T09:41:00Z", "customer": {"phone": "+33612345678"},
			"data": {"id": "c_42", "total": {"amount": 24900, "currency": "EUR"}, "link": "https://lumen.example/c/42"}}`}, a.postEvents)
}

// EventReport is what became of one event.
type EventReport struct {
	ID       string               `json:"id"`
	Status   string               `json:"status" enum:"accepted,duplicate,refused,set_aside" doc:"duplicate: processed before. refused: nothing happened; mend it. set_aside: stored with an error for agents to see; do not send it again."`
	Customer string               `json:"customer,omitempty" doc:"the gateway's id"`
	Errors   []gateway.FieldFault `json:"errors,omitempty"`
}

// What became of an event.
const (
	accepted  = "accepted"
	duplicate = "duplicate" // it had been processed before
	refused   = "refused"   // nothing happened; mend it and send it again
	setAside  = "set_aside" // stored with an error for agents to see; sending it again changes nothing
)

// workers is how many events of one request wait for their commit at a time:
// enough to fill a group, too few to fill the queue.
const workers = 64

type postEvents struct{ Body eventsBody }

// eventsBody is one event or an array, whose elements are read apart: each has
// faults of its own.
type eventsBody struct{ given any }

// Schema describes it.
func (eventsBody) Schema(reg huma.Registry) *huma.Schema {
	one := reg.Schema(reflect.TypeFor[event](), true, "")
	most := maxEvents
	return &huma.Schema{OneOf: append(slices.Clone(one.OneOf), &huma.Schema{Type: huma.TypeArray, MaxItems: &most, Items: one})}
}

func (b *eventsBody) read(_ *reader, v any, _ string) { b.given = v }

// eventsAnswer is the report of one event, or those of several.
type eventsAnswer struct {
	*EventReport
	Results *[]EventReport `json:"results,omitempty"`
}

// Schema describes it.
func (eventsAnswer) Schema(reg huma.Registry) *huma.Schema {
	one := reg.Schema(reflect.TypeFor[EventReport](), true, "")
	return &huma.Schema{OneOf: []*huma.Schema{one, {Type: huma.TypeObject, Required: []string{"results"}, AdditionalProperties: false,
		Properties: map[string]*huma.Schema{"results": {Type: huma.TypeArray, Items: one}}}}}
}

// postEvents takes one event or an array. Of an array each has its own report;
// a single one is refused as a problem.
func (a *API) postEvents(c *call, given *postEvents) (eventsAnswer, error) {
	elements, many := given.Body.given.([]any)
	if !many {
		r := reader{brand: c.brand, now: c.now}
		in := r.event(given.Body.given, "")
		if len(r.faults) > 0 {
			return eventsAnswer{}, invalid(r.faults)
		}
		one, err := a.accept(c, in)
		if err == nil && one.Status == refused {
			err = invalid(one.Errors)
		}
		return eventsAnswer{EventReport: &one}, err
	}
	if len(elements) > maxEvents {
		return eventsAnswer{}, invalid([]gateway.FieldFault{{Pointer: "", Detail: fmt.Sprintf("has %d events; send %d at most", len(elements), maxEvents)}})
	}
	reports := make([]EventReport, len(elements))
	var batch []numbered
	for i, element := range elements {
		r := reader{brand: c.brand, now: c.now}
		in := r.event(element, "/"+strconv.Itoa(i))
		if len(r.faults) > 0 {
			reports[i] = EventReport{ID: in.id, Status: refused, Errors: r.faults}
			continue
		}
		batch = append(batch, numbered{i, in})
	}
	if err := a.acceptAll(c, batch, reports); err != nil {
		return eventsAnswer{}, err
	}
	return eventsAnswer{Results: &reports}, nil
}

// numbered is an event and its place in the request.
type numbered struct {
	at int
	incoming
}

// acceptAll takes events through the door, those of one customer in their order
// and several customers at a time. The first error ends it: what was accepted
// until then is recognised by its id when the request comes again.
func (a *API) acceptAll(c *call, batch []numbered, reports []EventReport) error {
	lines := inOrder(batch)
	next := make(chan []numbered)
	var (
		wg    sync.WaitGroup
		once  sync.Once
		first error
		stop  = make(chan struct{})
	)
	for range min(workers, len(lines)) {
		wg.Go(func() {
			for line := range next {
				for _, in := range line {
					one, err := a.accept(c, in.incoming)
					if err != nil {
						once.Do(func() { first = err; close(stop) })
						break
					}
					if one.Status == refused {
						for i := range one.Errors {
							one.Errors[i].Pointer = "/" + strconv.Itoa(in.at) + one.Errors[i].Pointer
						}
					}
					reports[in.at] = one
				}
			}
		})
	}
feed:
	for _, line := range lines {
		select {
		case next <- line:
		case <-stop:
			break feed
		}
	}
	close(next)
	wg.Wait()
	return first
}

// inOrder splits events into lines that may be taken side by side. Customers are
// told apart by their phones where every event has one, by their accounts where
// none has; where both ways are mixed nobody knows yet who is who, and there is
// one line.
func inOrder(batch []numbered) [][]numbered {
	phones := 0
	for _, in := range batch {
		if in.who.Address != "" {
			phones++
		}
	}
	if phones != 0 && phones != len(batch) {
		return [][]numbered{batch}
	}
	var lines [][]numbered
	places := map[string]int{}
	for _, in := range batch {
		name := string(in.who.Address)
		if phones == 0 {
			name = in.who.Account
		}
		place, known := places[name]
		if !known {
			place = len(lines)
			places[name] = place
			lines = append(lines, nil)
		}
		lines[place] = append(lines[place], in)
	}
	return lines
}

// accept takes one event through the door.
func (a *API) accept(c *call, in incoming) (EventReport, error) {
	out, err := a.door.Accept(c.Context(), c.brand.ID, in.who, in.event)
	switch {
	case errors.Is(err, gateway.ErrUnknownCustomer):
		return EventReport{ID: in.id, Status: refused, Errors: []gateway.FieldFault{{Pointer: "/customer/phone", Detail: "is missing, and external_id is not known yet; send the phone number the first time"}}}, nil
	case err != nil:
		return EventReport{}, fmt.Errorf("accept event: %w", err)
	}
	return EventReport{ID: in.id, Status: became(out), Customer: string(out.Customer)}, nil
}

func became(out gateway.Outcome) string {
	switch {
	case out.Duplicate:
		return duplicate
	case out.Poisoned:
		return setAside
	}
	return accepted
}

// mustAccept is accept for requests that are about one customer only.
func (a *API) mustAccept(c *call, who gateway.Who, e conversation.Event) (gateway.Outcome, error) {
	out, err := a.door.Accept(c.Context(), c.brand.ID, who, e)
	switch {
	case errors.Is(err, gateway.ErrUnknownCustomer):
		return out, invalid([]gateway.FieldFault{{Pointer: "/phone", Detail: "is missing, and the customer is not known yet; send the phone number the first time"}})
	case err != nil:
		return out, fmt.Errorf("accept %s: %w", e.Type, err)
	case out.Poisoned:
		return out, problem("set_aside", "it is stored with its error for agents to see; sending it again changes nothing")
	}
	return out, nil
}
