package store

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// hot is every statement of a group.
var hot = map[string]*statement{
	"addCommit": addCommit, "addKeys": addKeys,
	"findAddresses": findAddresses, "findAccounts": findAccounts, "lockAccounts": lockAccounts,
	"addAddresses": addAddresses, "addAccounts": addAccounts, "moveAccounts": moveAccounts,
	"addCustomers": addCustomers, "addConversations": addConversations,
	"lockCustomers": lockCustomers, "readCustomers": readCustomers, "readConversations": readConversations, "readUnderWay": readUnderWay,
	"changeConversations": changeConversations, "changeCustomers": changeCustomers,
	"askedMessages": askedMessages, "addReceived": addReceived, "addMessages": addMessages,
	"cancelMessages": cancelMessages, "postMessages": postMessages, "headMessages": headMessages,
	"readAttempts": readAttempts, "readBound": readBound, "writeAttempts": writeAttempts, "holdAttempts": holdAttempts,
	"takeTimers": takeTimers, "setTimers": setTimers, "unsetTimers": unsetTimers,
	"addConsents": addConsents, "addJobs": addJobs, "endJobs": endJobs, "addPoison": addPoison, "addCodes": addCodes,
	"addPrompts": addPrompts, "changePrompts": changePrompts, "deliveries": deliveries, "clickCodes": clickCodes,
	"putTickets": putTickets, "dropTickets": dropTickets, "addNotes": addNotes, "putHandoffs": putHandoffs, "queuedMessages": queuedMessages, "addMentions": addMentions, "addWords": addWords,
	"addMerged": addMerged, "findMerged": findMerged, "formersOf": formersOf, "addressesOf": addressesOf, "accountsOf": accountsOf, "moveAddress": moveAddress,
	"takeCustomers": takeCustomers, "overturning": overturning, "timersOf": timersOf, "closeHandoffs": closeHandoffs, "raiseMessages": raiseMessages,
	"takeSeq": takeSeq, "takeChained": takeChained, "findSuppressed": findSuppressed, "moveHead": moveHead, "addEvents": addEvents,
}

// polled is what is asked again and again beside the groups, of one brand or
// of all.
var polled = map[string]*statement{
	"readyMessages": readyMessages, "lapsedMessages": lapsedMessages, "overdueMessages": overdueMessages,
	"dueTimers": dueTimers, "takeJobs": takeJobs, "takeEvents": takeEvents, "moveJob": moveJob, "readPrompt": readPrompt, "readPrompts": readPrompts, "promptThread": promptThread, "flightOf": flightOf, "outbound": outbound,
	"boundMessages": boundMessages, "thread": thread, "threadBefore": threadBefore, "ledger": ledger, "readChain": readChain, "lastChained": lastChained, "consentsOf": consentsOf,
	"oldMessages": oldMessages, "windowOfNotes": windowOfNotes, "windowOfPrompts": windowOfPrompts, "windowOfPeople": windowOfPeople, "waitingOf": waitingOf,
	"pageMessages": pageMessages, "pageNotes": pageNotes, "pageTexts": pageTexts, "readRequest": readRequest,
	"readLog": readLog, "readAPIKey": readAPIKey, "readAnswer": readAnswer, "readCode": readCode, "readLink": readLink,
	"lockAgents": lockAgents, "countHeld": countHeld, "countOffers": countOffers, "setSeen": setSeen, "readHandled": readHandled, "readAgent": readAgent, "readByEmail": readByEmail,
	"findSession": findSession, "deleteSession": deleteSession, "endSessions": endSessions,
	"listMine": listMine, "listQueue": listQueue, "listAll": listAll, "listBot": listBot,
	"countMine":    countMine,
	"lastMessages": lastMessages, "changedAt": changedAt, "readNotes": readNotes, "readNotesBefore": readNotesBefore,
	"readAudit": readAudit, "readActs": readActs, "readActsOf": readActsOf, "openIncidents": openIncidents,
	"readMentions": readMentions, "mentionsIn": mentionsIn, "countUnread": countUnread, "markRead": markRead,
	"newMessages": newMessages, "newNotes": newNotes, "findFTS": findFTS,
	"readHandoffs": readHandoffs,
	"readBulk":     readBulk, "readBulks": readBulks, "moveBulk": moveBulk, "takeBulk": takeBulk, "keepBulk": keepBulk,
	"tallyBulk": tallyBulk, "unsentPrompts": unsentPrompts, "pageCustomers": pageCustomers,
	"foundMessages": foundMessages, "foundNotes": foundNotes,
	"findWords": findWords, "findPhone": findPhone, "readDraft": readDraft, "readActed": readActed,
}

