package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/twilio"
	"github.com/causette/causette/store"
)

// echo is the gateway without logic: what it acknowledges it answers at once, with
// the words that it was started with. It goes through the very hooks and channels of
// the gateway, so without a store it is how fast HTTP alone can be, and with one how
// fast a gateway can be whose logic costs nothing.
type echo struct {
	reply    string
	channels map[conversation.ChannelID]*twilio.Channel
	slots    chan struct{} // as many sends in flight as the gateway allows
	groups   *groups       // what each turn and each answer waits for; nil: nothing
	minted   atomic.Uint64
	failed   atomic.Pointer[error]
}

// Accept implements gateway.Door.
func (e *echo) Accept(_ context.Context, b conversation.BrandID, who gateway.Who, ev conversation.Event) (gateway.Outcome, error) {
	now := time.Now()
	p := gateway.Posting{
		Brand: b, Customer: conversation.CustomerID(ev.Message.Carrier), Message: conversation.MessageID("m" + strconv.FormatUint(e.minted.Add(1), 10)),
		Attempt: 1, Channel: ev.Message.Channel, To: who.Address, Text: e.reply, Purpose: conversation.Answer,
		Created: now, Posted: now, Expires: now.Add(4 * time.Hour),
	}
	flying := e.groups.turn()
	e.slots <- struct{}{}
	go func() {
		defer func() { <-e.slots }()
		ctx, cancel := context.WithTimeout(context.Background(), 8*time.Second)
		defer cancel()
		if _, err := e.channels[p.Channel].Send(ctx, p); err != nil {
			e.failed.Store(&err)
		}
		e.groups.settle(flying)
	}()
	return gateway.Outcome{}, nil
}

// Report implements gateway.Door.
func (e *echo) Report(context.Context, gateway.Report) error { return nil }

// runEcho is the process of the ceilings; the benchmark starts itself again for it.
func runEcho(args []string) (err error) {
	flags := flag.NewFlagSet("echo", flag.ContinueOnError)
	listen := flags.String("listen", "", "host:port")
	carrier := flags.String("carrier", "", "the played Twilio's base URL")
	reply := flags.String("reply", "", "what is answered")
	database := flags.String("database", "", "where the rows of what it says go; none when empty")
	apart := flags.Bool("apart", false, "rows that settle have a writer of their own")
	if err := flags.Parse(args); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	e := &echo{reply: *reply, channels: make(map[conversation.ChannelID]*twilio.Channel), slots: make(chan struct{}, senders*1024)}
	if *database != "" {
		st, err := store.Open(ctx, *database, store.Options{})
		if err != nil {
			return fmt.Errorf("echo: %w", err)
		}
		defer func() { err = errors.Join(err, st.Close()) }()
		if e.groups, err = newGroups(ctx, st, *reply, *apart); err != nil {
			return fmt.Errorf("echo: %w", err)
		}
	}
	var hooked []*twilio.Channel
	for i := range senders {
		c, err := twilio.New(twilio.Config{
			ID: conversation.ChannelID(channelID(i)), Brand: brand, Address: shortCode(i), AccountSID: accountSID,
			AuthToken: authToken, BaseURL: *carrier, PublicURL: publicURL, MessagesPerSecond: 10_000,
		})
		if err != nil {
			return fmt.Errorf("echo: %w", err)
		}
		defer c.Close()
		e.channels[c.ID()] = c
		hooked = append(hooked, c)
	}
	mux := http.NewServeMux()
	mux.Handle(twilio.HooksPath, twilio.NewHooks(e, slog.Default(), hooked...))
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ready") })
	s := &http.Server{Addr: *listen, Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second}

	context.AfterFunc(ctx, func() { s.Shutdown(context.WithoutCancel(ctx)) })
	if err := s.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("echo: %w", err)
	}
	if err := e.failed.Load(); err != nil {
		return fmt.Errorf("echo: %w", *err)
	}
	return nil
}
