package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/causette/causette/configs"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/twilio/twiliotest"
)

// Times of the races: half of the requests take up to a third more than the
// deadline allows, so many are in flight, late or in doubt when the fence goes up.
const (
	raceDeadline = 300 * time.Millisecond
	raceLease    = 800 * time.Millisecond
	raceLag      = 600 * time.Millisecond
	racers       = 48 // customers at a time
)

// node runs the program inside this process, on the trial's database and with
// shorter times than a configuration may ask for.
func (s *trial) node() (*app, func()) {
	s.t.Helper()
	log := slog.New(slog.DiscardHandler)
	cfg, err := configs.Load(s.config, func(name string) (string, bool) { return authToken, name == "TWILIO_AUTH_TOKEN" })
	if err != nil {
		s.t.Fatal(err)
	}
	cfg.Sending = configs.Sending{Deadline: raceDeadline, Lease: raceLease, ListLag: raceLag}
	st, err := openStore(s.t.Context(), cfg, false, log)
	if err != nil {
		s.t.Fatal(err)
	}
	a, err := build(s.t.Context(), cfg, st, log, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	serving := make(chan string, 1)
	go func() { ended <- a.run(ctx, func(addr string) { serving <- addr }) }()
	select {
	case addr := <-serving:
		s.router.add("http://" + addr)
	case err := <-ended:
		s.t.Fatalf("the program does not serve: %v", err)
	}
	stop := sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			s.t.Error(err)
		}
		if err := st.Close(); err != nil {
			s.t.Error(err)
		}
	})
	s.t.Cleanup(stop)
	return a, stop
}

// nodes runs one node, on PostgreSQL two, and returns how to stop them.
func (s *trial) nodes(database string) (doors []gateway.Door, stop func()) {
	s.t.Helper()
	count := 1
	if database == "postgres" {
		count = 2
	}
	var stops []func()
	for range count {
		a, stop := s.node()
		doors, stops = append(doors, a.gateway), append(stops, stop)
	}
	return doors, func() {
		for _, stop := range stops {
			stop()
		}
	}
}

// inParallel runs n races, racers at a time.
func inParallel(n int, run func(i int)) {
	slots := make(chan struct{}, racers)
	var all sync.WaitGroup
	for i := range n {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			run(i)
		})
	}
	all.Wait()
}

func byPhone(accepted []twiliotest.Message) map[string][]twiliotest.Message {
	found := map[string][]twiliotest.Message{}
	for _, m := range accepted {
		found[m.To] = append(found[m.To], m)
	}
	return found
}
