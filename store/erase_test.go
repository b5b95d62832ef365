package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/store"
	"github.com/causette/causette/store/pgtest"
)

// filed is a database with two customers who are in every table.
type filed struct {
	*testing.T
	*store.Store
	raw      *sql.DB
	file     string // SQLite's
	forgot   []string
	refuse   error        // of the folder of media
	passed   atomic.Int64 // nanoseconds of SQLite's clock, which is read on the side too
	zoe, bea conversation.CustomerID
}

// person is what is kept of somebody, by words that nothing else has.
type person struct {
	phone              conversation.Address
	first, last, email string
	account, word      string
	tag                string // in ids, which may stay
}

var (
	zoe = person{"+33699887766", "Zoélie", "Vandenbroucke", "zoelie.v@exemple.test", "boutique-4711", "xylophonemauve", "z1"}
	bea = person{"+33611223344", "Béatrix", "Quatremains", "beatrix.q@exemple.test", "boutique-4712", "parapluievert", "b1"}
)

// lid is how the person was known before their number was.
func (p person) lid() conversation.Address { return conversation.Address("lid:4477" + p.account[9:]) }

func onEachEngine(t *testing.T, do func(*filed)) {
	for engine, open := range map[string]func(t *testing.T) (driver, url, file string){
		"sqlite": func(t *testing.T) (string, string, string) {
			f := filepath.Join(t.TempDir(), "causette.db")
			return "sqlite", f, f
		},
		"postgres": func(t *testing.T) (string, string, string) { return "pgx", pgtest.URL(t), "" },
	} {
		t.Run(engine, func(t *testing.T) {
			driver, url, file := open(t)
			f, begun := &filed{T: t, file: file}, time.Now()
			s, err := store.Open(t.Context(), url, store.Options{Logger: slog.New(slog.DiscardHandler), Clock: func() time.Time { return begun.Add(time.Duration(f.passed.Load())) },
				Forget: func(u string) error { f.forgot = append(f.forgot, u); return f.refuse }})
			f.must(err)
			f.Store = s
			f.must(s.Migrate(t.Context()))
			f.raw, err = sql.Open(driver, url)
			f.must(err)
			t.Cleanup(func() { f.must(errors.Join(f.raw.Close(), s.Close())) })
			f.zoe, f.bea = f.fill(zoe), f.fill(bea)
			for {
				n, err := s.IndexTexts(t.Context(), 0, 100)
				f.must(err)
				if n == 0 {
					break
				}
			}
			do(f)
		})
	}
}

