package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/api"
	"github.com/causette/causette/store"
)

// bulkRun is what is asked of a bulk job: so many prompts, and so many texts a
// second from customers beside it.
type bulkRun struct {
	prompts int
	rate    float64
	rounds  int
}

// bulkWords stand in every message of the job, and in no answer.
const bulkWords = "Bienvenue"

// bulkFigures are what a bulk job did on one engine, round by round.
type bulkFigures struct {
	engine  string
	took    []time.Duration // from the order until every prompt was queued
	used    []cpu           // for one prompt, with the answers beside it
	sent    []int64         // prompts that had left by then: the senders have the pace of short codes
	without []*measured     // answers alone
	beside  []*measured     // answers while the job runs
}

// bulk measures bulk jobs on the engines, and prints them.
func (b *bench) bulk(ctx context.Context, w io.Writer, machine string, engines []string, run bulkRun) error {
	if run.prompts > customers || run.rounds < 1 || run.rate <= 0 {
		return fmt.Errorf("-bulk is 1 to %d, -bulk-rounds and -bulk-rate are above 0", customers)
	}
	var all []*bulkFigures
	for _, engine := range engines {
		f := &bulkFigures{engine: engine}
		for n := range run.rounds {
			b.say("%s: bulk job of %d, round %d of %d", engine, run.prompts, n+1, run.rounds)
			if err := b.bulkRound(ctx, f, run); err != nil {
				return fmt.Errorf("%s: %w", engine, err)
			}
		}
		all = append(all, f)
	}
	fmt.Fprintln(w, machine)
	reportBulk(w, all, run)
	return nil
}

// bulkRound runs one job on a new database: who got a prompt today gets no other.
func (b *bench) bulkRound(ctx context.Context, f *bulkFigures, run bulkRun) (err error) {
	db, err := openDatabase(ctx, f.engine, b.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.stop()) }()
	if err := db.seed(ctx, subscribed(run.prompts, time.Now())); err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	secret, key, err := api.NewKey(brand, "bench", nil)
	if err != nil {
		return err
	}
	if err := db.use(ctx, store.Options{}, func(st *store.Store) error { return st.PutKey(ctx, key) }); err != nil {
		return fmt.Errorf("add a key: %w", err)
	}
	s, err := b.serve(ctx, db.url, false, shortPace)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	alone, beside := &measured{}, &measured{}
	if err := s.open(ctx, run.rate, b.warmup, &measured{}); err != nil {
		return err
	}
	if err := s.open(ctx, run.rate, max(b.duration/2, time.Second), alone); err != nil {
		return err
	}
	if err := b.bulkJob(ctx, s, f, run, secret, beside); err != nil {
		return err
	}
	f.without, f.beside = append(f.without, alone), append(f.beside, beside)
	return nil
}

// bulkJob orders the job and has customers text until it is done.
func (b *bench) bulkJob(ctx context.Context, s *stage, f *bulkFigures, run bulkRun, secret string, beside *measured) error {
	pid := s.server.cmd.Process.Pid
	from, err := cpuOf(pid)
	if err != nil {
		return err
	}
	span, done := context.WithCancel(ctx)
	defer done()
	var texting, watching sync.WaitGroup
	var textErr, profileErr error
	texting.Go(func() { textErr = s.openUntil(ctx, span, run.rate, beside) })
	profiled := b.profiles == ""
	began := time.Now()
	job, err := orderBulk(ctx, s.server.addr, secret, run.prompts)
	for err == nil && !job.Status.Ended() {
		if !profiled && job.Status == gateway.BulkRunning {
			profiled = true
			watching.Go(func() { profileErr = b.fetch(ctx, s.server.admin, f.engine+"-bulk", 5) })
		}
		wait(ctx, 100*time.Millisecond)
		err = errors.Join(ctx.Err(), call(ctx, http.MethodGet, s.server.addr, "/v1/bulk/"+job.ID, secret, nil, &job))
	}
	took := time.Since(began)
	sent := s.carrier.prompts.Load()
	to, cpuErr := cpuOf(pid)
	done()
	texting.Wait()
	watching.Wait()
	if err := errors.Join(err, cpuErr, textErr, profileErr); err != nil {
		return err
	}
	wait(ctx, 500*time.Millisecond) // the tally is up to a moment old
	if err := call(ctx, http.MethodGet, s.server.addr, "/v1/bulk/"+job.ID, secret, nil, &job); err != nil {
		return err
	}
	if job.Status != gateway.BulkDone || job.Tally.Queued != run.prompts {
		return fmt.Errorf("the job is %s (%s), with %+v of %d prompts", job.Status, job.Why, job.Tally, run.prompts)
	}
	f.took, f.sent, f.used = append(f.took, took), append(f.sent, sent), append(f.used, to.since(from).each(int64(run.prompts)))
	return nil
}

