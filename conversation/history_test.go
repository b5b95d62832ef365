package conversation

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A history is one customer to whom anything may happen, with the outbox that a
// gateway would keep, and what holds whatever happens. It knows the rules in its
// own words: France, by day, twice a week.
type history struct {
	rt     *rapid.T
	s      *Script
	c      Conversation
	now    time.Time
	timers map[string]Timer
	box    []*letter // everything that was said, in order
	became map[string][]PromptStatus
	asked  []string // prompts, in the order in which they were requested
	n      int
	zone   *time.Location
}

// letter is a message in the outbox.
type letter struct {
	Message
	status string
	said   time.Time // caps count from then
	after  time.Time // it is posted not before
	posted time.Time
}

// step runs one event and looks at what it did.
func (h *history) step(e Event) {
	h.n++
	e.Time = h.now
	if e.ID == "" {
		e.ID = EventID(fmt.Sprint("e", h.n))
	}
	if e.Message != nil {
		e.Message.At = h.now
	}
	if e.Type == TimerDue || e.Type == MessageReceived {
		e.Live = &Live{Wait: rapid.SampledFrom([]time.Duration{0, time.Minute, 3 * time.Hour}).Draw(h.rt, "wait")}
	}
	was := h.c
	turn := h.s.Step(was, e, h.now)
	if turn.Refused != nil {
		return
	}
	h.rt.Logf("%s %s: %s %v", h.local().Format("Mon 2006-01-02 15:04"), e.Type, turn.Rule, turn.Prompts)
	h.c = turn.Next
	for _, m := range h.box {
		if m.status == "queued" && !m.Exempt && (turn.Cancel == CancelAll || turn.Cancel == CancelMarketing && m.Purpose == Marketing ||
			turn.Cancel == CancelAssistant && m.Agent == "" || turn.Recall != "" && turn.Recall == h.idOf(m)) {
			m.status = "cancelled"
		}
	}
	for _, m := range turn.Messages {
		if m.Prompt != "" && m.Asks != "" && slices.ContainsFunc(was.Questions, func(q Question) bool { return h.now.Before(q.Expires) && q.ID != m.Asks }) {
			h.rt.Fatalf("%s: a question beside another: %q", turn.Rule, m.Text)
		}
		h.box = append(h.box, &letter{Message: m, status: "queued", said: h.now})
	}
	for _, name := range turn.Unset {
		delete(h.timers, name)
	}
	for _, timer := range turn.Timers {
		h.timers[timer.Name] = timer
	}
	h.tells(turn)
	h.post()
}

func (h *history) idOf(m *letter) MessageID {
	return MessageID(fmt.Sprint("m", slices.Index(h.box, m)))
}

// tells keeps what became of each prompt: it waits, and then it ends, once.
func (h *history) tells(turn Turn) {
	if len(h.c.Prompts) > MaxPending || len(h.c.Customer.Touches) > MaxTouches {
		h.rt.Fatalf("%d prompts wait, %d touches are kept", len(h.c.Prompts), len(h.c.Customer.Touches))
	}
	seen := map[string]bool{}
	for _, p := range turn.Prompts {
		if seen[p.ID] || !slices.Contains(h.asked, p.ID) {
			h.rt.Fatalf("%s: %s is told twice, or nobody asked for it", turn.Rule, p.ID)
		}
		seen[p.ID] = true
		list := h.became[p.ID]
		if n := len(list); n > 0 && !waits(list[n-1]) && !(list[n-1] == PromptQueued && (p.Status == PromptQueued || p.Status == PromptUndeliverable || p.Status == PromptDropped)) {
			h.rt.Fatalf("%s: %s becomes %s after %v", turn.Rule, p.ID, p.Status, list)
		}
		if p.Status == PromptQueued && !slices.ContainsFunc(turn.Messages, func(m Message) bool { return m.Prompt == p.ID }) {
			h.rt.Fatalf("%s: %s is said, and nothing says it", turn.Rule, p.ID)
		}
		if p.Status == PromptMerged && !slices.ContainsFunc(turn.Messages, func(m Message) bool { return m.Prompt == p.Into && strings.Contains(m.Text, wordOf(p.ID)) }) {
			h.rt.Fatalf("%s: %s is merged into %s, which does not say it", turn.Rule, p.ID, p.Into)
		}
		h.became[p.ID] = append(list, p.Status)
	}
	for _, w := range h.c.Prompts {
		if list := h.became[w.Prompt.ID]; len(list) == 0 || list[len(list)-1] != w.Status {
			h.rt.Fatalf("%s: %s stands as %s and was told as %v", turn.Rule, w.Prompt.ID, w.Status, list)
		}
	}
}