func (f *filed) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// fill puts somebody into every table.
func (f *filed) fill(p person) (id conversation.CustomerID) {
	f.Helper()
	ctx := f.Context()
	named := fmt.Sprintf("%s %s %s %s %s", p.word, p.first, p.last, p.phone, p.email)
	f.must(f.Group(ctx, gateway.GroupID("l"+p.tag), []conversation.BrandID{lumen}, func(tx gateway.Tx) error {
		rows, err := tx.Lock(ctx, lumen, []gateway.Who{{Address: p.lid()}, {Address: p.phone}}) // not known yet to be one person
		if err != nil {
			return err
		}
		id := rows[0].Conversation.Customer.ID
		if err := tx.Write(ctx, lumen, gateway.Writes{Consents: []gateway.ConsentRow{{Customer: id, Event: conversation.EventID("lid:" + p.tag), Consent: conversation.Consent{
			Medium: conversation.WhatsApp, Purpose: conversation.Marketing, State: conversation.Given, Source: "keyword", Wording: "Oui, " + p.first, Evidence: map[string]string{"text": named}, At: tx.Now()}}}}); err != nil {
			return err
		}
		_, err = tx.Append(ctx, lumen, []gateway.Entry{{Type: "message.received", Customer: id, Version: 1, Payload: []byte(`{"text":"` + named + `"}`), At: tx.Now()}})
		return err
	}))
	f.must(f.Group(ctx, gateway.GroupID("g"+p.tag), []conversation.BrandID{lumen}, func(tx gateway.Tx) error {
		rows, err := tx.Lock(ctx, lumen, []gateway.Who{{Address: p.phone, Alias: p.lid(), Account: p.account}})
		if err != nil {
			return err
		}
		r, now := rows[0], tx.Now()
		c := &r.Conversation
		id = c.Customer.ID
		c.Customer.First, c.Customer.Last, c.Customer.Email = p.first, p.last, p.email
		c.Slots = map[string]string{"said": named}
		c.Desk = &conversation.Desk{Status: conversation.DeskQueued, Priority: conversation.High, Reason: "asked", Queued: now}
		r.CustomerChanged, r.DeskChanged, r.NamesChanged = true, true, true
		note := gateway.NoteRow{ID: conversation.MessageID("n" + p.tag), Customer: id, Event: "act:1", Kind: "note", Agent: "lea", Type: "agent.noted", Text: "note " + named, At: now, Mentions: []conversation.AgentID{"theo"}}
		w := gateway.Writes{
			Rows: []*gateway.Row{r}, Notes: []gateway.NoteRow{note},
			Handoffs: []gateway.HandoffRow{{Customer: id, Began: now, Reason: "asked"}},
			Set:      []gateway.TimerRef{{Brand: lumen, Customer: id, Timer: conversation.Timer{Name: "x", Due: now.Add(time.Hour), Payload: named}}},
			Jobs:     []gateway.JobRow{{Brand: lumen, Customer: id, Job: conversation.Job{ID: "j" + p.tag, Kind: "reorder", Payload: []byte(`{"to":"` + named + `"}`)}, Due: now.Add(time.Hour)}},
			Codes:    []gateway.CodeRow{{Customer: id, Code: conversation.Code{Code: "c" + p.tag, Kind: "link", URL: "https://lumen.example/" + p.word, Expires: now.Add(time.Hour)}}},
			Poison:   []gateway.Poison{{Customer: id, Event: conversation.EventID("p" + p.tag), Body: []byte(`{"text":"` + named + `"}`), Error: "panic: " + named, At: now}, {Event: conversation.EventID("q" + p.tag), Body: []byte(`{"from":"` + string(p.phone) + `"}`), At: now}},
			Prompts:  []gateway.PromptRow{{ID: "prompt" + p.tag, Customer: id, Status: conversation.PromptQueued, Request: conversation.Prompt{ID: "prompt" + p.tag, To: p.phone, Text: named}, Created: now, Changed: now}},
			Messages: []gateway.Outbound{{Message: conversation.Message{Channel: "lumen-sms", Medium: conversation.SMS, To: p.phone, Text: "Bonjour " + named, Purpose: conversation.Answer},
				ID: conversation.MessageID("a" + p.tag), Customer: id, Author: "assistant", Version: 1, Created: now, Status: gateway.Queued}},
		}
		for i := range 120 { // more than a batch
			w.Received = append(w.Received, gateway.InboundRow{ID: conversation.MessageID(fmt.Sprintf("m%s%03d", p.tag, i)), Customer: id, Version: 1, Inbound: conversation.Inbound{
				Carrier: conversation.CarrierID(fmt.Sprint("SM", p.tag, i)), Channel: "lumen-sms", Medium: conversation.SMS, From: p.phone, Text: fmt.Sprint("Bonjour, je suis ", named, i),
				Media: []conversation.Media{{URL: fmt.Sprintf("media:lumen/%s-%03d.jpg", p.tag, i), Type: "image/jpeg"}}, Name: p.first, At: now}})
		}
		for i := range 3 {
			w.Consents = append(w.Consents, gateway.ConsentRow{Customer: id, Event: conversation.EventID("in:" + p.tag), Ordinal: i, Consent: conversation.Consent{
				Medium: conversation.SMS, Purpose: conversation.Marketing, State: conversation.Given, Source: "keyword", Wording: "Oui, " + p.first, Evidence: map[string]string{"text": named}, At: now}})
		}
		if err := tx.Write(ctx, lumen, w); err != nil {
			return err
		}
		_, err = tx.Append(ctx, lumen, []gateway.Entry{{Type: "message.received", Customer: id, Version: 1, Payload: []byte(`{"text":"` + named + `"}`), At: now}, {Type: "desk.opened", At: now, Payload: []byte("{}")}})
		return err
	}))
	f.must(f.PutDraft(ctx, "lea", lumen, id, "brouillon "+named, time.Now()))
	_, err := f.PutAnswer(ctx, lumen, "k"+p.tag, gateway.Answer{Request: "r", Status: 202, Type: "application/json", Body: []byte(`{"to":"` + string(p.phone) + `"}`), At: time.Now()})
	f.must(err)
	f.must(f.PutPrivacyRequest(ctx, agents.PrivacyRequest{ID: "r" + p.tag, Brand: lumen, Customer: id, Kind: agents.PrivacyExport, Status: agents.PrivacyDone, Asked: time.Now(), Due: time.Now()}))
	f.must(f.AddAudit(ctx, agents.Audited{ID: "u" + p.tag, Agent: "lea", Kind: "privacy.exported", Brand: lumen, Customer: id, At: time.Now()}))
	f.exec("insert into consents (brand, customer, event, ordinal, medium, purpose, state, source, wording, evidence, rule, at) values ('lumen', '" + string(id) + "', 'old', 0, 'sms', 'marketing', 'given', 'import', '" + p.first + "', '', '', 1)")
	f.exec("update brands set unchained = unchained + 1, chain_seal = ''")
	return id
}

