package gateway

import (
	"errors"
	"testing"
	"time"
)

func TestAnEventIsToldAgainAtTheTimesOfTheStandard(t *testing.T) {
	failed := errors.New("503")
	for i, wait := range tellAgain {
		got := time.Until(again(i+1, &Untold{Err: failed}))
		if got < wait-time.Second || got > wait+wait/5+time.Second {
			t.Errorf("after try %d: %s, want %s and up to a fifth more", i+1, got, wait)
		}
	}
	for name, c := range map[string]struct {
		attempt  int
		err      error
		from, to time.Duration // 0: never
	}{
		"the last try":              {len(tellAgain) + 1, &Untold{Err: failed}, 0, 0},
		"gone":                      {1, &Untold{Gone: true, Err: failed}, 0, 0},
		"too large":                 {1, &Untold{Never: true, Err: failed}, 0, 0},
		"an error of any sort":      {1, failed, 4 * time.Second, 7 * time.Second},
		"as the shop asks":          {1, &Untold{After: time.Hour, Err: failed}, 59 * time.Minute, time.Hour},
		"as the shop asks, bounded": {1, &Untold{After: 1000 * time.Hour, Err: failed}, 23 * time.Hour, 24 * time.Hour},
		"later than the shop asks":  {3, &Untold{After: time.Second, Err: failed}, 29 * time.Minute, 37 * time.Minute},
	} {
		due := again(c.attempt, c.err)
		if c.to == 0 && !due.IsZero() {
			t.Errorf("%s: told again at %v", name, due)
		}
		if wait := time.Until(due); c.to != 0 && (wait < c.from || wait > c.to) {
			t.Errorf("%s: told again in %s", name, wait)
		}
	}
}
