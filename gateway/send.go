package gateway

import (
	"context"
	"errors"
	"time"

	"github.com/causette/causette/conversation"
)

// launch is an attempt whose move to posting is committed.
type launch struct {
	hold     *hold
	posting  Posting
	flight   Flight
	deadline time.Time // on this node's monotonic clock; earlier than the flight's
}

// launch sends in a goroutine of its own; the slot that the hold took bounds them.
func (l *lane) launch(a launch) {
	l.g.busy.Add(1)
	go func() {
		defer l.g.busy.Add(-1)
		defer a.hold.release()
		l.attempt(a)
	}()
}

// attempt writes the request, once, before the deadline, and settles what came
// of it. What is ambiguous is resolved by asking the carrier.
func (l *lane) attempt(a launch) {
	ctx, cancel := context.WithDeadline(context.Background(), a.deadline)
	defer cancel()
	l.g.at(PointPosting)
	started := time.Now()
	if !started.Before(a.deadline) {
		l.finish(a, Settlement{Status: Queued, Code: "deadline", After: started.Add(backoff(a.posting.Attempt))}, nil) // never written: safe to say again
		return
	}
	l.g.at(PointRequesting)
	receipt, err := l.channel.Send(ctx, a.posting)
	l.g.at(PointAnswered)
	l.g.metrics.sent(l.id, time.Since(started), err)
	if err == nil {
		l.finish(a, Settlement{Status: receipt.Status, Carrier: receipt.Carrier}, nil)
		return
	}
	failure := asSendError(err)
	l.g.log.Info("send failed", "brand", l.brand, "channel", l.id, "message", a.posting.Message,
		"code", failure.Code, "consequence", failure.Consequence, "attempt", a.posting.Attempt)
	l.contain(failure, a.posting.To)
	if failure.Consequence == Ambiguous {
		l.resolve(a)
		return
	}
	s, event := l.outcome(a.posting, failure)
	l.finish(a, s, event)
}

// maxAttempts bounds the tries of an error whose table row gives no limit.
const maxAttempts = 12

// backoff is how long a message waits after an attempt that did not reach the
// carrier: not at all after the first, then longer and longer, so that a node that
// is overloaded for a while does not use up the attempts of what it has to say.
func backoff(attempt int) time.Duration {
	if attempt < 2 {
		return 0
	}
	return min(100*time.Millisecond<<min(attempt-2, 10), time.Minute)
}

// outcome turns a carrier's refusal into the message's settlement and, where it
// tells something of the customer, an event.
func (l *lane) outcome(p Posting, f *SendError) (Settlement, *conversation.Event) {
	now := time.Now()
	failed := Settlement{Status: Failed, Code: f.Code}
	switch f.Consequence {
	case Retry, Reschedule:
		limit := f.Limit
		if limit == 0 {
			limit = maxAttempts
		}
		wait := max(f.After, backoff(p.Attempt))
		if f.Consequence == Reschedule {
			wait = max(wait, 12*time.Hour)
		}
		if again := now.Add(wait); p.Attempt < limit && (p.Expires.IsZero() || again.Before(p.Expires)) {
			return Settlement{Status: Queued, Code: f.Code, After: again}, nil
		}
		return failed, nil
	case OptedOut, Invalid, Unreachable, FallBack:
		e := l.refusal(p.Message, p.Prompt, f.Code, now)
		e.Refusal.OptOut = f.Consequence == OptedOut
		e.Refusal.Invalid = f.Consequence == Invalid || f.Consequence == Unreachable
		return failed, e
	}
	return failed, nil
}

// refusal is the event of a message that will not arrive; one a message.
func (l *lane) refusal(id conversation.MessageID, prompt, code string, at time.Time) *conversation.Event {
	return &conversation.Event{
		ID: conversation.EventID("refused:" + string(id)), Type: conversation.SendRefused, Time: at.UTC(),
		Refusal: &conversation.Refusal{Message: id, Channel: l.id, Medium: l.channel.Medium(), Code: code, Prompt: prompt},
	}
}

// contain stops more than the message where the error says so.
func (l *lane) contain(f *SendError, to conversation.Address) {
	if f.Alert {
		l.g.log.Error("the carrier's answer needs a person", "channel", l.id, "code", f.Code, "alert", true)
	}
	switch f.Halts {
	case WholeSender, WholeAccount:
		l.g.halt(l, f)
	case WholeCountry:
		l.closed.close(to, f.Code)
	case SlowerPace:
		l.slow()
	}
}

// finish settles the attempt. It is tried until the lease runs out: after that
// whoever takes the message over asks the carrier.
func (l *lane) finish(a launch, s Settlement, event *conversation.Event) {
	defer l.g.flights.settled(a.posting.Message)
	s.Message, s.Customer, s.Attempt = a.posting.Message, a.posting.Customer, a.posting.Attempt
	s.At = time.Now().UTC()
	if event == nil && s.Status == Failed && a.posting.Prompt != "" {
		event = l.refusal(a.posting.Message, a.posting.Prompt, s.Code, s.At) // another medium may say it
	}
	giveUp := a.deadline.Add(l.g.opt.Lease - l.g.opt.Deadline)
	for {
		err := l.g.own(settling{Brand: l.brand, Settlement: s, Event: event})
		if err == nil {
			l.g.at(PointSettled)
			return
		}
		if time.Now().After(giveUp) {
			return
		}
		if !errors.Is(err, ErrBusy) {
			l.g.log.Error("cannot settle a message", "message", s.Message, "error", err)
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}
