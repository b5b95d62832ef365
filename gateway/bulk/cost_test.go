package bulk_test

import (
	"context"
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/causette/causette/configs"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/bulk"
	"github.com/causette/causette/store"
	"github.com/causette/causette/store/pgtest"
)

// BenchmarkJob is what one prompt of a job costs on each store, with the script
// of the demo: nearly all of them stay in line, since the carrier is slow.
func BenchmarkJob(b *testing.B) {
	script := demo(b)
	for engine, url := range map[string]string{"sqlite": "file:" + filepath.Join(b.TempDir(), "causette.db"), "postgres": pgtest.URL(b)} {
		b.Run(engine, func(b *testing.B) {
			st, g, stop := serve(b, url, &carrier{got: map[conversation.Address]int{}}, script, 10)
			defer stop()
			subscribe(b, st, b.N)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			jobs, err := bulk.New(bulk.Options{Store: st, Door: g})
			if err != nil {
				b.Fatal(err)
			}
			go jobs.Run(ctx)
			b.ReportAllocs()
			used := processor(b)
			b.ResetTimer()
			job, err := jobs.Start(b.Context(), brand, "bench", gateway.BulkOrder{Segment: "consent(sms, marketing)", Confirm: b.N,
				Prompt: gateway.BulkPrompt{Purpose: conversation.Marketing, Template: "welcome"}})
			look := time.NewTicker(time.Millisecond)
			defer look.Stop()
			for err == nil && !job.Status.Ended() {
				<-look.C
				job, err = st.Bulk(b.Context(), brand, job.ID)
			}
			b.StopTimer()
			b.ReportMetric(float64((processor(b)-used).Microseconds())/float64(b.N), "cpu-µs/op")
			if err != nil || job.Status != gateway.BulkDone || job.Progress.Matched != b.N {
				b.Errorf("got %+v, %v", job, err)
			}
		})
	}
}

// processor is the time that this process has used: on a busy machine it says
// more than a clock. PostgreSQL's is not in it.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// demo is the demo's script.
func demo(t testing.TB) *conversation.Script {
	t.Helper()
	script, err := conversation.ParseScript(conversation.BrandInfo{ID: brand, Name: "Lumen", Languages: []string{"fr", "en"},
		Country: "FR", Timezone: "Europe/Paris", Currency: "EUR", Email: "aide@lumen.example"}, configs.Scripts(brand), ".")
	if err != nil {
		t.Fatal(err)
	}
	return script
}

// subscribe makes customers who agreed to offers and for whom it is morning.
func subscribe(b testing.TB, st *store.Store, n int) {
	b.Helper()
	zone := fmt.Sprintf("Etc/GMT%+d", time.Now().UTC().Hour()-11) // POSIX: west is positive
	for from := 0; from < n; from += 1000 {
		var who []gateway.Who
		for i := from; i < min(from+1000, n); i++ {
			who = append(who, gateway.Who{Address: conversation.Address(fmt.Sprintf("+336%08d", i))})
		}
		err := st.Group(b.Context(), gateway.GroupID(fmt.Sprint("made", n, "-", from)), []conversation.BrandID{brand}, func(tx gateway.Tx) error {
			rows, err := tx.Lock(b.Context(), brand, who)
			if err != nil {
				return err
			}
			for _, r := range rows {
				c := &r.Conversation.Customer
				c.First, c.Language, c.Country, c.Timezone = "Ana", "fr", "AU", zone
				c.Consents = []conversation.Standing{{Medium: conversation.SMS, Purpose: conversation.Marketing, State: conversation.Given, At: time.Now()}}
				r.CustomerChanged = true
			}
			return tx.Write(b.Context(), brand, gateway.Writes{Rows: rows})
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
