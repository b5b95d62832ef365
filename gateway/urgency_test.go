package gateway_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// slowly is a lane of five texts a second.
func slowly(o *gateway.Options) { o.Routes[0].PerSecond = 5 }

// sent counts the texts that have left.
func (w *world) sent() int {
	w.carrier.mu.Lock()
	defer w.carrier.mu.Unlock()
	return len(w.carrier.accepted)
}

func TestAnAnswerOvertakesPromptsOfEverybody(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		w := newWorld(t, url, slowly)
		const prompts = 60 // twelve seconds of the lane
		for i := range prompts {
			w.text(conversation.Address(fmt.Sprintf("+3361234%04d", i)), fmt.Sprintf("M%d", i), "market")
		}
		// One of them asks something, with her own prompt still in line.
		last := conversation.Address(fmt.Sprintf("+3361234%04d", prompts-1))
		asked := w.sent()
		w.text(last, "Q1", "say 1")
		w.text(ana, "Q2", "say 2")
		line := w.sent() // the answers are in it now
		w.carrier.await(t, "the answers", func() bool {
			got := w.carrier.texts()
			return slices.Contains(got, "Q1/0") && slices.Contains(got, "Q2/1")
		})
		w.carrier.mu.Lock()
		defer w.carrier.mu.Unlock()
		got := w.carrier.texts()
		if before := slices.Index(got, "Q2/1") - line; before > prompts/6 {
			t.Errorf("%d texts left before the answers which were in line: %v", before, got)
		}
		if slices.Index(got, fmt.Sprintf("M%d/promo", prompts-1)) >= asked {
			t.Error("her prompt left before the answer to her question")
		}
	})
}
