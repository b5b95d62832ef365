package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"runtime/debug"
	"slices"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/conversation/sms"
)

// fold gathers what the turns of one customer do in one group: one final row,
// the net timers, the messages in order. A cancellation takes back what earlier
// turns of the group said, never what its own turn says.
type fold struct {
	row      *Row
	changed  bool         // a turn was taken
	released bool         // a message left posting: the next may go
	cancels  []Withdrawal // one a scope
	recalls  []Settlement
	handoffs []HandoffRow
	received []InboundRow
	notes    []NoteRow
	messages []Outbound
	timers   []foldTimer
	prompts  []PromptRow // one an id
	consents []ConsentRow
	jobs     []JobRow
	codes    []CodeRow
	clicks   []string
	done     []string
}

type foldTimer struct {
	TimerRef
	unset bool
}

// step takes every turn of the brand's share, in order.
func (gr *group) step(ctx context.Context, tx Tx, p *part) error {
	quotes, err := gr.quotes(ctx, tx, p)
	if err != nil {
		return err
	}
	if err := gr.recalls(ctx, tx, p); err != nil {
		return err
	}
	if err := gr.deliveries(ctx, tx, p); err != nil {
		return err
	}
	for _, w := range p.works {
		switch {
		case w.event == nil || w.row == nil || w.stale:
			continue
		case w.duplicate:
			w.flight = w.row.Flight
			continue
		}
		e := *w.event
		if e.Message != nil && e.Message.Replied != "" {
			m := *e.Message
			m.Quotes = quotes[m.Channel][m.Replied]
			e.Message = &m
		}
		gr.turn(p, w, e)
	}
	for _, f := range p.order {
		gr.direct(p, f)
	}
	return nil
}

// quotes finds which questions the quoted messages asked.
func (gr *group) quotes(ctx context.Context, tx Tx, p *part) (map[conversation.ChannelID]map[conversation.CarrierID]string, error) {
	var asked map[conversation.ChannelID][]conversation.CarrierID
	for _, w := range p.works {
		if w.event == nil || w.event.Message == nil || w.event.Message.Replied == "" || w.duplicate {
			continue
		}
		if asked == nil {
			asked = make(map[conversation.ChannelID][]conversation.CarrierID)
		}
		m := w.event.Message
		asked[m.Channel] = append(asked[m.Channel], m.Replied)
	}
	found := make(map[conversation.ChannelID]map[conversation.CarrierID]string, len(asked))
	for channel, ids := range asked {
		q, err := tx.Asked(ctx, p.brand, channel, ids)
		if err != nil {
			return nil, fmt.Errorf("find quoted messages: %w", err)
		}
		found[channel] = q
	}
	return found, nil
}

