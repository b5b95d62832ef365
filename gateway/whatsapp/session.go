package whatsapp

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	waLog "go.mau.fi/whatsmeow/util/log"

	"github.com/causette/causette/gateway"
)

// session is one life of the device's connection: whatsmeow connects again by
// itself until WhatsApp refuses.
type session struct {
	channel *Channel
	client  *whatsmeow.Client
	door    gateway.Door
	log     *slog.Logger
	ctx     context.Context // of what events start
	work    sync.WaitGroup
	ended   chan end

	resets   atomic.Int32 // failed commits in a row
	awaiting atomic.Bool  // a reset of the connection is on its way
	locked   atomic.Int64 // until when no new chat may be begun, in Unix seconds
	shut     sync.Map     // those whom WhatsApp let us not write to meanwhile: their keys are known all the same
	panics   counts
	garbled  sync.Map      // what could not be decrypted and has not come again, by its id
	line     chan struct{} // whose turn it is to send

	mu     sync.Mutex
	device gateway.Device // as it was last told
	since  time.Time      // without a connection, where there is none
	over   bool           // why it ended is told by whoever runs it
}

// end is why a session ended; a zero state: it did not by WhatsApp's will.
type end struct {
	state gateway.DeviceState
	code  string
	until time.Time
}

func newClient(c *Channel, d *store.Device) *whatsmeow.Client {
	client := whatsmeow.NewClient(d, logger{c.log, ""})
	if c.config.Network != nil {
		client.SetWebsocketHTTPClient(c.config.Network)
		client.SetPreLoginHTTPClient(c.config.Network)
		client.SetMediaHTTPClient(c.config.Network)
	}
	// Both of the first two, or a text whose commit failed is lost at a crash.
	client.SynchronousAck, client.EnableDecryptedEventBuffer = true, true
	client.UseRetryMessageStore, client.AutomaticMessageRerequestFromPhone = true, true
	client.InitialAutoReconnect = true
	return client
}

func newSession(c *Channel, door gateway.Door, d *store.Device) *session {
	s := &session{channel: c, client: newClient(c, d), door: door, log: c.log, ended: make(chan end, 1), line: make(chan struct{}, 1)}
	s.client.AddEventHandlerWithSuccessStatus(s.hear)
	d.EventBuffer = &oneAtATime{d.EventBuffer, c.decrypting}
	return s
}

// run connects and returns when ctx ends or WhatsApp refuses.
func (s *session) run(ctx context.Context, d gateway.Device) end {
	var stop context.CancelFunc
	s.ctx, stop = context.WithCancel(context.Background())
	defer func() {
		s.mu.Lock()
		stop()
		s.mu.Unlock()
		s.work.Wait()
	}()
	s.device, s.since = d, time.Now()
	defer s.close()
	if err := s.client.ConnectContext(ctx); err != nil {
		s.log.Warn("cannot connect to WhatsApp", "error", err)
		s.client.Disconnect()
		select {
		case e := <-s.ended:
			return e
		default:
			return end{}
		}
	}
	defer s.client.Disconnect()
	watch := time.NewTicker(s.channel.config.Stalled / 4)
	defer watch.Stop()
	for {
		select {
		case e := <-s.ended:
			return e
		case <-watch.C:
			if away := s.away(); away > s.channel.config.Stalled {
				s.log.Warn("no connection to WhatsApp: it is begun anew", "for", away)
				return end{}
			}
		case <-ctx.Done():
			return end{}
		}
	}
}

// away is how long there has been no connection.
func (s *session) away() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.channel.live.Load() == s {
		return 0
	}
	return time.Since(s.since)
}

// close ends what events tell of the device.
func (s *session) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	s.channel.live.CompareAndSwap(s, nil)
}

func (s *session) finish(e end) {
	s.close()
	select {
	case s.ended <- e:
	default:
	}
}

func (s *session) stands(state gateway.DeviceState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return
	}
	if state == gateway.Connected {
		s.channel.live.Store(s)
	} else if s.channel.live.CompareAndSwap(s, nil) {
		s.since = time.Now()
	}
	if s.device.State != state {
		s.device = s.channel.keep(s.device, state, "")
	}
}