func (f *filed) exec(text string) {
	f.Helper()
	_, err := f.raw.ExecContext(context.Background(), text)
	f.must(err)
}

// columns lists each table with its columns.
func (f *filed) columns() map[string][]string {
	f.Helper()
	query := "select table_name, column_name from information_schema.columns where table_schema = 'public'"
	if f.file != "" {
		query = "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' and m.name not like 'texts_words%' and m.name not like 'sqlite_%'"
	}
	rows, err := f.raw.QueryContext(f.Context(), query)
	f.must(err)
	defer rows.Close()
	all := map[string][]string{}
	for rows.Next() {
		var table, column string
		f.must(rows.Scan(&table, &column))
		all[table] = append(all[table], column)
	}
	f.must(rows.Err())
	return all
}

// traces lists where anything of a person stands, in any column of any table and,
// on SQLite, in the files.
func (f *filed) traces(p person) (found []string) {
	f.Helper()
	marks := []string{strings.TrimPrefix(string(p.phone), "+"), string(p.lid()), p.first, p.last, p.email, p.account, p.word, strings.ToLower(p.last)}
	for table, columns := range f.columns() {
		rows, err := f.raw.QueryContext(f.Context(), "select * from "+table)
		f.must(err)
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		for rows.Next() {
			f.must(rows.Scan(into...))
			for i, v := range values {
				b, isBytes := v.([]byte)
				if !isBytes {
					b = []byte(fmt.Sprint(v))
				}
				for _, m := range marks {
					if bytes.Contains(b, []byte(m)) {
						found = append(found, fmt.Sprintf("%s.%s holds %s: %.80s", table, columns[i], m, b))
					}
				}
			}
		}
		f.must(errors.Join(rows.Err(), rows.Close()))
	}
	if f.file == "" {
		return found
	}
	files, err := filepath.Glob(f.file + "*")
	f.must(err)
	for _, name := range files {
		b, err := os.ReadFile(name)
		f.must(err)
		for _, m := range marks {
			if at := bytes.Index(b, []byte(m)); at >= 0 {
				found = append(found, fmt.Sprintf("%s holds %s: …%.60q", filepath.Base(name), m, b[max(at-30, 0):at]))
			}
		}
	}
	return found
}

func (f *filed) proof() gateway.Proof {
	f.Helper()
	secret, err := f.Secret(f.Context())
	f.must(err)
	p, err := secret.Verify(f.Context(), f.Store, lumen)
	f.must(err)
	return p
}

// export is a customer's document, by section.
func (f *filed) export(id conversation.CustomerID) map[string]json.RawMessage {
	f.Helper()
	var out bytes.Buffer
	f.must(f.ExportCustomer(f.Context(), lumen, id, &out))
	var sections map[string]json.RawMessage
	if err := json.Unmarshal(out.Bytes(), &sections); err != nil {
		f.Fatalf("%v: %s", err, out.Bytes())
	}
	return sections
}

func TestEveryTableThatHoldsSomethingOfACustomerIsExportedAndErased(t *testing.T) {
	onEachEngine(t, func(f *filed) {
		known := store.Personal()
		for table, columns := range f.columns() {
			if _, there := known[table]; slices.Contains(columns, "customer") && !there {
				t.Errorf("table %s has customers: put it into store/personal.go, so that it is exported and erased", table)
			}
		}
		sections := f.export(f.zoe)
		for table, section := range known {
			var n int
			whose := "customer"
			if table == "customers" {
				whose = "id"
			}
			f.must(f.raw.QueryRowContext(t.Context(), fmt.Sprintf("select count(*) from %s where %s = '%s' or '%[1]s' in ('consents', 'events') and %[2]s = (select former from merged where customer = '%[3]s')", table, whose, f.zoe)).Scan(&n))
			if n == 0 {
				t.Errorf("this test fills nothing into %s: it proves nothing of it", table)
			}
			if section == "" {
				continue
			}
			var rows []map[string]any
			if err := json.Unmarshal(sections[section], &rows); err != nil || len(rows) != n {
				t.Errorf("section %s has %d rows of %d, %v", section, len(rows), n, err)
			}
		}
		text := fmt.Sprint(sections)
		if strings.Contains(text, bea.word) || strings.Contains(text, string(f.bea)) {
			t.Error("another customer stands in the document")
		}
		if err := f.ExportCustomer(t.Context(), lumen, "nobody", io.Discard); !errors.Is(err, gateway.ErrNotFound) {
			t.Errorf("nobody: %v", err)
		}
	})
}

