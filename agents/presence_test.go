package agents

import (
	"slices"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
)

func TestWhoIsThereIsWrittenDownNowAndThen(t *testing.T) {
	var s seen
	look := func(at time.Duration, ids ...conversation.AgentID) []conversation.AgentID {
		due := s.due(ids, nine.Add(at))
		s.written(due, nine.Add(at))
		return due
	}
	for _, c := range []struct {
		at   time.Duration
		want []conversation.AgentID
	}{
		{0, []conversation.AgentID{"lea", "theo"}},
		{5 * time.Second, nil},
		{29 * time.Second, nil},
		{30 * time.Second, []conversation.AgentID{"lea", "theo"}},
		{59 * time.Second, nil},
		{0, []conversation.AgentID{"lea", "theo"}}, // the clock was set back
	} {
		if got := look(c.at, "theo", "lea"); !slices.Equal(got, c.want) {
			t.Errorf("after %s %q are written down, not %q", c.at, got, c.want)
		}
	}
	look(10*time.Minute, "ana")
	if len(s.at) != 1 {
		t.Errorf("who has gone is remembered: %v", s.at)
	}
}