func waits(s PromptStatus) bool {
	return s == PromptHeld || s == PromptScheduled || s == PromptShown
}

// post lets what may leave do so, as the gateway would: the gate is asked again.
func (h *history) post() {
	for _, m := range h.box {
		if m.status != "queued" || h.now.Before(m.after) {
			continue
		}
		if !m.Expires.IsZero() && !h.now.Before(m.Expires) {
			h.stop(m, "expired")
			continue
		}
		if rapid.IntRange(0, 9).Draw(h.rt, "busy") == 0 {
			m.after = h.now.Add(time.Duration(rapid.IntRange(1, 600).Draw(h.rt, "minutes")) * time.Minute)
			continue
		}
		switch v := h.s.Again(h.c, m.Message, h.now); {
		case v.Code != "":
			h.stop(m, "cancelled")
		case v.Waits != "":
			if m.after = v.At; !m.after.After(h.now) {
				m.after = h.now.Add(5 * time.Minute)
			}
		default:
			m.status, m.posted = "sent", h.now
			h.rt.Logf("%s leaves by %s: %q", m.Prompt, m.Medium, m.Text)
			h.leaves(m)
		}
	}
}

// stop is a message that will never leave: the conversation hears so.
func (h *history) stop(m *letter, status string) {
	m.status = status
	if m.Prompt != "" {
		h.timers[DeliveryTimer+m.Prompt] = Timer{Name: DeliveryTimer + m.Prompt, Due: h.now}
	}
}

// leaves is what has to hold of everything that reaches the carrier.
func (h *history) leaves(m *letter) {
	wrong := func(why string) {
		h.rt.Fatalf("%s at %s: %s: %q (rule %s, prompt %s)", m.Purpose, h.local().Format("Mon 2006-01-02 15:04"), why, m.Text, m.Rule, m.Prompt)
	}
	c := &h.c.Customer
	if m.Purpose == Transactional && c.Silenced {
		wrong("everything was stopped")
	}
	if m.Prompt != "" {
		for _, o := range h.box {
			if o != m && o.Prompt == m.Prompt && !o.posted.IsZero() && o.Medium == m.Medium {
				wrong("it was said there before")
			}
			if o != m && o.Prompt == m.Prompt && o.status == "delivered" {
				wrong("another medium had delivered it")
			}
		}
		if n := strings.Count(m.Text, wordOf(m.Prompt)); n > 1 {
			wrong("it says the same twice")
		}
	}
	if m.Purpose != Marketing || m.Agent != "" {
		return
	}
	local := h.local()
	day := local.Format("01-02")
	returned := slices.ContainsFunc(c.Returns, func(r Return) bool { return h.now.Sub(r.Changed) < 7*24*time.Hour })
	switch {
	case c.Consent(m.Medium, Marketing) != Given || c.Suspended || c.Silenced || c.Detached:
		wrong("the customer did not agree, or no longer does")
	case local.Weekday() == time.Sunday || local.Hour() < 8 || local.Hour() >= 20 || day == "12-25" || day == "01-01":
		wrong("it is not the hour")
	case h.c.State.Owner() != Assistant:
		wrong("people have the conversation")
	case h.c.Desk != nil && !h.c.Desk.Closed.IsZero() && h.now.Sub(h.c.Desk.Closed) < 7*24*time.Hour || returned:
		wrong("the customer is in trouble")
	}
	today, week := map[string]bool{}, map[string]bool{}
	for _, o := range h.box {
		if o.Purpose == Marketing && o.Prompt != "" && o.Prompt != m.Prompt && !o.posted.IsZero() {
			if within(o, m, 24*time.Hour) {
				today[o.Prompt] = true
			}
			if within(o, m, 7*24*time.Hour) {
				week[o.Prompt] = true
			}
		}
	}
	if m.Prompt != "" && (len(today) >= 1 || len(week) >= 2) {
		wrong(fmt.Sprintf("%d were said today and %d this week", len(today), len(week)))
	}
}

// within reports whether a message was said within a time before another.
func within(o, m *letter, d time.Duration) bool {
	return !o.said.After(m.said) && m.said.Sub(o.said) < d
}

func (h *history) local() time.Time { return h.now.In(h.zone) }