func TestAnErasureLeavesNoTraceAndTheChainWhole(t *testing.T) {
	onEachEngine(t, func(f *filed) {
		secret, err := f.Secret(t.Context())
		f.must(err)
		head, _, err := f.LedgerHead(t.Context(), lumen)
		f.must(err)
		f.exec("update brands set chain_seal = '" + secret.Seal(lumen, head) + "'")
		if p := f.proof(); p.Broken != nil || p.Rows != 8 || p.Unchained != 2 {
			t.Fatalf("before: %+v %+v", p, p.Broken)
		}
		if len(f.traces(zoe)) == 0 {
			t.Fatal("nothing to erase")
		}
		others := f.export(f.bea)

		f.must(f.EraseCustomer(t.Context(), lumen, f.zoe, "erasure"))
		for _, trace := range f.traces(zoe) {
			t.Error(trace)
		}
		if p := f.proof(); p.Broken != nil || p.Rows != 8 || p.Erased != 4 || p.Unchained != 2 {
			t.Errorf("after: %+v %+v", p, p.Broken)
		}
		if len(f.forgot) != 120 || f.forgot[7] != "media:lumen/z1-007.jpg" {
			t.Errorf("files: %v", f.forgot)
		}
		for section, rows := range f.export(f.bea) {
			if section != "exported" && !bytes.Equal(rows, others[section]) {
				t.Errorf("%s of somebody else changed:\n%s\n%s", section, others[section], rows)
			}
		}
		if found, err := f.FindTexts(t.Context(), []conversation.BrandID{lumen}, "xylophone", "", 10); err != nil || len(found) != 0 {
			t.Errorf("found %v, %v", found, err)
		}
		if found, err := f.FindTexts(t.Context(), []conversation.BrandID{lumen}, "parapluie", "", 500); err != nil || len(found) == 0 {
			t.Errorf("somebody else's texts: found %v, %v", found, err)
		}
		log, err := f.Log(t.Context(), lumen, 0, 100)
		f.must(err)
		for i, e := range log {
			if e.Seq != int64(i+1) {
				t.Errorf("the log has a gap before %d", e.Seq)
			}
		}
		if last := log[len(log)-1]; last.Type != "customer.erased" || last.Customer != f.zoe {
			t.Errorf("the log ends with %+v", last)
		}
		if a, err := f.Answer(t.Context(), lumen, "kz1"); err != nil || len(a.Body) != 0 || a.Status != 202 {
			t.Errorf("the answer: %+v, %v: its key must stay", a, err)
		}
		if _, err := f.Conversation(t.Context(), lumen, gateway.Who{Address: zoe.phone}); !errors.Is(err, gateway.ErrNotFound) {
			t.Errorf("still known: %v", err)
		}
		f.must(f.EraseCustomer(t.Context(), lumen, f.zoe, "erasure")) // again is nothing

		// Who texts again is somebody new, withdrawn from marketing.
		f.must(f.Group(t.Context(), "again", []conversation.BrandID{lumen}, func(tx gateway.Tx) error {
			rows, err := tx.Lock(t.Context(), lumen, []gateway.Who{{Address: zoe.phone}})
			if err != nil {
				return err
			}
			if c := rows[0].Conversation.Customer; c.ID == f.zoe || c.Consent(conversation.SMS, conversation.Marketing) != conversation.Withdrawn || c.Silenced {
				t.Errorf("again: %+v", c)
			}
			return nil
		}))
	})
}

