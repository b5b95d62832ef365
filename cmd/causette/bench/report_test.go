package main

import (
	"strings"
	"testing"
	"time"
)

func TestTheReportSaysWhichTargetsAreMetAndWhichAreMissed(t *testing.T) {
	open := &measured{}
	for range 99 {
		open.ack.record(4 * time.Millisecond)
		open.reply.record(60 * time.Millisecond)
	}
	whole := &trial{closed: &measured{rate: 3800}, open: open}
	f := &figures{
		engine: "sqlite", groups: 5000, single: 2000,
		plain: &round{whole: whole, http: &trial{closed: &measured{rate: 7500}}},
	}
	var b strings.Builder
	report(&b, []*figures{f}, &footprint{resident: 151 << 20, start: 50 * time.Millisecond})
	for _, line := range []string{
		"met     sqlite: at least 50 % of HTTP alone: 51 %",
		"met     sqlite: acknowledged within 25 ms, p99: 4.0 ms",
		"MISSED  sqlite: reply posted within 50 ms, p99: 60.0 ms",
		"MISSED  sqlite: at least twice one transaction a turn: 1.9 times",
		"MISSED  less than 150 MiB resident: 151 MiB",
		"met     starts within 1 s: 50.0 ms",
	} {
		if !strings.Contains(b.String(), line+"\n") {
			t.Errorf("the report lacks %q:\n%s", line, &b)
		}
	}
}
