package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// seed is CAUSETTE_SEED, or always the same.
func seed(t *testing.T) uint64 {
	n := uint64(1)
	if s := os.Getenv("CAUSETTE_SEED"); s != "" {
		var err error
		if n, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("CAUSETTE_SEED=%d", n)
	return n
}

// consent writes so many rows of the ledger, in groups of three.
func consent(t *testing.T, s *Store, brand conversation.BrandID, from, n int) {
	t.Helper()
	for n > 0 {
		err := s.Group(t.Context(), gateway.GroupID(fmt.Sprintf("%s-%d", brand, from)), []conversation.BrandID{brand}, func(tx gateway.Tx) error {
			rows, err := tx.Lock(t.Context(), brand, []gateway.Who{{Address: "+33612345678"}})
			if err != nil {
				return err
			}
			var w gateway.Writes
			for i := range min(n, 3) {
				w.Consents = append(w.Consents, gateway.ConsentRow{Customer: rows[0].Conversation.Customer.ID,
					Event: conversation.EventID(fmt.Sprintf("e%05d", from+i)), Consent: conversation.Consent{
						Medium: conversation.SMS, Purpose: conversation.Marketing, State: conversation.Given, Source: "form",
						Wording: "J'accepte de recevoir les offres.", Evidence: map[string]string{"ip": "192.0.2.1", "row": fmt.Sprint(from + i)},
						Promise: &conversation.Promise{Messages: 4, Per: "month"}, Rule: "consent.given",
						At: time.Date(2026, 11, 22, 9, 0, from+i, 0, time.UTC)}})
			}
			from, n = from+len(w.Consents), n-len(w.Consents)
			if err := tx.Write(t.Context(), brand, w); err != nil {
				return err
			}
			_, err = tx.Append(t.Context(), brand, []gateway.Entry{{Type: "consent.recorded", At: tx.Now()}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func prove(t *testing.T, s *Store, brand conversation.BrandID) gateway.Proof {
	t.Helper()
	secret, err := s.Secret(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p, err := secret.Verify(t.Context(), s, brand)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// tamper changes the database behind the program's back.
func tamper(t *testing.T, s *Store, brand conversation.BrandID, statements ...string) {
	t.Helper()
	for _, text := range statements {
		text = strings.ReplaceAll(text, "$brand", "'"+string(brand)+"'")
		if _, err := s.db.ExecContext(context.Background(), text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
}

// plant draws one change of a ledger of n rows, and says which row it breaks first.
func plant(r *rand.Rand, n int) (statements []string, seq int64, what string) {
	k := 1 + r.IntN(n)
	j := 1 + r.IntN(n)
	for j == k {
		j = 1 + r.IntN(n)
	}
	of := func(set string, seq int) string {
		return fmt.Sprintf("update consents set %s where brand = $brand and seq = %d", set, seq)
	}
	const copied = `insert into consents (brand, seq, medium, purpose, state, source, promise, rule, at, customer, event, ordinal, wording, evidence, nonce, commitment, hash)
		select brand, %d, medium, purpose, 'given', source, promise, rule, at, customer, 'forged', ordinal, wording, evidence, nonce, commitment, hash from consents where brand = $brand and seq = %d`
	up := []string{
		fmt.Sprintf("update consents set seq = -seq - 1 where brand = $brand and seq >= %d", k),
		"update consents set seq = -seq where brand = $brand and seq < 0"}
	down := []string{
		fmt.Sprintf("update consents set seq = 1 - seq where brand = $brand and seq > %d", k),
		"update consents set seq = -seq where brand = $brand and seq < 0"}
	gone := fmt.Sprintf("delete from consents where brand = $brand and seq = %d", k)
	switch r.IntN(15) {
	case 0, 1, 2, 3: // one field
		fields := []string{"medium = 'whatsapp'", "purpose = 'transactional'", "state = 'withdrawn'", "source = 'keyword'", "promise = ''", "rule = 'x'",
			"at = at + 1", "wording = 'Oui à tout.'", `evidence = '{"ip":"192.0.2.2"}'`, "evidence = evidence || ' '", "customer = 'other'", "event = 'other'", "ordinal = 1",
			"nonce = ''", "nonce = repeat('00', 32)", "commitment = ''", "hash = repeat('0', 64)", "hash = ''"}
		f := strings.NewReplacer("repeat('00', 32)", "'"+strings.Repeat("00", 32)+"'", "repeat('0', 64)", "'"+strings.Repeat("0", 64)+"'").Replace(fields[r.IntN(len(fields))])
		return []string{of(f, k)}, int64(k), gateway.RowChanged
	case 4: // an erasure that nobody did
		return []string{of("customer = '', event = 'erased:1', ordinal = 0, wording = '', evidence = '', nonce = ''", k)}, int64(k), gateway.RowChanged
	case 5:
		if k == n {
			return []string{gone}, int64(n), gateway.EndTruncated
		}
		return []string{gone}, int64(k), gateway.RowMissing
	case 6: // and what follows moved up
		if k == n {
			return []string{gone}, int64(n), gateway.EndTruncated
		}
		what = gateway.RowMissing
		if k == n-1 {
			what = gateway.RowChanged // nothing follows the row that moved up: it may as well be another
		}
		return append([]string{gone}, down...), int64(k), what
	case 7: // out of the chain
		if k == n {
			return []string{of("seq = 0", k)}, int64(n), gateway.EndTruncated
		}
		return []string{of("seq = 0", k)}, int64(k), gateway.RowMissing
	case 8: // between others
		return append(up, fmt.Sprintf(copied, k, k+1)), int64(k), gateway.RowInserted
	case 9: // behind the last
		return []string{fmt.Sprintf(copied, n+1, k)}, int64(n + 1), gateway.RowInserted
	case 10: // as if it were from before the chain
		return []string{fmt.Sprintf(copied, 0, k)}, 0, gateway.RowInserted
	case 11:
		return []string{of("seq = -1", k), of(fmt.Sprintf("seq = %d", k), j), of(fmt.Sprintf("seq = %d", j), -1)}, int64(min(k, j)), gateway.RowSwapped
	case 12:
		return []string{fmt.Sprintf("delete from consents where brand = $brand and seq >= %d", k)}, int64(k), gateway.EndTruncated
	case 13: // and the head moved back with the rows
		if k == 1 {
			k = 2
		}
		return []string{fmt.Sprintf("delete from consents where brand = $brand and seq >= %d", k),
			fmt.Sprintf("update brands set chained = %d, chain_hash = (select hash from consents c where c.brand = $brand and seq = %[1]d) where brand = $brand", k-1)}, int64(k - 1), gateway.HeadChanged
	default:
		heads := []string{"chained = chained - 1", "chained = chained + 1", "chain_hash = ''", "chain_seal = ''", "unchained = 1"}
		return []string{"update brands set " + heads[r.IntN(len(heads))] + " where brand = $brand"}, int64(n), gateway.HeadChanged
	}
}

func TestTheLedgersVerificationFindsEachOf100PlantedChanges(t *testing.T) {
	for engine, url := range engines {
		t.Run(engine, func(t *testing.T) {
			s := openMigrated(t, url(t))
			r := rand.New(rand.NewPCG(seed(t), 4))
			kinds := map[string]int{}
			for i := range 100 {
				brand := conversation.BrandID(fmt.Sprintf("brand%03d", i))
				n := 3 + r.IntN(12)
				consent(t, s, brand, 0, n)
				if p := prove(t, s, brand); p.Broken != nil || p.Rows != int64(n) || p.Head.Seq != int64(n) {
					t.Fatalf("before anybody changed it: %+v %+v", p, p.Broken)
				}
				statements, seq, what := plant(r, n)
				tamper(t, s, brand, statements...)
				p := prove(t, s, brand)
				if p.Broken == nil || p.Broken.Seq != seq || p.Broken.What != what || p.Broken.Why == "" {
					t.Errorf("%d rows, %q: found %+v, want %s at row %d", n, statements, p.Broken, what, seq)
				}
				kinds[what]++
				if i%10 == 0 { // what is written after it hides nothing
					consent(t, s, brand, 1000, 2)
					// A number that was written over in the head alone is read from the rows again.
					if p := prove(t, s, brand); p.Broken == nil && (what != gateway.HeadChanged || len(statements) > 1) {
						t.Errorf("%d rows, %q: hidden by the rows that came after", n, statements)
					}
				}
			}
			t.Logf("found %v", kinds)
		})
	}
}

func TestALongLedgerIsProvedPageByPage(t *testing.T) {
	for engine, url := range engines {
		t.Run(engine, func(t *testing.T) {
			s := openMigrated(t, url(t))
			const rows = 2*ledgerPage + 500
			err := s.Group(t.Context(), "all", []conversation.BrandID{"lumen"}, func(tx gateway.Tx) error {
				var w gateway.Writes
				for i := range rows {
					w.Consents = append(w.Consents, gateway.ConsentRow{Customer: "c", Event: conversation.EventID(fmt.Sprint("e", i)), Consent: conversation.Consent{State: conversation.Given}})
				}
				return tx.Write(t.Context(), "lumen", w)
			})
			if err != nil {
				t.Fatal(err)
			}
			if p := prove(t, s, "lumen"); p.Broken != nil || p.Rows != rows {
				t.Fatalf("%+v %+v", p, p.Broken)
			}
			// A swap over pages: the second one is looked for to the end.
			tamper(t, s, "lumen", "update consents set seq = -7 where seq = 700", "update consents set seq = 700 where seq = 2400", "update consents set seq = 2400 where seq = -7")
			if p := prove(t, s, "lumen"); p.Broken == nil || p.Broken.Seq != 700 || p.Broken.What != gateway.RowSwapped || p.Rows != 699 {
				t.Errorf("%+v %+v", p, p.Broken)
			}
		})
	}
}

// busy is a ledger that grows whenever it has been read.
type busy struct {
	*Store
	grow func()
}

func (b *busy) LedgerRows(ctx context.Context, brand conversation.BrandID, from int64, each func(*gateway.LedgerRow) bool) error {
	err := b.Store.LedgerRows(ctx, brand, from, each)
	b.grow()
	return err
}

func TestALedgerIsProvedWhileItGrows(t *testing.T) {
	for engine, url := range engines {
		t.Run(engine, func(t *testing.T) {
			s := openMigrated(t, url(t))
			consent(t, s, "lumen", 0, 5)
			secret, err := s.Secret(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			reads := 0
			p, err := secret.Verify(t.Context(), &busy{s, func() {
				if reads++; reads < 4 {
					consent(t, s, "lumen", 100*reads, 2)
				}
			}}, "lumen")
			if err != nil || p.Broken != nil || p.Rows != 11 || reads != 4 {
				t.Errorf("%d reads: %+v %+v %v", reads, p, p.Broken, err)
			}
		})
	}
}

// A small shop begins without a secret of its own, and takes the one that its
// database made out of there later.
func TestASecretMovesFromTheDatabaseIntoTheConfiguration(t *testing.T) {
	for engine, url := range engines {
		t.Run(engine, func(t *testing.T) {
			name := url(t)
			s := openMigrated(t, name)
			consent(t, s, "lumen", 0, 3)
			made, err := s.Secret(t.Context())
			if err != nil || len(made) < gateway.MinSecret {
				t.Fatalf("%q, %v", made, err)
			}
			var kept string
			read := func() string {
				if err := s.db.QueryRowContext(t.Context(), "select secret from installation").Scan(&kept); err != nil {
					t.Fatal(err)
				}
				return kept
			}
			if read() != string(made) {
				t.Fatalf("the database keeps %q, made was %q", kept, made)
			}
			other, err := Open(t.Context(), name, Options{Secret: []byte(kept)})
			if err != nil {
				t.Fatal(err)
			}
			defer other.Close()
			if p := prove(t, other, "lumen"); p.Broken != nil || p.Rows != 3 || read() != "" {
				t.Errorf("%+v %+v; the database still keeps %q", p, p.Broken, kept)
			}
		})
	}
}

func TestAnotherSecretIsRefused(t *testing.T) {
	for engine, url := range engines {
		t.Run(engine, func(t *testing.T) {
			name := url(t)
			s := openMigrated(t, name)
			first, second := gateway.Secret(strings.Repeat("a", 32)), gateway.Secret(strings.Repeat("b", 32))
			with := func(secret gateway.Secret) error {
				other, err := Open(t.Context(), name, Options{Secret: secret})
				if err != nil {
					return err
				}
				defer other.Close()
				_, err = other.Secret(t.Context())
				return err
			}
			if err := with([]byte("short")); err == nil {
				t.Error("a short secret was taken")
			}
			// Nothing is keyed yet: whatever is configured is taken.
			for _, secret := range []gateway.Secret{nil, first, second, first} {
				if err := with(secret); err != nil {
					t.Errorf("before the first row: %v", err)
				}
			}
			s.given = first
			consent(t, s, "lumen", 0, 1)
			for _, c := range []struct {
				secret gateway.Secret
				fine   bool
			}{{first, true}, {second, false}, {nil, false}} {
				if err := with(c.secret); (err == nil) != c.fine {
					t.Errorf("secret %.3q: %v", c.secret, err)
				}
			}
		})
	}
}