var (
	ofBrand = regexp.MustCompile(`(?i)\bbrand = \$1\b`)
	from    = regexp.MustCompile(`(?i)\bfrom (messages|customers|conversations|timers|addresses|accounts|jobs|events|keys) `)
)

// Citus sends a statement to the brand's machine when every table in it is
// held to the brand that is argument 1, and an insertion when it selects from
// the brand's own row.
func TestEveryStatementOfAGroupStaysWithinTheBrand(t *testing.T) {
	for name, s := range hot {
		t.Run(name, func(t *testing.T) {
			text := s.postgres
			if strings.HasPrefix(text, "insert") {
				if !strings.Contains(text, "from brands b") || !strings.Contains(text, "where b.brand = $1") {
					t.Errorf("the insertion does not select from the brand's row: %s", text)
				}
				return
			}
			if tables, held := len(from.FindAllString(text, -1)), len(ofBrand.FindAllString(text, -1)); held < max(tables, 1) {
				t.Errorf("%d tables, %d held to the brand: %s", tables, held, text)
			}
			if strings.Contains(text, "with x as") {
				t.Errorf("a writing WITH is pulled to the coordinator: %s", text)
			}
		})
	}
}

// On SQLite a statement that reads a whole table is right as long as the
// table is small, so only its plan shows it.
func TestNoStatementOfSQLiteReadsAWholeTable(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "causette.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Partial and ordered indexes are read whole on purpose: what is in flight
	// is little, and what is due is read from its first.
	fine := regexp.MustCompile(`SCAN (u|\w+ VIRTUAL TABLE.*|json_each.*|.* USING (COVERING )?INDEX (bulks_work|messages_posting|timers_due|jobs_asked)|CONSTANT ROW|\(subquery-\d+\)|r|u\d|one|o)\b`)
	for _, list := range []map[string]*statement{hot, polled} {
		for name, st := range list {
			t.Run(name, func(t *testing.T) {
				args := make([]any, len(st.order))
				for i := range args {
					args[i] = "[]"
				}
				rows, err := s.db.QueryContext(t.Context(), "explain query plan "+s.read.timed(st), args...)
				if err != nil {
					t.Fatal(err)
				}
				defer rows.Close()
				for rows.Next() {
					var id, parent, unused int
					var line string
					if err := rows.Scan(&id, &parent, &unused, &line); err != nil {
						t.Fatal(err)
					}
					if strings.HasPrefix(line, "SCAN") && !fine.MatchString(line) {
						t.Errorf("%s", line)
					}
					if strings.HasSuffix(line, "(brand=?)") && !strings.Contains(line, "SEARCH brands ") {
						t.Errorf("it reads all of the brand: %s", line)
					}
				}
				if err := rows.Err(); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}

func TestAStatementKnowsTheOrderOfItsArguments(t *testing.T) {
	s := rows("", "update t set a = $3, b = $4 where brand = $1 and id = $2 and c <> $3")
	if want := "update t set a = ?, b = ? where brand = ? and id = ? and c <> ?"; s.sqlite != want {
		t.Errorf("got %q, want %q", s.sqlite, want)
	}
	if len(s.order) != 5 || s.order[0] != 2 || s.order[2] != 0 || s.order[4] != 2 {
		t.Errorf("order %v", s.order)
	}
}

func TestTheSchemaSpeaksBothDialects(t *testing.T) {
	text := "create table t (a ident not null, b bytea) -- postgres: with (fillfactor = 70)\n-- sqlite: without rowid\n;"
	for e, want := range map[engine]string{
		postgres:     "create table t (a text collate \"C\" not null, b bytea)  with (fillfactor = 70)\n-- sqlite: without rowid\n;",
		sqliteEngine: "create table t (a text not null, b blob) -- postgres: with (fillfactor = 70)\n without rowid\n;",
	} {
		if got := dialect(text, e); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