// subscribed makes the first n customers agree to offers, and puts everybody
// where it is the middle of the morning, in a country that has no rest days.
func subscribed(n int, now time.Time) func(int, *conversation.Customer) {
	zone := fmt.Sprintf("Etc/GMT%+d", now.UTC().Hour()-11) // POSIX: west is positive
	return func(i int, c *conversation.Customer) {
		c.First, c.Language, c.Country, c.Timezone = "Ana", "fr", "AU", zone
		if i < n {
			c.Consents = []conversation.Standing{{Medium: conversation.SMS, Purpose: conversation.Marketing, State: conversation.Given, At: now.Add(-24 * time.Hour)}}
		}
	}
}

func orderBulk(ctx context.Context, host, secret string, n int) (job gateway.Bulk, err error) {
	order := map[string]any{
		"segment": "consent(sms, marketing)", "confirm": n,
		"prompt": map[string]any{"purpose": "marketing", "template": "welcome"},
	}
	return job, call(ctx, http.MethodPost, host, "/v1/bulk", secret, order, &job)
}

// call asks the API.
func call(ctx context.Context, method, host, path, secret string, body, answer any) error {
	var content bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&content).Encode(body); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, baseURL(host)+path, &content)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	req.Header.Set("Authorization", "Bearer "+secret)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err == nil && res.StatusCode >= 300 {
		err = fmt.Errorf("%s: %s", res.Status, text)
	}
	if err == nil {
		err = json.Unmarshal(text, answer)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// Targets of a bulk job.
const (
	bulkPrompts = 100_000 // within bulkWithin
	bulkWithin  = time.Minute
	bulkAnswer  = 50 * time.Millisecond // p99, or twice what it is without the job
)

// reportBulk prints the medians of the rounds, and whether the targets are met.
func reportBulk(w io.Writer, all []*bulkFigures, run bulkRun) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := rows(t, all)
	row("", func(f *bulkFigures) string { return f.engine })
	row(fmt.Sprintf("%s prompts queued in", thousands(float64(run.prompts))), func(f *bulkFigures) string {
		return fmt.Sprintf("%.1f s (%.1f to %.1f)", median(f.took).Seconds(), slices.Min(f.took).Seconds(), slices.Max(f.took).Seconds())
	})
	row("CPU of one, µs: gateway, database, load", func(f *bulkFigures) string { return middle(f.used).String() })
	row("of them, left by then", func(f *bulkFigures) string { return thousands(float64(median(f.sent))) })
	row(fmt.Sprintf("answers at %.0f/s without it, posted p50, p99", run.rate), func(f *bulkFigures) string { return quantiles(f.without) })
	row("answers beside it, posted p50, p99", func(f *bulkFigures) string { return quantiles(f.beside) })
	row("of the machine, its host took meanwhile", func(f *bulkFigures) string {
		var host series
		for _, m := range f.beside {
			host = append(host, m.host)
		}
		return spread(host, percent)
	})
	t.Flush()
	verdicts(w, bulkTargets(all, run))
}

func bulkTargets(all []*bulkFigures, run bulkRun) (list []target) {
	for _, f := range all {
		within := time.Duration(float64(bulkWithin) * float64(run.prompts) / bulkPrompts)
		took := median(f.took)
		list = append(list, target{took < within, fmt.Sprintf("%s: %s prompts queued within %.0f s: %.1f s", f.engine, thousands(float64(run.prompts)), within.Seconds(), took.Seconds())})
		without, beside := quantile(f.without, 0.99), quantile(f.beside, 0.99)
		most := max(bulkAnswer, 2*without)
		list = append(list, target{beside <= most, fmt.Sprintf("%s: answers beside it posted within %s, p99: %s (without it %s)", f.engine, millis(most), millis(beside), millis(without))})
	}
	return list
}

// quantile is the median of the rounds'.
func quantile(rounds []*measured, q float64) time.Duration {
	var list []time.Duration
	for _, m := range rounds {
		list = append(list, m.reply.quantile(q))
	}
	return median(list)
}

func quantiles(rounds []*measured) string {
	return millis(quantile(rounds, 0.5)) + ", " + millis(quantile(rounds, 0.99))
}
