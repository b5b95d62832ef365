package console

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

var _ Desk = (*agents.Desk)(nil)

const lumen conversation.BrandID = "lumen"

// memory is a desk without a database: it keeps its log, and tells of it what
// agents.Desk does.
type memory struct {
	Privacy // whole nodes have it
	Pairing
	Worker // what no test asks of it is asked of a whole node
	agents.Records

	mu       sync.Mutex
	epoch    string
	agents   map[conversation.AgentID]agents.Agent
	rows     []row // row i has number i+1
	stand    map[conversation.CustomerID]*agents.Summary
	threads  map[conversation.CustomerID][]agents.Entry
	drafts   map[string]string
	sessions map[string]stored
	heard    []func(conversation.BrandID, int64)
	attempts int
	here     map[conversation.AgentID]bool
}

type row struct {
	customer conversation.CustomerID
	version  int64  // of a turn
	message  string // whose status changed
}

type stored struct {
	data   []byte
	expiry time.Time
}

func newMemory() *memory {
	m := &memory{epoch: "first", agents: make(map[conversation.AgentID]agents.Agent),
		stand: make(map[conversation.CustomerID]*agents.Summary), threads: make(map[conversation.CustomerID][]agents.Entry),
		drafts: make(map[string]string), sessions: make(map[string]stored), here: make(map[conversation.AgentID]bool)}
	for _, a := range []agents.Agent{
		{ID: "theo", Name: "Théo", Email: "theo@lumen.example", Role: agents.RoleAgent},
		{ID: "lea", Name: "Léa", Email: "lea@lumen.example", Role: agents.RoleAgent},
		{ID: "sam", Name: "Sam", Email: "sam@lumen.example", Role: agents.RoleSupervisor},
		{ID: "far", Name: "Far", Email: "far@lumen.example", Role: agents.RoleAgent, Brands: []conversation.BrandID{"other"}},
	} {
		m.agents[a.ID] = a
	}
	return m
}

// say writes a turn: two rows of the log, as a message that is queued and sent.
func (m *memory) say(customer conversation.CustomerID, who conversation.AgentID, text string) {
	m.mu.Lock()
	m.write(customer, who, text)
	m.mu.Unlock()
	m.wake()
}

func (m *memory) write(customer conversation.CustomerID, who conversation.AgentID, text string) {
	s := m.stand[customer]
	if s == nil {
		s = &agents.Summary{Brand: lumen, Customer: customer}
		m.stand[customer] = s
	}
	s.Version++
	s.Preview, s.Owner = text, who
	m.rows = append(m.rows, row{customer, s.Version, ""}, row{customer, s.Version, ""})
	m.threads[customer] = append(m.threads[customer], agents.Entry{
		ID: fmt.Sprintf("%s-%d", customer, s.Version), Kind: agents.EntryMessage, Agent: who, Text: text,
		Status: string(gateway.Queued), Version: s.Version})
}

// offer is a turn that says nothing: the conversation is held for somebody, or
// no more.
func (m *memory) offer(customer conversation.CustomerID, to conversation.AgentID) {
	m.mu.Lock()
	if s := m.stand[customer]; s != nil {
		s.Version++
		s.Offered = to
		m.rows = append(m.rows, row{customer, s.Version, ""})
	}
	m.mu.Unlock()
	m.wake()
}

// becomes changes what stands of the customer's newest message that is queued:
// it leaves, or is taken back by a turn.
func (m *memory) becomes(customer conversation.CustomerID, status gateway.Status) {
	m.mu.Lock()
	thread := m.threads[customer]
	for i := len(thread) - 1; i >= 0; i-- {
		if thread[i].Status == string(gateway.Queued) {
			thread[i].Status = string(status)
			r := row{customer: customer, message: thread[i].ID}
			if status == gateway.Cancelled {
				m.stand[customer].Version++
				r.version = m.stand[customer].Version
			}
			m.rows = append(m.rows, r)
			break
		}
	}
	m.mu.Unlock()
	m.wake()
}

