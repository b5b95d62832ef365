package store

import (
	"testing"
	"time"
)

// Large pieces of the log are for a writer whose groups are full: one short group
// after the other would wait for them.
func TestTheLogIsCarriedInLargePiecesWhereGroupsAreFull(t *testing.T) {
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	w := &writer{session: session{clock: func() time.Time { return now }}}
	var seen usage
	w.pause(&seen)
	for _, c := range []struct {
		groups int64
		each   time.Duration
		pause  time.Duration
	}{
		{38, 26 * time.Millisecond, busyPause},
		{600, 1600 * time.Microsecond, checkpointPause}, // as busy
		{20, 26 * time.Millisecond, checkpointPause},
		{0, 0, checkpointPause},
	} {
		w.used.Add(c.groups * int64(c.each))
		w.ended.Add(c.groups)
		now = now.Add(time.Second)
		if pause := w.pause(&seen); pause != c.pause {
			t.Errorf("%d groups of %s in a second: the next piece after %s, not %s", c.groups, c.each, pause, c.pause)
		}
	}
}
