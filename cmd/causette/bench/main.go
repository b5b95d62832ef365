// Command bench measures the whole loop: a signed webhook in, its turn committed
// with fsync, the reply posted to a played Twilio on the same machine. In the
// same run it measures what bounds it: the same HTTP without logic or store, the
// same HTTP and group commits of the same rows without logic, those commits without
// HTTP, and one transaction a turn.
//
// Three processes share the machine, as they would share a small server: the
// gateway is the shipped program (`causette serve`), started by the benchmark;
// PostgreSQL is a private server; everybody outside — the customers, and Twilio
// — is this process. So HTTP, signatures and databases cost what they cost, and
// a pause of the gateway's garbage collector does not pause the clocks.
//
// Throughput is found with a closed loop, each line with one text at a time that
// is acknowledged and answered. The whole loop and its HTTP alone take turns in
// short rounds, both started, and so do group commits and one transaction a
// turn: a figure is the median of its rounds, and a ratio the median of the
// ratios of each round, so that a machine whose speed drifts does not move it.
// Latency is found then with an open loop at half of the throughput, a constant
// schedule, counted from when each text was meant to be sent. Exit 1 means that
// something was lost, doubled or refused, not that a target was missed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// runID makes the MessageSids of one run differ from those of the others.
var runID = rand.Uint64()

func main() {
	if len(os.Args) > 1 && os.Args[1] == "echo" {
		exit(runEcho(os.Args[2:]))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	exit(err)
}

func exit(err error) {
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func run(ctx context.Context) (err error) {
	b := &bench{say: func(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	stores := flags.String("stores", "sqlite,postgres", "which of them; empty for none")
	callbacks := flags.Bool("callbacks", true, "measure with delivery callbacks too")
	memory := flags.Bool("memory", false, "also look at memory after 5 minutes of load, and at the start after it")
	quick := flags.Bool("quick", false, "a few seconds of each: to see that it works, not for figures")
	flags.DurationVar(&b.closed, "closed", 15*time.Second, "how long throughput is measured, in all rounds together")
	flags.DurationVar(&b.duration, "duration", time.Minute, "how long latency is measured; 0 leaves it out")
	// A group takes up to 256 works: three groups' worth, so that the writer's
	// next group is full while one is committed and the one before is answered.
	flags.IntVar(&b.lines, "lines", 768, "connections, each with one text at a time")
	flags.StringVar(&b.program, "causette", "", "the program to measure; built when empty")
	flags.StringVar(&b.profiles, "profile", "", "folder for processor profiles of serve")
	job := bulkRun{}
	flags.IntVar(&job.prompts, "bulk", 0, "measure only a bulk job of so many prompts, and answers to customers beside it")
	flags.Float64Var(&job.rate, "bulk-rate", 100, "texts a second beside it")
	flags.IntVar(&job.rounds, "bulk-rounds", rounds, "how often, each on a new database")
	if err := flags.Parse(os.Args[1:]); err != nil {
		return err
	}
	b.warmup, b.closed = 3*time.Second, max(b.closed, 2*time.Second)
	span := memorySpan
	if *quick {
		b.warmup, b.closed, b.duration, span = time.Second, 3*time.Second, min(b.duration, 5*time.Second), 10*time.Second
	}
	if b.dir, err = os.MkdirTemp("", "causette-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	if b.program == "" {
		if b.program, err = build(ctx, b.dir); err != nil {
			return err
		}
	}
	disk, err := fsync(b.dir, 200)
	if err != nil {
		return err
	}
	machine := fmt.Sprintf("%d cores, fsync of 4 KiB in %d µs", runtime.NumCPU(), disk.Microseconds())
	b.say("%s", machine)

	if job.prompts > 0 {
		return b.bulk(ctx, os.Stdout, machine, strings.FieldsFunc(*stores, comma), job)
	}
	var all []*figures
	for _, engine := range strings.FieldsFunc(*stores, comma) {
		f, err := b.measure(ctx, engine, *callbacks)
		if err != nil {
			return err
		}
		all = append(all, f)
	}
	var f *footprint
	if *memory {
		if f, err = b.footprint(ctx, span); err != nil {
			return err
		}
	}
	fmt.Println(machine)
	report(os.Stdout, all, f)
	return nil
}

func comma(r rune) bool { return r == ',' }
