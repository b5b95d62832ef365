package store

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// With CAUSETTE_PROOF=1 a million texts of 100,000 customers are looked through,
// in less than 100 ms each, and what is open at a desk of that size is counted in less than 300;
// else there are few, and only the answers are looked at.
func TestProofALargeDeskFindsTextsAndCountsAtOnce(t *testing.T) {
	customers, each, bound := 500, 4, time.Hour
	if os.Getenv("CAUSETTE_PROOF") == "1" {
		customers, each, bound = 100_000, 10, 100*time.Millisecond
	}
	for engine, url := range engines {
		t.Run(engine, func(t *testing.T) {
			s := openMigrated(t, url(t))
			begun := time.Now()
			written := say(t, s, customers, each)
			t.Logf("%d texts written in %v", customers*each, time.Since(begun).Round(time.Millisecond))
			begun = time.Now()
			indexed := 0
			for {
				n, err := s.IndexTexts(t.Context(), 0, 500)
				if err != nil {
					t.Fatal(err)
				}
				if n == 0 {
					break
				}
				indexed += n
			}
			t.Logf("%d indexed in %v, %v each", indexed, time.Since(begun).Round(time.Millisecond), (time.Since(begun) / time.Duration(indexed)).Round(100*time.Nanosecond))
			brands := []conversation.BrandID{"lumen"}
			find := func(q, before string) func() int {
				return func() int {
					list, err := s.FindTexts(t.Context(), brands, q, before, 50)
					if err != nil {
						t.Fatal(err)
					}
					return len(list)
				}
			}
			middle := fmt.Sprintf("m%09d", customers*each/2)
			for _, c := range []struct {
				what string
				want int
				do   func() int
				most time.Duration
			}{
				{"a word that many say", min(50, written["bonjour"]), find("bonjour", ""), bound},
				{"its beginning", 50, find("bonj", ""), bound},
				{"two letters", 50, find("bo", ""), bound},
				{"two words that many say", 50, find("bonjour colis", ""), bound},
				{"a rare word", min(50, written["mot00999"]), find("mot00999", ""), bound},
				{"a rare word and a frequent one", 1, find("bonjour unique000007", ""), bound},
				{"what only the oldest said", 1, find("unique000000", ""), bound},
				{"what nobody said", 0, find("jamais", ""), bound},
				{"two words that nobody said together", 0, find("unique000014 unique000007", ""), bound},
				{"on from the middle", 50, find("bonj", middle), bound},
				{"the desk's figures", (customers + 8) / 9, func() int {
					f, err := s.Floor(t.Context(), "lumen", time.Unix(1e9, 0))
					if err != nil {
						t.Fatal(err)
					}
					n := 0
					for _, of := range f.Reasons {
						n += of
					}
					return n
				}, 3 * bound},
				{"a report of a week", 7, func() int {
					desk := agents.New(agents.Options{Store: s, Brands: []agents.Brand{{ID: "lumen"}}})
					r, err := desk.Report(t.Context(), supervisor, agents.ReportQuery{Name: agents.AnswersReport, From: time.Unix(864e6, 0), To: time.Unix(864e6+7*86400, 0)})
					if err != nil {
						t.Fatal(err)
					}
					return len(r.Rows)
				}, 3 * bound},
			} {
				var took []time.Duration
				for range 5 {
					begun := time.Now()
					if got := c.do(); got != c.want {
						t.Fatalf("%s: %d, want %d", c.what, got, c.want)
					}
					took = append(took, time.Since(begun))
				}
				slices.Sort(took)
				t.Logf("%-36s median %v, worst of 5 %v", c.what, took[2].Round(10*time.Microsecond), took[4].Round(10*time.Microsecond))
				if took[2] > c.most {
					t.Errorf("%s took %v, want less than %v", c.what, took[2], c.most)
				}
			}
		})
	}
}

// say makes so many customers say so much: a few words of every text are said
// by many, others by few, and each seventh customer's first text has a word of
// its own. A ninth of them wait for a person. It counts how often each word was said.
func say(t *testing.T, s *Store, customers, each int) map[string]int {
	t.Helper()
	random := rand.New(rand.NewPCG(7, 11))
	frequent := rand.NewZipf(random, 1.1, 4, 20_000)
	said := make(map[string]int)
	const batch = 500
	n := 0
	for from := 0; from < customers; from += batch {
		var who []gateway.Who
		for i := range batch {
			who = append(who, gateway.Who{Address: conversation.Address(fmt.Sprintf("+33600%06d", from+i))})
		}
		err := s.Group(t.Context(), gateway.GroupID(fmt.Sprintf("g%d", from)), []conversation.BrandID{"lumen"}, func(tx gateway.Tx) error {
			rows, err := tx.Lock(t.Context(), "lumen", who)
			if err != nil {
				return err
			}
			w := gateway.Writes{Rows: rows}
			for i, r := range rows {
				if (from+i)%9 == 0 {
					r.Conversation.Desk = &conversation.Desk{Status: conversation.DeskQueued, Reason: "asked", Began: time.Unix(int64(864e6+from+i), 0),
						Queued: time.Unix(int64(864e6+from+i), 0), Waits: time.Unix(int64(864e6+from+i), 0), Due: time.Unix(1e9, 0)}
					r.DeskChanged = true
					w.Handoffs = append(w.Handoffs, gateway.HandoffRow{Customer: r.Conversation.Customer.ID, Reason: "asked",
						Began: time.Unix(int64(864e6+from+i), 0), Answered: time.Unix(int64(864e6+from+2*i), 0)})
				}
				for k := range each {
					var words []string
					if random.IntN(5) < 2 {
						words = append(words, "Bonjour")
						said["bonjour"]++
					}
					if random.IntN(5) == 0 {
						words = append(words, "colis")
					}
					for range 8 {
						word := fmt.Sprintf("mot%05d", frequent.Uint64())
						words = append(words, word)
					}
					if k == 0 && (from+i)%7 == 0 {
						words = append(words, fmt.Sprintf("unique%06d bonjour", from+i))
					}
					if strings.Contains(strings.Join(words, " "), "mot00999") {
						said["mot00999"]++
					}
					w.Received = append(w.Received, gateway.InboundRow{ID: conversation.MessageID(fmt.Sprintf("m%09d", n)), Customer: r.Conversation.Customer.ID,
						Inbound: conversation.Inbound{Channel: "lumen-sms", Medium: conversation.SMS, Text: strings.Join(words, " "), At: time.Unix(int64(n), 0)}})
					n++
				}
			}
			return tx.Write(t.Context(), "lumen", w)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return said
}
