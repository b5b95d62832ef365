package whatsapp

import (
	"context"
	"testing"
	"time"
)

// whatsmeow may still tell of something when the session has ended.
func TestASessionThatEndedBeginsNothing(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	s := &session{ctx: ctx}
	done := make(chan bool, 2)
	s.later(time.Minute, func(context.Context) { done <- true })
	s.work.Wait()
	stop()
	s.later(time.Minute, func(context.Context) { done <- true })
	s.work.Wait()
	if len(done) != 1 {
		t.Errorf("%d of the two were begun", len(done))
	}
}