func TestWhatIsKeptOfCustomersGoesWhenItsTimeIsOver(t *testing.T) {
	onEachEngine(t, func(f *filed) {
		count := func(table string, of conversation.CustomerID) (n int) {
			f.must(f.raw.QueryRowContext(t.Context(), fmt.Sprintf("select count(*) from %s where customer = '%s'", table, of)).Scan(&n))
			return n
		}
		prune := func(k gateway.Keep) {
			f.passed.Add(int64(time.Millisecond))
			_, err := f.Prune(t.Context(), k, 1000)
			f.must(err)
		}
		prune(gateway.Keep{Messages: time.Hour, Notes: time.Hour, Prompts: time.Hour, Conversations: time.Hour})
		if count("messages", f.zoe) != 121 || count("notes", f.zoe) != 1 || count("prompts", f.zoe) != 1 || count("conversations", f.zoe) != 1 {
			t.Error("what is young went")
		}
		// Ids begin with the time that they were made at.
		f.exec("update messages set id = '00000000-0001-7000-8000-000000000001' where id = 'mz1007'")
		prune(gateway.Keep{Messages: time.Hour})
		if count("messages", f.zoe) != 120 || !slices.Equal(f.forgot, []string{"media:lumen/z1-007.jpg"}) {
			t.Errorf("%d messages, files %v", count("messages", f.zoe), f.forgot)
		}
		prune(gateway.Keep{Notes: time.Microsecond, Prompts: time.Microsecond})
		if count("notes", f.zoe)+count("mentions", f.zoe)+count("prompts", f.bea) != 0 {
			t.Error("notes, mentions or prompts stayed")
		}
		// Who waits for a person, or for a message, stays.
		prune(gateway.Keep{Conversations: time.Microsecond})
		f.exec("update tickets set status = 'resolved'")
		prune(gateway.Keep{Conversations: time.Microsecond})
		if count("conversations", f.zoe) != 1 || count("conversations", f.bea) != 1 {
			t.Fatal("somebody who waits went")
		}
		f.exec("update messages set stage = 'done', status = 'sent' where stage = 'queued' and customer = '" + string(f.zoe) + "'")
		prune(gateway.Keep{Conversations: time.Microsecond})
		if count("conversations", f.zoe) != 0 || count("messages", f.zoe) != 0 || count("conversations", f.bea) != 1 {
			t.Error("who was silent for long is still there")
		}
		if p := f.proof(); p.Rows != 8 || p.Erased != 4 {
			t.Errorf("the ledger: %+v", p)
		}
	})
}

func TestAnErasureThatWasCutOffGoesOn(t *testing.T) {
	onEachEngine(t, func(f *filed) {
		f.refuse = errors.New("the disk is away")
		if err := f.EraseCustomer(t.Context(), lumen, f.zoe, "erasure"); !errors.Is(err, f.refuse) {
			t.Fatalf("got %v", err)
		}
		if _, err := f.Conversation(t.Context(), lumen, gateway.Who{Customer: f.zoe}); !errors.Is(err, gateway.ErrNotFound) {
			t.Errorf("what finds the customer goes first: %v", err)
		}
		f.refuse = nil
		f.must(f.EraseCustomer(t.Context(), lumen, f.zoe, "erasure"))
		for _, trace := range f.traces(zoe) {
			t.Error(trace)
		}
	})
}

func TestAnErasureWaitsForWhatIsInFlight(t *testing.T) {
	onEachEngine(t, func(f *filed) {
		lease := time.Now().Add(time.Hour)
		post := func(lease time.Time) {
			f.must(f.Group(t.Context(), gateway.GroupID(fmt.Sprint("post", lease.UnixMicro())), []conversation.BrandID{lumen}, func(tx gateway.Tx) error {
				if _, err := tx.Lock(t.Context(), lumen, []gateway.Who{{Customer: f.zoe}}); err != nil {
					return err
				}
				return tx.Post(t.Context(), lumen, []gateway.Flight{{Message: "az1", Customer: f.zoe, Node: "n", Attempt: 1, Deadline: lease.Add(-12 * time.Second), Lease: lease}})
			}))
		}
		post(lease)
		var flying *gateway.InFlightError
		if err := f.EraseCustomer(t.Context(), lumen, f.zoe, "erasure"); !errors.As(err, &flying) || flying.Until.Unix() != lease.Unix() {
			t.Fatalf("got %v", err)
		}
		if _, err := f.Conversation(t.Context(), lumen, gateway.Who{Customer: f.zoe}); err != nil {
			t.Errorf("while it flies: %v", err)
		}
		post(time.Now().Add(-time.Hour)) // SQLite's clock stands since the test began
		f.must(f.EraseCustomer(t.Context(), lumen, f.zoe, "erasure"))
	})
}