// turn steps one event and folds what it does. An act that is refused does
// nothing: only its key is kept, so that it is not done later. A panic in Step
// is poison: that event alone is stored with its error, and the customer's next
// turn starts from the state before.
func (gr *group) turn(p *part, w *work, e conversation.Event) {
	f := p.foldOf(w)
	before := f.row.Conversation
	e = p.delivery(p.recallable(gr.loaded(e), f), f)
	turn, err := gr.g.stepSafely(before, e, gr.now)
	if err != nil {
		gr.g.log.Error("poison: the turn failed", "brand", p.brand, "customer", before.Customer.ID, "type", e.Type, "error", err)
		gr.g.metrics.poisoned.Inc()
		w.poisoned = true
		p.writes.Poison = append(p.writes.Poison, poisonOf(w, err, gr.now))
		return
	}
	if turn.Refused != nil {
		w.turn, w.version = &turn, before.Version
		return
	}
	next := turn.Next
	next.Brand, next.Customer.ID = before.Brand, before.Customer.ID
	next.Version = before.Version + 1
	if !f.row.CustomerChanged {
		f.row.CustomerChanged = !reflect.DeepEqual(before.Customer, next.Customer)
	}
	f.row.Conversation, f.changed = next, true
	gr.passes(before.Desk, next.Desk)
	f.handoff(&before, &next)
	f.row.DeskChanged = f.row.DeskChanged || next.Desk.Open() || !reflect.DeepEqual(before.Desk, next.Desk)
	f.row.NamesChanged = f.row.NamesChanged || renamed(&before.Customer, &next.Customer)
	w.turn, w.version = &turn, next.Version
	if turn.Fence {
		w.flight = f.row.Flight
	}

	id := next.Customer.ID
	record := turnRecord{Event: e, Rule: turn.Rule, Steps: turn.Steps, Cancel: turn.Cancel, Consents: turn.Consents, Prompts: turn.Prompts, State: next.State, Epoch: next.Epoch}
	if e.Message != nil {
		record.Received = conversation.MessageID(newID())
		f.received = append(f.received, InboundRow{ID: record.Received, Customer: id, Version: next.Version, Inbound: *e.Message})
	}
	if n := noteOf(e, turn, before.Desk, next, gr.now); n != nil {
		record.Note = n.ID
		f.notes = append(f.notes, *n)
	}
	f.notes = append(f.notes, promptNotes(e, turn, &before, &next, gr.now)...)
	f.withdraw(turn.Cancel, turn.Rule)
	if turn.Recall != "" {
		f.recalls = append(f.recalls, Settlement{Message: turn.Recall, Customer: id, Status: Cancelled, Code: string(turn.Rule), At: gr.now})
	}
	said := f.say(turn.Messages, next, gr.now, gr.g.opt)
	for _, name := range turn.Unset {
		f.timer(foldTimer{TimerRef{p.brand, id, conversation.Timer{Name: name}}, true})
	}
	for _, t := range turn.Timers {
		f.timer(foldTimer{TimerRef{p.brand, id, t}, false})
	}
	for _, c := range turn.Prompts {
		f.prompt(c, id, gr.now)
	}
	for i, c := range turn.Consents {
		f.consents = append(f.consents, ConsentRow{Customer: id, Event: eventKey(e, next.Version), Ordinal: i, Consent: c})
	}
	for _, j := range turn.Jobs {
		f.jobs = append(f.jobs, JobRow{Brand: p.brand, Customer: id, Job: j, Due: gr.now})
	}
	for _, c := range turn.Codes {
		f.codes = append(f.codes, CodeRow{Customer: id, Code: c})
	}
	if e.Click != nil {
		f.clicks = append(f.clicks, e.Click.Code)
	}
	if w.job != "" {
		f.done = append(f.done, w.job)
	}
	p.entries = append(p.entries, turnEntries(record, turn.Publish, next, said, gr.now)...)
	gr.g.metrics.turn(e.Type)
}

// stepSafely lets the conversation's script step the event, and makes a panic an error.
func (g *Gateway) stepSafely(c conversation.Conversation, e conversation.Event, now time.Time) (turn conversation.Turn, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("step panicked: %v\n%s", p, debug.Stack())
		}
	}()
	script, err := g.scripts.of(c)
	if err != nil {
		return turn, err
	}
	c.Script = script.Version()
	turn = script.Step(c, e, now)
	turn.Next.Script = c.Script
	return turn, nil
}

// eventKey names the event in the ledger; a timer's has no key of its own.
func eventKey(e conversation.Event, version int64) conversation.EventID {
	if e.ID != "" {
		return e.ID
	}
	return conversation.EventID(fmt.Sprintf("turn:%d", version))
}

// prompt keeps the last word on each prompt.
func (f *fold) prompt(c conversation.PromptChange, customer conversation.CustomerID, now time.Time) {
	row := PromptRow{ID: c.ID, Customer: customer, Status: c.Status, Verdict: c.Verdict, Into: c.Into, Changed: now}
	if c.Prompt != nil {
		row.Request, row.Created = *c.Prompt, now
	}
	for i := range f.prompts {
		if old := &f.prompts[i]; old.ID == row.ID {
			if !row.New() {
				row.Request, row.Created = old.Request, old.Created
			}
			*old = row
			return
		}
	}
	f.prompts = append(f.prompts, row)
}

