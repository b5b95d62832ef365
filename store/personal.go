package store

import "fmt"

// holding is a table that holds something of customers: how an export shows it,
// and what an erasure does with it. A table with a column customer that is not
// here fails a test.
type holding struct {
	table    string
	customer string   // the column that says whose; "" is customer
	key      string   // the rest of the primary key after the brand, by which rows go in batches
	index    string   // by which SQLite finds a customer's rows; "" where it does by itself
	section  string   // of the export; "" is told elsewhere in it
	times    []string // columns in microseconds
	objects  []string // columns that hold JSON, or "" for none
	stays    bool     // an erasure does not delete its rows: erase.go says what it does
	merges   merging  // what becomes of its rows when the customer turns out to be another
}

// merging is what becomes of a customer's rows when merge.go makes them another's.
type merging int

const (
	moves   merging = iota // they are the other's
	yields                 // as moves, but where the other has a row with the same key, that one stays
	goes                   // the other's own row says all
	remains                // under the former id, which the table merged knows
)

var personal = []holding{
	{table: "customers", customer: "id", key: "id", section: "customer", times: []string{"created", "changed"}, objects: []string{"profile"}, stays: true, merges: goes},
	{table: "addresses", key: "address", section: "addresses", stays: true},
	{table: "accounts", key: "account", section: "accounts", stays: true},
	{table: "conversations", key: "customer", section: "conversation", times: []string{"changed"}, objects: []string{"data"}, stays: true, merges: goes},
	{table: "tickets", key: "customer", section: "desk", times: []string{"queued", "waits", "until", "changed", "hold", "due", "resolve_by"}, merges: goes},
	{table: "timers", key: "name", section: "timers", times: []string{"due"}, merges: goes},
	{table: "messages", key: "id", index: "messages_thread", section: "messages", times: []string{"created", "not_before", "expires", "deadline", "lease", "first_posted", "changed"}, objects: []string{"media", "detail", "content"}, stays: true},
	{table: "notes", key: "id", section: "notes", times: []string{"at"}, objects: []string{"steps", "data"}, stays: true},
	{table: "consents", key: "event", section: "consents", times: []string{"at"}, objects: []string{"evidence", "promise"}, stays: true, merges: remains},
	{table: "prompts", key: "id", index: "prompts_customer", section: "prompts", times: []string{"created", "changed"}, objects: []string{"request", "verdict"}},
	{table: "codes", key: "code", index: "codes_customer", section: "links", times: []string{"expires", "clicked"}},
	{table: "jobs", key: "id", section: "jobs", times: []string{"due"}, objects: []string{"payload"}},
	{table: "handoffs", key: "began", section: "handoffs", times: []string{"began", "answered", "closed"}, merges: yields},
	{table: "drafts", key: "agent", section: "drafts", times: []string{"at"}, merges: yields},
	{table: "mentions", key: "note", index: "mentions_customer", section: "mentions", times: []string{"read"}},
	{table: "words", key: "word", index: "words_customer", section: "search_words", merges: yields},
	{table: "texts", key: "id", index: "texts_customer", stays: true}, // the words of messages and notes
	{table: "poison", key: "event", section: "failed_events", times: []string{"at"}, objects: []string{"body"}},
	{table: "events", key: "seq", section: "log", times: []string{"at"}, objects: []string{"payload"}, stays: true, merges: remains},
	{table: "audit", key: "id", section: "audit", times: []string{"at"}, objects: []string{"detail"}, stays: true, merges: remains}, // holds no more of them than the id
	{table: "merged", key: "former", index: "merged_customer", section: "merged", times: []string{"at"}, stays: true},
	{table: "privacy_requests", key: "id", index: "privacy_customer", section: "requests", times: []string{"asked", "due", "done"}, stays: true},
}

func (h *holding) whose() string {
	if h.customer != "" {
		return h.customer
	}
	return "customer"
}

// rows reads a customer's rows, in the order of their keys.
func (h *holding) rows() *statement {
	return both(fmt.Sprintf(`select * from %s where brand = $1 and %s = $2 order by %s`, h.from(), h.whose(), h.key))
}

// drop deletes a batch of a customer's rows.
func (h *holding) drop() *statement {
	return both(fmt.Sprintf(`delete from %s where brand = $1 and %s = $2 and %s in (select %[3]s from %[1]s where brand = $1 and %[2]s = $2 limit $3)`,
		h.from(), h.whose(), h.key))
}

func (h *holding) from() string {
	if h.index == "" {
		return h.table
	}
	return h.table + " /* indexed by " + h.index + " */"
}

// Personal names every table that holds something of customers, with its section
// of the export; "" where another section tells it.
func Personal() map[string]string {
	all := make(map[string]string, len(personal))
	for i := range personal {
		all[personal[i].table] = personal[i].section
	}
	return all
}
