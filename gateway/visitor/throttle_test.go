package visitor

import (
	"fmt"
	"testing"
	"time"
)

func TestWhoGuessesIsStopped(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	th := NewThrottle(15*time.Second, 5, 100)
	for i := range 5 {
		if !th.Allow("lea@lumen.example", now) {
			t.Fatalf("attempt %d was stopped", i)
		}
	}
	if th.Allow("lea@lumen.example", now) {
		t.Error("the sixth attempt at once was let through")
	}
	if !th.Allow("theo@lumen.example", now) {
		t.Error("somebody else was stopped")
	}
	if !th.Allow("lea@lumen.example", now.Add(15*time.Second)) {
		t.Error("a quarter of a minute later they may try again")
	}
}

func TestAThrottleKeepsNoMoreThanItHasRoomFor(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	th := NewThrottle(time.Minute, 2, 100)
	passed := 0
	for i := range 1000 {
		if th.Allow(fmt.Sprint("guess-", i), now) {
			passed++
		}
	}
	if len(th.keys) != 100 || passed != 102 {
		t.Errorf("%d keys are kept and %d attempts passed: 100 of their own, 2 of all strangers", len(th.keys), passed)
	}
	if !th.Allow("later", now.Add(time.Hour)) || len(th.keys) != 1 {
		t.Errorf("an hour later %d keys are kept: the old ones are forgotten", len(th.keys))
	}
}

func TestWhoHasNoTryLeftIsKnownWithoutCounting(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	th := NewThrottle(time.Minute, 1, 100)
	if th.Spent("a", now) {
		t.Error("a stranger has tried nothing")
	}
	th.Allow("a", now)
	if !th.Spent("a", now) || th.Spent("a", now.Add(time.Minute)) {
		t.Error("the only try was spent, and comes back after a minute")
	}
}