func (m *memory) wake() {
	m.mu.Lock()
	head, heard := int64(len(m.rows)), m.heard
	m.mu.Unlock()
	for _, f := range heard {
		f(lumen, head)
	}
}

// snapshot is how everything stands, as text to compare.
func (m *memory) snapshot() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	v := newView()
	for c, s := range m.stand {
		v.summaries[c] = *s
		for _, e := range m.threads[c] {
			v.entries[e.ID] = e
		}
	}
	return v.String()
}

func (m *memory) subscribe(f func(conversation.BrandID, int64)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.heard = append(m.heard, f)
}

func (m *memory) Login(_ context.Context, email, password, _ string) (agents.Agent, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, a := range m.agents {
		if a.Email == email && password == "juste" {
			return a, nil
		}
	}
	if m.attempts++; m.attempts > 3 {
		return agents.Agent{}, agents.ErrTooManyLogins
	}
	return agents.Agent{}, agents.ErrWrongLogin
}

func (m *memory) Agent(_ context.Context, id conversation.AgentID) (agents.Agent, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a, ok := m.agents[id]
	if !ok || a.Disabled {
		return a, &agents.Forbidden{Permission: agents.See}
	}
	return a, nil
}

func (m *memory) change(id conversation.AgentID, f func(*agents.Agent)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a := m.agents[id]
	f(&a)
	m.agents[id] = a
}

func (m *memory) Agents(context.Context, agents.Agent) ([]agents.Agent, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []agents.Agent
	for _, a := range m.agents {
		if !a.Disabled {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b agents.Agent) int { return cmp.Compare(a.ID, b.ID) })
	return list, nil
}

func (m *memory) SetPresence(_ context.Context, by agents.Agent, p agents.Presence) error {
	if p != agents.Online && p != agents.Away && p != agents.Offline {
		return &agents.Fault{Field: "presence", Detail: "it is online, away or offline"}
	}
	m.change(by.ID, func(a *agents.Agent) { a.Presence = p })
	return nil
}

func (m *memory) BrandsOf(a agents.Agent) []agents.Brand {
	if len(a.Brands) > 0 {
		return nil
	}
	return []agents.Brand{{ID: lumen, Name: "Lumen", Languages: []string{"fr"}}}
}

func (m *memory) PermissionsOf(agents.Agent) []agents.Permission {
	return []agents.Permission{agents.See}
}