// withdraw cancels the earlier messages of this group; those in the database
// are cancelled by Write.
func (f *fold) withdraw(c conversation.Cancel, why conversation.Rule) {
	if c == conversation.CancelNothing {
		return
	}
	w := Withdrawal{Customer: f.row.Conversation.Customer.ID, Scope: c, Rule: why}
	if !slices.ContainsFunc(f.cancels, func(x Withdrawal) bool { return x.Scope == c }) {
		f.cancels = append(f.cancels, w)
	}
	for i := range f.messages {
		if m := &f.messages[i]; m.Status == Queued && w.covers(m) {
			m.Status, m.Rule = Cancelled, why
		}
	}
}

// covers says whether a queued message is cancelled; the stores' statements do
// the same to what they hold.
func (w *Withdrawal) covers(m *Outbound) bool {
	switch {
	case m.Exempt:
		return false
	case w.Scope == conversation.CancelAssistant:
		return !m.byAgent()
	}
	return w.Scope == conversation.CancelAll || m.Purpose == conversation.Marketing
}

// say queues the messages of one turn and returns them as they are stored.
func (f *fold) say(messages []conversation.Message, c conversation.Conversation, now time.Time, opt Options) []Outbound {
	from := len(f.messages)
	for i, m := range messages {
		if m.Expires.IsZero() {
			m.Expires = now.Add(opt.Expiry)
			if m.After.After(now) {
				m.Expires = m.After.Add(opt.Expiry)
			}
		}
		author := "assistant"
		if m.Agent != "" {
			author = agentAuthor + string(m.Agent)
		}
		_, segments := sms.Count(m.Text)
		f.messages = append(f.messages, Outbound{
			Message: m, ID: conversation.MessageID(newID()), Customer: c.Customer.ID, Author: author,
			Version: c.Version, Ordinal: i, Epoch: c.Epoch, Segments: segments, Created: now, Status: Queued,
		})
	}
	return f.messages[from:]
}

// timer keeps the last word on each name.
func (f *fold) timer(t foldTimer) {
	for i := range f.timers {
		if f.timers[i].Name == t.Name {
			f.timers[i] = t
			return
		}
	}
	f.timers = append(f.timers, t)
}

// direct posts the customer's first new message in the turn's own transaction
// where nothing else of the customer is under way and the lane has room, so
// that an answer costs one commit before it leaves.
func (gr *group) direct(p *part, f *fold) {
	if f.row.Flight != nil || f.row.Waiting > 0 {
		return
	}
	for i := range f.messages {
		m := &f.messages[i]
		if m.Status != Queued {
			continue
		}
		if m.After.After(gr.now) {
			continue // never tried: it holds up nothing
		}
		if _, _, refused := gr.refuse(f, *m); refused {
			return // the pump settles it
		}
		held := gr.hold(nil, m)
		if held == nil {
			return
		}
		flight := gr.flight(*m)
		m.Status, m.Flight, m.FirstPosted = PostingNow, &flight, gr.now
		m.Attempts = flight.Attempt
		f.row.Flight = &flight
		gr.launches = append(gr.launches, launch{hold: held, posting: posting(p.brand, *m, gr.now), flight: flight})
		return
	}
}

// answered says whether an answer waits that overtakes what was queued before it.
func (f *fold) answered() bool {
	return slices.ContainsFunc(f.messages, func(m Outbound) bool { return m.Status == Queued && !m.bulk() })
}

// bulk says whether the message waits behind answers; the stores order by the same.
func (m *Outbound) bulk() bool {
	return m.Purpose == conversation.Marketing || m.Purpose == conversation.Transactional
}

