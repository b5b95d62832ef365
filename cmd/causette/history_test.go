package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/twilio/twiliotest"
	"github.com/causette/causette/store"
)

// history is what the database says happened, read from the log and the threads.
type history struct {
	entries []gateway.Entry
	turns   []turnTaken
	said    map[conversation.MessageID]*message
	threads map[conversation.CustomerID][]gateway.Stored
}

// turnTaken is a turn as the log tells it.
type turnTaken struct {
	seq      int64
	customer conversation.CustomerID
	version  int64
	Event    conversation.Event     `json:"event"`
	Rule     conversation.Rule      `json:"rule"`
	Messages []*message             `json:"messages"`
	Consents []conversation.Consent `json:"consents"`
}

// message is one message that a turn said, and how it stands.
type message struct {
	ID      conversation.MessageID `json:"id"`
	Text    string                 `json:"text"`
	Purpose conversation.Purpose   `json:"purpose"`
	Rule    conversation.Rule      `json:"rule"`
	version int64
	ordinal int
	stored  gateway.Stored
}

// readHistory reads the whole log and every thread.
func readHistory(ctx context.Context, st *store.Store) (*history, error) {
	h := &history{said: map[conversation.MessageID]*message{}, threads: map[conversation.CustomerID][]gateway.Stored{}}
	const page = 1000
	for after := int64(0); ; {
		list, err := st.Log(ctx, brandID, after, page)
		if err != nil {
			return nil, err
		}
		h.entries = append(h.entries, list...)
		if len(list) == 0 {
			break
		}
		after = list[len(list)-1].Seq
	}
	for _, e := range h.entries {
		turn := turnTaken{seq: e.Seq, customer: e.Customer, version: e.Version}
		if err := json.Unmarshal(e.Payload, &turn); err != nil {
			return nil, fmt.Errorf("entry %d: %w", e.Seq, err)
		}
		if turn.Event.Type == "" || string(turn.Event.Type) != e.Type {
			continue // a status, or something that a turn published
		}
		h.turns = append(h.turns, turn)
		for i, m := range turn.Messages {
			m.version, m.ordinal = turn.version, i
			h.said[m.ID] = m
		}
		h.threads[e.Customer] = nil
	}
	for customer := range h.threads {
		list, err := st.Thread(ctx, brandID, customer, "", page)
		if err != nil {
			return nil, err
		}
		h.threads[customer] = list
		for _, m := range list {
			if said := h.said[m.ID]; said != nil {
				said.stored = m
			}
		}
	}
	return h, nil
}

// unsettled lists what is queued or in flight.
func (h *history) unsettled() (list []string) {
	for customer, thread := range h.threads {
		for _, m := range thread {
			if m.Status == gateway.Queued || m.Status == gateway.PostingNow {
				list = append(list, fmt.Sprintf("%s of %s is %s, attempts %d, code %q", m.ID, customer, m.Status, m.Attempts, m.Code))
			}
		}
	}
	return list
}

func (h *history) quiet() bool { return len(h.unsettled()) == 0 }

// judge compares what was acknowledged, what the log says and what the carrier
// got, and returns everything that must not be.
func (h *history) judge(texts []*text, r *router, accepted []twiliotest.Message) (wrong []string) {
	return append(h.oneTurnEach(texts, r), h.kept(r, accepted)...)
}

// kept compares what the log says and what the carrier got.
func (h *history) kept(r *router, accepted []twiliotest.Message) (wrong []string) {
	return slices.Concat(h.logIsWhole(), h.oneSendEach(accepted), h.givenUp(1000), h.inOrder(accepted), h.reportsKept(r))
}

// logIsWhole: the log's numbers have no gap, and neither have a customer's turns.
func (h *history) logIsWhole() (wrong []string) {
	for i, e := range h.entries {
		if e.Seq != int64(i+1) {
			return []string{fmt.Sprintf("the log's entry %d has number %d", i+1, e.Seq)}
		}
	}
	versions := map[conversation.CustomerID]int64{}
	for _, t := range h.turns {
		if versions[t.customer]++; t.version != versions[t.customer] {
			wrong = append(wrong, fmt.Sprintf("turn %d of %s has version %d", versions[t.customer], t.customer, t.version))
			versions[t.customer] = t.version
		}
	}
	return wrong
}

// oneTurnEach: every acknowledged text has one turn, which answers it once, and is
// stored once. One that was never acknowledged may have been taken all the same.
func (h *history) oneTurnEach(texts []*text, r *router) (wrong []string) {
	turns := map[conversation.EventID][]turnTaken{}
	stored := map[conversation.CarrierID]int{}
	for _, t := range h.turns {
		if t.Event.Type == conversation.MessageReceived {
			turns[t.Event.ID] = append(turns[t.Event.ID], t)
		}
	}
	for _, thread := range h.threads {
		for _, m := range thread {
			if m.Inbound {
				stored[m.Carrier]++
			}
		}
	}
	for _, x := range texts {
		event := gateway.InboundEvent(conversation.Inbound{Channel: channelID, Carrier: conversation.CarrierID(x.sid)}).ID
		taken := turns[event]
		delete(turns, event)
		if len(taken) == 0 && r.acknowledged(x.sid) == 0 {
			continue
		}
		if len(taken) != 1 || stored[conversation.CarrierID(x.sid)] != 1 {
			wrong = append(wrong, fmt.Sprintf("%q of %s, acknowledged %d times, has %d turns and is stored %d times",
				x.body, x.from, r.acknowledged(x.sid), len(taken), stored[conversation.CarrierID(x.sid)]))
			continue
		}
		if got := taken[0]; len(got.Messages) != 1 && !got.overtaken() {
			wrong = append(wrong, fmt.Sprintf("%q has %d answers by rule %s", x.body, len(got.Messages), got.Rule))
		}
	}
	for event, list := range turns {
		wrong = append(wrong, fmt.Sprintf("%s, which nobody wrote, has %d turns", event, len(list)))
	}
	return wrong
}