// pass lets time go by, with every timer and every message that becomes due.
func (h *history) pass(d time.Duration) {
	until := h.now.Add(d)
	for range 2000 {
		next := until
		for _, timer := range h.timers {
			if timer.Due.Before(next) {
				next = timer.Due
			}
		}
		for _, m := range h.box {
			if m.status == "queued" && m.after.After(h.now) && m.after.Before(next) {
				next = m.after
			}
		}
		if next.After(h.now) {
			h.now = next
		}
		h.post()
		var names []string
		for name, timer := range h.timers {
			if !timer.Due.After(h.now) {
				names = append(names, name)
			}
		}
		if len(names) == 0 {
			if !h.now.Before(until) {
				return
			}
			continue
		}
		slices.SortFunc(names, func(a, b string) int {
			if c := h.timers[a].Due.Compare(h.timers[b].Due); c != 0 {
				return c
			}
			return strings.Compare(a, b)
		})
		timer := h.timers[names[0]]
		delete(h.timers, timer.Name)
		e := Event{Type: TimerDue, Timer: &timer}
		if id, ok := timer.Delivery(); ok {
			e.Delivery = h.delivery(id)
		}
		h.step(e)
	}
	h.rt.Fatalf("the timers wake each other for ever: %v", h.timers)
}

// delivery is how the newest message of a prompt stands.
func (h *history) delivery(id string) *Delivery {
	for _, m := range slices.Backward(h.box) {
		if m.Prompt == id {
			return &Delivery{Prompt: id, Message: h.idOf(m), Medium: m.Medium, Status: m.status}
		}
	}
	return nil
}

// wordOf is the word by which a prompt's text is found again.
func wordOf(id string) string { return "<" + id + ">" }

// prompt asks for something.
func (h *history) prompt() {
	t := h.rt
	id := fmt.Sprint("p", len(h.asked)+1)
	h.asked = append(h.asked, id)
	pick := func(name string, list ...string) string { return rapid.SampledFrom(list).Draw(t, name) }
	sms, whatsapp := Route{Channel: "lumen-sms", Medium: SMS}, Route{Channel: "lumen-whatsapp", Medium: WhatsApp, Contents: true}
	p := &Prompt{
		ID: id, Purpose: Purpose(pick("purpose", "marketing", "marketing", "transactional")), Text: "Lumen " + wordOf(id), To: "+33612345678",
		Routes: rapid.SampledFrom([][]Route{{sms}, {whatsapp}, {sms, whatsapp}, {whatsapp, sms}}).Draw(t, "routes"),
		Order:  pick("order", "", "", "o1", "o2"), Requested: h.now,
	}
	if p.Purpose == Marketing {
		p.Opens = Dialogue(pick("opens", "", "", "", "cart", "reorder", "review", "preference"))
		p.Cart = pick("cart", "", "", "c1", "c2")
		p.Incentive = rapid.IntRange(0, 3).Draw(t, "incentive") == 0
	}
	if rapid.IntRange(0, 3).Draw(t, "later") == 0 {
		p.SendAt = h.now.Add(time.Duration(rapid.IntRange(-60, 3000).Draw(t, "send_at")) * time.Minute)
	}
	if rapid.Bool().Draw(t, "ends") {
		p.Expires = h.now.Add(time.Duration(rapid.SampledFrom([]int{-5, 60, 600, 1500, 6000, 20000}).Draw(t, "expires")) * time.Minute)
	}
	h.step(Event{Type: PromptRequested, Prompt: p})
	if len(h.became[id]) == 0 {
		t.Fatalf("nothing became of %s", id)
	}
}