// collect adds what the fold changes to the brand's writes.
func (f *fold) collect(w *Writes) {
	if f.changed || f.row.CustomerChanged {
		w.Rows = append(w.Rows, f.row)
	}
	if len(f.cancels) > 0 && f.row.Waiting > 0 {
		w.Cancels = append(w.Cancels, f.cancels...)
		f.released = true // what stood before the survivors is gone
	}
	w.Received = append(w.Received, f.received...)
	w.Notes = append(w.Notes, f.notes...)
	w.Handoffs = append(w.Handoffs, f.handoffs...)
	w.Messages = append(w.Messages, f.messages...)
	w.Prompts = append(w.Prompts, f.prompts...)
	w.Consents = append(w.Consents, f.consents...)
	w.Jobs = append(w.Jobs, f.jobs...)
	w.Done = append(w.Done, f.done...)
	w.Codes = append(w.Codes, f.codes...)
	w.Clicks = append(w.Clicks, f.clicks...)
	for _, t := range f.timers {
		if t.unset {
			w.Unset = append(w.Unset, t.TimerRef)
		} else {
			w.Set = append(w.Set, t.TimerRef)
		}
	}
	for i := range f.messages {
		if f.messages[i].Status == Queued {
			f.row.Waiting++
		}
	}
}

// posting is a message as a channel sends it.
func posting(brand conversation.BrandID, m Outbound, now time.Time) Posting {
	first := m.FirstPosted
	if first.IsZero() {
		first = now
	}
	return Posting{
		Brand: brand, Customer: m.Customer, Message: m.ID, Attempt: max(m.Attempts, 1), Channel: m.Channel,
		To: m.To, Text: m.Text, Media: m.Media, Purpose: m.Purpose, Prompt: m.Prompt, Content: m.Content, Created: m.Created, Posted: first, Expires: m.Expires,
	}
}

// turnRecord is a turn as the log keeps it: enough to replay the event and to
// see what it did and why.
type turnRecord struct {
	Event    conversation.Event          `json:"event"`
	Rule     conversation.Rule           `json:"rule,omitempty"`
	Steps    []conversation.Edge         `json:"steps,omitempty"`
	Cancel   conversation.Cancel         `json:"cancel,omitempty"`
	Messages []messageRecord             `json:"messages,omitempty"`
	Consents []conversation.Consent      `json:"consents,omitempty"`
	Prompts  []conversation.PromptChange `json:"prompts,omitempty"`
	State    conversation.State          `json:"state"`
	Epoch    int64                       `json:"epoch"`
	Received conversation.MessageID      `json:"received,omitempty"` // of the customer's text
	Note     conversation.MessageID      `json:"note,omitempty"`     // of the turn's NoteRow
}

type messageRecord struct {
	ID      conversation.MessageID `json:"id"`
	Text    string                 `json:"text"`
	Purpose conversation.Purpose   `json:"purpose"`
	Rule    conversation.Rule      `json:"rule"`
	After   time.Time              `json:"after,omitzero"`
}

// turnEntries is the log of one turn: the turn itself, then what it publishes.
func turnEntries(record turnRecord, published []conversation.Notice, c conversation.Conversation, said []Outbound, now time.Time) []Entry {
	for i := range said {
		m := &said[i]
		record.Messages = append(record.Messages, messageRecord{m.ID, m.Text, m.Purpose, m.Rule, m.After})
	}
	if asked := record.Event.Prompt; asked != nil { // the event tells it already
		record.Prompts = slices.Clone(record.Prompts)
		for i := range record.Prompts {
			if record.Prompts[i].ID == asked.ID {
				record.Prompts[i].Prompt = nil
			}
		}
	}
	entries := []Entry{{Type: string(record.Event.Type), Customer: c.Customer.ID, Version: c.Version, Payload: mustJSON(record), At: now}}
	for _, n := range published {
		entries = append(entries, Entry{Type: n.Type, Customer: c.Customer.ID, Version: c.Version, Payload: mustJSON(n), At: now})
	}
	return entries
}

// statusEntry is the log of a message's new status.
func statusEntry(s Settled, now time.Time) Entry {
	return Entry{Type: "message.status", Customer: s.Customer, At: now, Payload: mustJSON(struct {
		Message conversation.MessageID `json:"message"`
		Status  Status                 `json:"status"`
		Was     Status                 `json:"was"`
		Attempt int                    `json:"attempt"`
		Carrier conversation.CarrierID `json:"carrier,omitempty"`
		Code    string                 `json:"code,omitempty"`
	}{s.Message, s.Status, s.Was, s.Attempts, s.Carrier, s.Code})}
}

// mustJSON encodes our own records, which always encode.
func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("encode %T: %v", v, err))
	}
	return b
}