func (m *memory) List(_ context.Context, _ agents.Agent, q agents.Query) (agents.Page, error) {
	if q.View == "" {
		return agents.Page{}, &agents.Fault{Field: "view", Detail: "it is mine, queue, bot or all"}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	p := agents.Page{Seq: int64(len(m.rows)), Items: []agents.Summary{}}
	for _, s := range m.stand {
		p.Items = append(p.Items, *s)
	}
	return p, nil
}

func (m *memory) Conversation(_ context.Context, by agents.Agent, _ conversation.BrandID, customer conversation.CustomerID) (agents.Snapshot, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.stand[customer]
	if s == nil {
		return agents.Snapshot{}, gateway.ErrNotFound
	}
	return agents.Snapshot{Seq: int64(len(m.rows)), Conversation: agents.Detail{Summary: *s, Draft: m.drafts[string(by.ID+"/")+string(customer)]}}, nil
}

func (m *memory) Thread(_ context.Context, _ agents.Agent, _ conversation.BrandID, customer conversation.CustomerID, _ string, limit int) (agents.ThreadPage, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := m.threads[customer]
	if limit > 0 && len(list) > limit {
		list = list[len(list)-limit:]
	}
	return agents.ThreadPage{Seq: int64(len(m.rows)), Items: slices.Clone(list)}, nil
}

func (m *memory) PutDraft(_ context.Context, by agents.Agent, _ conversation.BrandID, customer conversation.CustomerID, text string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.drafts[string(by.ID+"/")+string(customer)] = text
	return nil
}

// Act writes for whoever has the conversation, or takes it.
func (m *memory) Act(_ context.Context, by agents.Agent, _ conversation.BrandID, customer conversation.CustomerID, a agents.Act) (*agents.Done, error) {
	if a.Kind == agents.Transfer && by.Role == agents.RoleAgent {
		return nil, &agents.Forbidden{Permission: agents.MayAssign, Brand: lumen}
	}
	m.mu.Lock()
	if s := m.stand[customer]; s != nil && s.Owner != "" && s.Owner != by.ID {
		defer m.mu.Unlock()
		return nil, &agents.Refusal{Code: conversation.RefusedOwned, Owner: s.Owner, Missed: slices.Clone(m.threads[customer])}
	}
	m.mu.Unlock()
	m.say(customer, by.ID, a.Text)
	m.mu.Lock()
	defer m.mu.Unlock()
	return &agents.Done{Version: m.stand[customer].Version, Conversation: agents.Detail{Summary: *m.stand[customer]}}, nil
}

func (m *memory) Head(context.Context, agents.Agent, conversation.BrandID) (int64, string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return int64(len(m.rows)), m.epoch, nil
}

func (m *memory) Since(_ context.Context, _ agents.Agent, _ conversation.BrandID, after int64, limit int) ([]agents.Change, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	changes := make(map[conversation.CustomerID]*agents.Change)
	told := make(map[string]bool)
	for seq := after + 1; seq <= min(after+int64(limit), int64(len(m.rows))); seq++ {
		r := m.rows[seq-1]
		c := changes[r.customer]
		if c == nil {
			s := *m.stand[r.customer]
			c = &agents.Change{Brand: lumen, Customer: r.customer, Conversation: &s}
			changes[r.customer] = c
		}
		for _, e := range m.threads[r.customer] {
			if !told[e.ID] && (r.message == e.ID || r.version > 0 && e.Version >= r.version) {
				c.Entries = append(c.Entries, e)
				told[e.ID] = true
			}
		}
		c.Seq = seq
	}
	var list []agents.Change
	for _, c := range changes {
		list = append(list, *c)
	}
	slices.SortFunc(list, func(a, b agents.Change) int { return cmp.Compare(a.Seq, b.Seq) })
	return list, nil
}

func (m *memory) Canned() []agents.Canned {
	return []agents.Canned{{ID: "bonjour", Title: "Bonjour", Text: map[string]string{"fr": "Bonjour {name}"}}}
}

func (m *memory) Templates(context.Context, agents.Agent, conversation.BrandID, conversation.CustomerID) ([]agents.Template, error) {
	return nil, gateway.ErrNotFound
}

func (m *memory) Read(context.Context, agents.Agent, conversation.BrandID, conversation.CustomerID, string, map[string]string) (agents.Reading, error) {
	return agents.Reading{}, gateway.ErrNotFound
}

func (m *memory) PresenceSeen(_ context.Context, ids []conversation.AgentID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range ids {
		m.here[id] = true
	}
	return nil
}

func (m *memory) TakeBack() time.Duration { return 5 * time.Second }

func (m *memory) Attached(context.Context, agents.Agent, conversation.BrandID, conversation.CustomerID, conversation.MessageID, int) (agents.Attached, error) {
	return agents.Attached{}, gateway.ErrNotFound
}

func (m *memory) LoggedOut(context.Context, agents.Agent) error { return nil }

func (m *memory) LogoutAgent(_ context.Context, _ agents.Agent, id conversation.AgentID) error {
	m.change(id, func(a *agents.Agent) { a.Revoked = time.Now().Add(time.Second) })
	return nil
}

func (m *memory) FindSession(_ context.Context, token string) ([]byte, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.sessions[token]
	return s.data, ok && s.expiry.After(time.Now()), nil
}

func (m *memory) CommitSession(_ context.Context, token string, data []byte, expiry time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sessions[token] = stored{data, expiry}
	return nil
}

func (m *memory) DeleteSession(_ context.Context, token string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.sessions, token)
	return nil
}
