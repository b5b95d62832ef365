package bulk_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
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
	script, err := conversation.ParseScript(conversation.BrandInfo{ID: brand, Name: "Lumen", Languages: []string{"fr", "en"},
		Country: "FR", Timezone: "Europe/Paris", Currency: "EUR", Email: "aide@lumen.example"}, configs.Scripts(brand), ".")
	if err != nil {
		b.Fatal(err)
	}
	for engine, url := range map[string]string{"sqlite": "file:" + filepath.Join(b.TempDir(), "causette.db"), "postgres": pgtest.URL(b)} {
		b.Run(engine, func(b *testing.B) {
			st, err := store.Open(b.Context(), url, store.Options{})
			if err != nil {
				b.Fatal(err)
			}
			if err := st.Migrate(b.Context()); err != nil {
				b.Fatal(err)
			}
			g, err := gateway.New(gateway.Options{Store: st, SettleApart: engine == "postgres",
				Routes:  []gateway.Route{{Brand: brand, Channel: &carrier{got: map[conversation.Address]int{}}, PerSecond: 10}},
				Scripts: func(conversation.BrandID, []byte) (gateway.Script, error) { return script, nil }})
			if err != nil {
				b.Fatal(err)
			}
			if err := g.Use(b.Context(), brand, script, script.Source()); err != nil {
				b.Fatal(err)
			}
			subscribe(b, st, b.N)
			ctx, cancel := context.WithCancel(context.Background())
			ended := make(chan error, 1)
			go func() { ended <- g.Run(ctx) }()
			jobs, err := bulk.New(bulk.Options{Store: st, Door: g})
			if err != nil {
				b.Fatal(err)
			}
			go jobs.Run(ctx)
			b.ReportAllocs()
			b.ResetTimer()
			job, err := jobs.Start(b.Context(), brand, "bench", gateway.BulkOrder{Segment: "consent(sms, marketing)", Confirm: b.N,
				Prompt: gateway.BulkPrompt{Purpose: conversation.Marketing, Template: "welcome"}})
			for err == nil && !job.Status.Ended() {
				time.Sleep(time.Millisecond)
				job, err = st.Bulk(b.Context(), brand, job.ID)
			}
			b.StopTimer()
			if err != nil || job.Status != gateway.BulkDone || job.Progress.Matched != b.N {
				b.Errorf("got %+v, %v", job, err)
			}
			cancel()
			if err := errors.Join(<-ended, st.Close()); err != nil {
				b.Error(err)
			}
		})
	}
}

// subscribe makes customers who agreed to offers and for whom it is morning.
func subscribe(b *testing.B, st *store.Store, n int) {
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