// hear is whatsmeow's handler: false leaves a text unacknowledged, so that
// WhatsApp delivers it again. whatsmeow acknowledges what panicked; we do not.
func (s *session) hear(e any) (took bool) {
	defer func() {
		if r := recover(); r != nil {
			s.log.Error("a panic while an event of WhatsApp was handled", "event", fmt.Sprintf("%T", e), "panic", r)
			took = s.panicked(e)
		}
	}()
	switch e := e.(type) {
	case *events.Connected:
		s.resets.Store(0)
		s.stands(gateway.Connected)
	case *events.Disconnected:
		if !s.client.IsConnected() { // else its word came later than the next connection's
			s.stands(gateway.Connecting)
		}
	case *events.KeepAliveTimeout:
		s.stands(gateway.Connecting)
	case *events.KeepAliveRestored:
		s.stands(gateway.Connected)
	case *events.Message:
		return s.receive(e)
	case *events.UndecryptableMessage:
		s.unreadable(e)
	case *events.Receipt:
		return s.receipt(e)
	case *events.NotifyAccountReachoutTimelock:
		s.reachOut(e.IsActive, e.TimeEnforcementEnds.Time)
	case *events.LoggedOut:
		s.finish(end{state: gateway.LoggedOut, code: number(int(e.Reason))})
	case *events.StreamReplaced:
		s.finish(end{state: gateway.Replaced})
	case *events.TemporaryBan:
		s.finish(end{state: gateway.Banned, code: number(int(e.Code)), until: time.Now().Add(max(e.Expire, time.Second))})
	case *events.ClientOutdated:
		s.finish(end{state: gateway.Outdated})
	case *events.ConnectFailure:
		s.finish(end{state: gateway.Disconnected, code: number(int(e.Reason))})
	case *events.CATRefreshError:
		s.finish(end{state: gateway.Disconnected, code: "cat"})
	}
	return true
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// reachOut pauses new chats, or no longer: WhatsApp says so where an account wrote
// to too many who had not written to it.
func (s *session) reachOut(active bool, until time.Time) {
	if !active {
		s.locked.Store(0)
		s.shut.Clear()
		return
	}
	if until.Before(time.Now()) {
		until = time.Now().Add(reachOutPause)
	}
	s.locked.Store(until.Unix())
	s.log.Warn("WhatsApp lets the account begin no new chat", "until", until, "alert", true)
}

// reachOutPause is how long no new chat is begun where WhatsApp does not say.
const reachOutPause = 24 * time.Hour

// later does something beside the events. An event can outlive the connection: what
// it starts once the session stops is left.
func (s *session) later(timeout time.Duration, do func(context.Context)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return
	}
	s.work.Go(func() {
		ctx, cancel := context.WithTimeout(s.ctx, timeout)
		defer cancel()
		do(ctx)
	})
}

// failed has WhatsApp deliver again what could not be committed: it does so only
// to a new connection.
func (s *session) failed() {
	if !s.awaiting.CompareAndSwap(false, true) {
		return
	}
	pause := min(time.Second<<min(s.resets.Add(1)-1, 5), 30*time.Second)
	s.later(pause+time.Minute, func(ctx context.Context) {
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
		s.awaiting.Store(false)
		s.client.ResetConnection()
	})
}

// counts counts how often something happened, of a few things.
type counts struct {
	mu sync.Mutex
	n  map[types.MessageID]int
}

func (c *counts) add(id types.MessageID) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.n) > 1000 || c.n == nil {
		c.n = map[types.MessageID]int{}
	}
	c.n[id]++
	return c.n[id]
}

// logger is whatsmeow's log in ours. What it says at Info concerns it alone.
type logger struct {
	log    *slog.Logger
	module string
}

var _ waLog.Logger = logger{}

func (l logger) say(level slog.Level, msg string, args []any) {
	if l.log.Enabled(context.Background(), level) {
		l.log.Log(context.Background(), level, fmt.Sprintf(msg, args...), "module", "whatsmeow"+l.module)
	}
}

func (l logger) Errorf(msg string, args ...any) { l.say(slog.LevelError, msg, args) }
func (l logger) Warnf(msg string, args ...any)  { l.say(slog.LevelWarn, msg, args) }
func (l logger) Infof(msg string, args ...any)  { l.say(slog.LevelDebug, msg, args) }
func (l logger) Debugf(msg string, args ...any) { l.say(slog.LevelDebug, msg, args) }
func (l logger) Sub(module string) waLog.Logger { return logger{l.log, l.module + "/" + module} }