// overtaken says whether the turn is a STOP older than a START that was taken
// before it: it must not undo what the customer did since, and says nothing.
func (t turnTaken) overtaken() bool {
	return t.Event.Message.Text == "STOP" && len(t.Messages) == 0 && len(t.Consents) == 0
}

// oneSendEach: what the carrier got is what was said, each once, bound to the
// carrier's own id; what was withdrawn it never got.
func (h *history) oneSendEach(accepted []twiliotest.Message) (wrong []string) {
	got := map[conversation.MessageID][]twiliotest.Message{}
	for _, m := range accepted {
		got[conversation.MessageID(m.Message)] = append(got[conversation.MessageID(m.Message)], m)
	}
	for id, m := range h.said {
		at := got[id]
		delete(got, id)
		want := 1
		switch m.stored.Status {
		case gateway.Accepted, gateway.Sent, gateway.Delivered, gateway.Read:
		case gateway.Cancelled:
			want = 0
		case gateway.Failed: // marketing that the carrier lost is not said again
			want = 0
			if m.Purpose != conversation.Marketing && !m.gaveUp() {
				wrong = append(wrong, fmt.Sprintf("%s by %s failed after %d attempts, code %q", id, m.Rule, m.stored.Attempts, m.stored.Code))
			}
		default:
			wrong = append(wrong, fmt.Sprintf("%s by %s is %q, code %q", id, m.Rule, m.stored.Status, m.stored.Code))
			continue
		}
		switch {
		case len(at) != want:
			wrong = append(wrong, fmt.Sprintf("%s by %s is %s after %d attempts, and %d times at the carrier: %v", id, m.Rule, m.stored.Status, m.stored.Attempts, len(at), sids(at)))
		case want == 1 && string(m.stored.Carrier) != at[0].Sid:
			wrong = append(wrong, fmt.Sprintf("%s is %s at the carrier and bound to %q", id, at[0].Sid, m.stored.Carrier))
		case want == 1 && at[0].Body != m.Text:
			wrong = append(wrong, fmt.Sprintf("%s says %q at the carrier and %q in the log", id, at[0].Body, m.Text))
		}
	}
	for id, list := range got {
		wrong = append(wrong, fmt.Sprintf("the carrier got %q, which no turn said, %d times", id, len(list)))
	}
	return wrong
}

// attempts is after how many tries the gateway gives a message up.
const attempts = 12

func (m *message) gaveUp() bool {
	return m.stored.Status == gateway.Failed && m.stored.Attempts >= attempts
}

// givenUp are the messages that no try got through. On a machine so busy that
// most requests miss their deadline it happens to one; more than one in so many is
// a fault.
func (h *history) givenUp(oneIn int) (wrong []string) {
	for id, m := range h.said {
		if m.Purpose != conversation.Marketing && m.gaveUp() {
			wrong = append(wrong, fmt.Sprintf("%s by %s was given up after %d attempts, code %q", id, m.Rule, m.stored.Attempts, m.stored.Code))
		}
	}
	if len(wrong) <= max(1, len(h.said)/oneIn) {
		return nil
	}
	return wrong
}

func sids(list []twiliotest.Message) (ids []string) {
	for _, m := range list {
		ids = append(ids, fmt.Sprintf("%s attempt %d at %v", m.Sid, m.Attempt, m.At))
	}
	return ids
}

// inOrder: what a customer got came in the order of the turns that said it, the
// answers among themselves and the prompts of each purpose: an answer overtakes
// what nobody asked for.
func (h *history) inOrder(accepted []twiliotest.Message) (wrong []string) {
	type line struct {
		customer string
		purpose  conversation.Purpose
	}
	lines := map[line][]*message{}
	for _, m := range accepted { // by the carrier's clock
		if said := h.said[conversation.MessageID(m.Message)]; said != nil {
			l := line{m.Customer, said.Purpose}
			lines[l] = append(lines[l], said)
		}
	}
	for customer, list := range lines {
		ordered := slices.IsSortedFunc(list, func(a, b *message) int {
			if a.version != b.version {
				return int(a.version - b.version)
			}
			return a.ordinal - b.ordinal
		})
		if !ordered {
			var order []string
			for _, m := range list {
				order = append(order, fmt.Sprintf("%d/%d", m.version, m.ordinal))
			}
			wrong = append(wrong, fmt.Sprintf("%s got out of order: %v", customer.customer, order))
		}
	}
	return wrong
}

// reportsKept: a status whose callback was acknowledged is durable.
func (h *history) reportsKept(r *router) (wrong []string) {
	for id, m := range h.said {
		if told := r.reported(string(id)); told != "" && told.After(m.stored.Status) {
			wrong = append(wrong, fmt.Sprintf("%s is %s although %s was acknowledged", id, m.stored.Status, told))
		}
	}
	return wrong
}
