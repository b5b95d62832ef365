package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// report prints a table with one column an engine, and then each target with
// whether it is met.
func report(w io.Writer, all []*figures, f *footprint) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := rows(t, all)
	if len(all) > 0 {
		row("", func(f *figures) string { return f.engine })
		pairs(row, "", func(f *figures) *pair { return f.plain })
		row("group commits of the same rows, turns/s", func(f *figures) string { return thousands(median(f.groups)) })
		row("one transaction a turn, turns/s", func(f *figures) string { return thousands(median(f.single)) })
		row("group commits / one transaction a turn", func(f *figures) string { return spread(f.groups.over(f.single), times) })
		row("its rows without logic, answers/s", func(f *figures) string { return thousands(median(f.rows.whole.rates)) })
		row("CPU of one, µs: gateway, database, load", func(f *figures) string { return middle(f.rows.whole.used).String() })
		row("rows without logic / HTTP alone", func(f *figures) string { return spread(f.rows.shares(), percent) })
		row("at half of the whole loop: acknowledged p50, p99, max", func(f *figures) string { return latencies(f.rows.whole.open, (*measured).acks) })
		row("at half of the whole loop: reply posted p50, p99, max", func(f *figures) string { return latencies(f.rows.whole.open, (*measured).replies) })
		row("whole loop / one transaction a turn", func(f *figures) string { return times(f.gain()) })
		if all[0].called != nil {
			pairs(row, "with callbacks: ", func(f *figures) *pair { return f.called })
		}
		t.Flush()
	}
	if f != nil {
		fmt.Fprintf(w, "\nafter %d turns/s on sqlite: %.0f MiB resident, reply p99 %s; start on that database %s\n",
			memoryRate, float64(f.resident)/(1<<20), millis(f.reply), millis(f.start))
	}
	verdicts(w, targets(all, f))
}

// rows prints a table's rows, one column an engine.
func rows[F any](w io.Writer, all []F) func(name string, of func(F) string) {
	return func(name string, of func(F) string) {
		fmt.Fprint(w, name, "\t")
		for _, f := range all {
			fmt.Fprint(w, of(f), "\t")
		}
		fmt.Fprintln(w)
	}
}

// verdicts prints each target with whether it is met.
func verdicts(w io.Writer, list []target) {
	fmt.Fprintln(w)
	for _, t := range list {
		verdict := "met"
		if !t.met {
			verdict = "MISSED"
		}
		fmt.Fprintf(w, "%-6s  %s\n", verdict, t.text)
	}
}

// pairs prints the rows of the whole loop against its HTTP.
func pairs(row func(string, func(*figures) string), prefix string, of func(*figures) *pair) {
	row(prefix+"whole loop, answers/s", func(f *figures) string { return thousands(median(of(f).whole.rates)) })
	row("CPU of one, µs: gateway, database, load", func(f *figures) string { return middle(of(f).whole.used).String() })
	row(prefix+"HTTP alone, answers/s", func(f *figures) string { return thousands(median(of(f).http.rates)) })
	row("CPU of one, µs: gateway, database, load", func(f *figures) string { return middle(of(f).http.used).String() })
	row("of the machine, its host took meanwhile", func(f *figures) string { return spread(slices.Concat(of(f).whole.host, of(f).http.host), percent) })
	row("whole loop / HTTP alone", func(f *figures) string { return spread(of(f).shares(), percent) })
	row("at half of it: acknowledged p50, p99, max", func(f *figures) string { return latencies(of(f).whole.open, (*measured).acks) })
	row("at half of it: reply posted p50, p99, max", func(f *figures) string { return latencies(of(f).whole.open, (*measured).replies) })
	row("of the machine, its host took meanwhile", func(f *figures) string { return taken(of(f).whole.open) })
	row("HTTP alone at that rate: acknowledged", func(f *figures) string { return latencies(of(f).http.open, (*measured).acks) })
	row("HTTP alone at that rate: reply posted", func(f *figures) string { return latencies(of(f).http.open, (*measured).replies) })
}

func (m *measured) acks() *histogram    { return &m.ack }
func (m *measured) replies() *histogram { return &m.reply }

// shares are how much of the HTTP's throughput the whole loop keeps.
func (p *pair) shares() series { return p.whole.rates.over(p.http.rates) }

// gain is what groups and the rest of the gateway win together. Its halves are
// minutes apart: serve has the database to itself.
func (f *figures) gain() float64 { return median(f.plain.whole.rates) / median(f.single) }

// target is what was promised, and what came of it.
type target struct {
	met  bool
	text string
}

func targets(all []*figures, fp *footprint) []target {
	var list []target
	add := func(met bool, format string, args ...any) {
		list = append(list, target{met, fmt.Sprintf(format, args...)})
	}
	pair := func(engine string, p *pair) {
		share := median(p.shares())
		add(share >= 0.5, "%s: at least 50 %% of HTTP alone: %s", engine, percent(share))
		if p.whole.open == nil {
			return
		}
		ack, reply := p.whole.open.ack.quantile(0.99), p.whole.open.reply.quantile(0.99)
		add(ack < 25*time.Millisecond, "%s: acknowledged within 25 ms, p99: %s", engine, millis(ack))
		add(reply < 50*time.Millisecond, "%s: reply posted within 50 ms, p99: %s", engine, millis(reply))
	}
	for _, f := range all {
		pair(f.engine, f.plain)
		add(f.gain() >= 2, "%s: at least twice one transaction a turn: %s times", f.engine, times(f.gain()))
		if f.called != nil {
			pair(f.engine+" with callbacks", f.called)
		}
	}
	if fp != nil {
		add(fp.resident < 150<<20, "less than 150 MiB resident: %.0f MiB", float64(fp.resident)/(1<<20))
		add(fp.start < time.Second, "starts within 1 s: %s", millis(fp.start))
	}
	return list
}

func (c cpu) String() string {
	return fmt.Sprintf("%d, %d, %d", c.gateway.Microseconds(), c.database.Microseconds(), c.load.Microseconds())
}

func latencies(m *measured, of func(*measured) *histogram) string {
	if m == nil {
		return "-"
	}
	h := of(m)
	return millis(h.quantile(0.5)) + ", " + millis(h.quantile(0.99)) + ", " + millis(h.longest())
}

func taken(m *measured) string {
	if m == nil {
		return "-"
	}
	return percent(m.host)
}

func millis(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }

func times(ratio float64) string { return fmt.Sprintf("%.1f", ratio) }

// spread is the median of the rounds, with the lowest and the highest.
func spread(s series, text func(float64) string) string {
	return fmt.Sprintf("%s (%s to %s)", text(median(s)), text(slices.Min(s)), text(slices.Max(s)))
}

func percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

func thousands(n float64) string {
	if n < 1000 {
		return fmt.Sprintf("%.0f", n)
	}
	return fmt.Sprintf("%d,%03d", int(n+0.5)/1000, int(n+0.5)%1000)
}
