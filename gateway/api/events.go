package api

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// report is what became of one event.
type report struct {
	ID       string               `json:"id"`
	Status   string               `json:"status"`
	Customer string               `json:"customer,omitempty"`
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

// postEvents takes one event or an array. Of an array each has its own report;
// a single one is refused as a problem.
func (a *API) postEvents(c *call) (int, any, error) {
	v, err := parseJSON(c.body)
	if err != nil {
		return 0, nil, err
	}
	elements, many := v.([]any)
	if !many {
		r := reader{brand: c.brand, now: c.now}
		in := r.event(v, "")
		if len(r.faults) > 0 {
			return 0, nil, invalid(r.faults)
		}
		one, err := a.accept(c, in)
		if err == nil && one.Status == refused {
			err = invalid(one.Errors)
		}
		return http.StatusOK, one, err
	}
	if len(elements) > maxEvents {
		return 0, nil, invalid([]gateway.FieldFault{{Pointer: "", Detail: fmt.Sprintf("has %d events; send %d at most", len(elements), maxEvents)}})
	}
	reports := make([]report, len(elements))
	var batch []numbered
	for i, element := range elements {
		r := reader{brand: c.brand, now: c.now}
		in := r.event(element, "/"+strconv.Itoa(i))
		if len(r.faults) > 0 {
			reports[i] = report{ID: in.id, Status: refused, Errors: r.faults}
			continue
		}
		batch = append(batch, numbered{i, in})
	}
	if err := a.acceptAll(c, batch, reports); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, map[string]any{"results": reports}, nil
}

// numbered is an event and its place in the request.
type numbered struct {
	at int
	incoming
}

// acceptAll takes events through the door, those of one customer in their order
// and several customers at a time. The first error ends it: what was accepted
// until then is recognised by its id when the request comes again.
func (a *API) acceptAll(c *call, batch []numbered, reports []report) error {
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
func (a *API) accept(c *call, in incoming) (report, error) {
	out, err := a.door.Accept(c.Context(), c.brand.ID, in.who, in.event)
	switch {
	case errors.Is(err, gateway.ErrUnknownCustomer):
		return report{ID: in.id, Status: refused, Errors: []gateway.FieldFault{{Pointer: "/customer/phone", Detail: "is missing, and external_id is not known yet; send the phone number the first time"}}}, nil
	case err != nil:
		return report{}, fmt.Errorf("accept event: %w", err)
	}
	return report{ID: in.id, Status: became(out), Customer: string(out.Customer)}, nil
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
		return out, problem(http.StatusUnprocessableEntity, "set_aside", "This could not be processed", "it is stored with its error for agents to see; sending it again changes nothing")
	}
	return out, nil
}