// happens lets one thing happen.
func (h *history) happens() {
	t := h.rt
	pick := func(name string, list ...string) string { return rapid.SampledFrom(list).Draw(t, name) }
	medium := Medium(pick("medium", "sms", "sms", "whatsapp"))
	switch rapid.IntRange(0, 15).Draw(t, "what") {
	case 0:
		for range rapid.IntRange(1, 6).Draw(t, "prompts") { // a campaign and two journeys at once
			h.prompt()
		}
	case 1, 2, 3, 4:
		h.prompt()
	case 5, 6:
		in := &Inbound{Carrier: CarrierID(fmt.Sprint("in", h.n)), Channel: "lumen-" + ChannelID(medium), Medium: medium, From: "+33612345678", To: "36105",
			Text: pick("words", "STOP", "START", "START", "oui", "non", "1", "2", "bonjour", "merci", "préférences", "recommander", "conseiller", "annuler", "mauvais numéro", "AIDE")}
		h.step(Event{Type: MessageReceived, Message: in})
	case 7, 8:
		h.step(Event{Type: ConsentRecorded, Consent: &Consent{Medium: medium, Purpose: Purpose(pick("purpose", "marketing", "marketing", "transactional")),
			State: ConsentState(pick("state", "given", "given", "given", "withdrawn")), Source: pick("source", "shop", "keyword"), At: h.now}})
	case 9:
		kind := EventType(pick("order", "order.placed", "order.shipped", "order.cancelled", "order.refunded", "order.delivered"))
		h.step(Event{Type: kind, Shop: &ShopEvent{Order: &Order{ID: pick("id", "o1", "o2", fmt.Sprint("o", h.n)), Number: "LU-1", Changed: h.now,
			Lines: []Line{{SKU: "a", Name: "Bougie", Quantity: 1, Price: Money{2900, "EUR"}}}}}})
	case 10:
		cart := &Cart{ID: pick("cart", "c1", "c2"), Updated: h.now}
		if rapid.Bool().Draw(t, "full") {
			cart.Lines, cart.Total = []Line{{SKU: "a", Name: "Bougie", Quantity: 1}}, Money{2900, "EUR"}
		}
		h.step(Event{Type: "cart.updated", Shop: &ShopEvent{Cart: cart}})
	case 11:
		if rapid.IntRange(0, 3).Draw(t, "returns") == 0 {
			h.step(Event{Type: "return.requested", Shop: &ShopEvent{Return: &Return{ID: "r1", Order: "o1", Changed: h.now}}})
		}
	case 12:
		kind := EventType(pick("act", "agent.claimed", "agent.claimed", "agent.wrote", "agent.returned", "agent.resolved", "agent.released", "agent.dropped", "agent.snoozed"))
		a := &Act{Agent: AgentID(pick("agent", "claire", "claire", "theo")), Text: "vu"}
		for _, w := range h.c.Prompts {
			if w.Status == PromptShown {
				a.Prompt = w.Prompt.ID
			}
		}
		h.step(Event{Type: kind, Act: a})
	case 13:
		if len(h.asked) > 0 {
			id := rapid.SampledFrom(h.asked).Draw(t, "cancelled")
			h.step(Event{Type: PromptCancelled, Prompt: &Prompt{ID: id}, Delivery: h.delivery(id)})
		}
	case 14:
		h.carrier()
	default:
		h.step(Event{Type: JoinRequested, Join: &Join{Channel: "lumen-sms", Medium: SMS, To: "+33612345678", Purposes: []Purpose{Marketing}, Wording: map[Purpose]string{Marketing: "oui"}}})
	}
}

// carrier reports on something that left.
func (h *history) carrier() {
	for _, m := range h.box {
		if m.status != "sent" || rapid.Bool().Draw(h.rt, "later") {
			continue
		}
		if m.status = rapid.SampledFrom([]string{"delivered", "delivered", "undelivered", "failed"}).Draw(h.rt, "report"); m.status == "delivered" {
			return
		}
		h.step(Event{Type: SendRefused, Delivery: h.delivery(m.Prompt), Refusal: &Refusal{
			Message: h.idOf(m), Channel: m.Channel, Medium: m.Medium, Code: "63003", Prompt: m.Prompt,
			OptOut: rapid.IntRange(0, 9).Draw(h.rt, "opt_out") == 0, Invalid: rapid.IntRange(0, 9).Draw(h.rt, "invalid") == 0,
		}})
		return
	}
}

// Whatever happens to a customer, nothing that nobody asked for reaches them
// against their will, out of hours, too often, in trouble, beside an agent, or
// twice; and of every prompt it is known what became of it.
func TestNothingUnaskedReachesACustomerAgainstTheRules(t *testing.T) {
	brand := testBrand()
	brand.Fallback, brand.Prefer, brand.Events = 30*time.Minute, []Medium{WhatsApp, SMS}, true
	s, err := scripts()[0].For(brand)
	if err != nil {
		t.Fatal(err)
	}
	zone := paris(t)
	rapid.Check(t, func(rt *rapid.T) {
		h := &history{rt: rt, s: s, zone: zone, c: Begin("lumen", "c1"), now: monday, timers: map[string]Timer{}, became: map[string][]PromptStatus{}}
		for _, m := range []Medium{SMS, WhatsApp} {
			h.step(Event{Type: ConsentRecorded, Consent: &Consent{Medium: m, Purpose: Marketing, State: Given, Source: "form", At: h.now}})
		}
		for range rapid.IntRange(5, 60).Draw(rt, "events") {
			h.pass(time.Duration(rapid.SampledFrom([]int{0, 1, 1, 5, 30, 120, 600, 1500, 4000}).Draw(rt, "minutes")) * time.Minute)
			h.happens()
		}
		h.pass(60 * 24 * time.Hour)
		for _, id := range h.asked {
			if list := h.became[id]; waits(list[len(list)-1]) {
				rt.Fatalf("%s still waits two months later: %v", id, list)
			}
		}
	})
}
