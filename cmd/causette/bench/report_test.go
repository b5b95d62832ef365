package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTheReportSaysWhichTargetsAreMetAndWhichAreMissed(t *testing.T) {
	open := &measured{host: .02}
	for range 99 {
		open.ack.record(4 * time.Millisecond)
		open.reply.record(60 * time.Millisecond)
	}
	// The machine is slower and slower, and stalls once in one half of a round.
	used := []cpu{{gateway: 90 * time.Microsecond}, {gateway: 100 * time.Microsecond}, {gateway: 300 * time.Microsecond}}
	f := &figures{
		engine: "sqlite", groups: series{5000, 4000, 3000}, single: series{2000, 2500, 1000},
		plain: &pair{
			whole: trial{rates: series{5500, 3800, 2600}, used: used, host: series{0, .01, .3}, open: open},
			http:  trial{rates: series{10_000, 7500, 5900}, used: used, host: series{.02, 0, .01}},
		},
		rows: &pair{
			whole: trial{rates: series{6000, 4650, 3540}, used: used, host: series{0, 0, 0}},
			http:  trial{rates: series{10_000, 7500, 5900}, used: used, host: series{0, 0, 0}},
		},
	}
	var b strings.Builder
	report(&b, []*figures{f}, &footprint{resident: 151 << 20, start: 50 * time.Millisecond})
	var lines []string
	for line := range strings.Lines(b.String()) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	for _, line := range []string{
		"whole loop / HTTP alone 51 % (44 % to 55 %)",
		"of the machine, its host took meanwhile 1 % (0 % to 30 %)",
		"of the machine, its host took meanwhile 2 %",
		"group commits / one transaction a turn 2.5 (1.6 to 3.0)",
		"rows without logic / HTTP alone 60 % (60 % to 62 %)",
		"CPU of one, µs: gateway, database, load 100, 0, 0",
		"met sqlite: at least 50 % of HTTP alone: 51 %",
		"met sqlite: acknowledged within 25 ms, p99: 4.0 ms",
		"MISSED sqlite: reply posted within 50 ms, p99: 60.0 ms",
		"MISSED sqlite: at least twice one transaction a turn: 1.9 times",
		"MISSED less than 150 MiB resident: 151 MiB",
		"met starts within 1 s: 50.0 ms",
	} {
		if !slices.Contains(lines, line) {
			t.Errorf("the report lacks %q:\n%s", line, &b)
		}
	}
}
