package gateway_test

import (
	"slices"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

func TestTextsAndTimersKnowHowTheDeskLooks(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		live := &conversation.Live{Wait: 12 * time.Minute}
		w := newWorld(t, url, func(o *gateway.Options) {
			o.Live = func(b conversation.BrandID) *conversation.Live {
				if b != brand {
					return nil
				}
				return live
			}
		})
		w.text(ana, "IN1", "wait")
		w.carrier.await(t, "the answer", func() bool { return len(w.carrier.accepted) == 1 })
		w.text(ana, "IN2", "timer")
		w.carrier.await(t, "the timer's message", func() bool { return len(w.carrier.accepted) == 2 })
		if got := w.carrier.texts(); !slices.Equal(got, []string{"wait 12m0s", "timer ring 12m0s"}) {
			t.Errorf("said %q", got)
		}
	})
}
