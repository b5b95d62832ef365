package conversation

import (
	"slices"
	"time"
)

// touchesFor is how long what was sent unasked is remembered: an incentive is
// given once in that time.
const touchesFor = 90 * 24 * time.Hour

// touches remembers something that was sent unasked.
func (t *turn) touches(x Touch) {
	old := func(x Touch) bool { return t.now.Sub(x.At) >= touchesFor }
	t.c.Customer.Touches = remember(slices.DeleteFunc(slices.Clone(t.c.Customer.Touches), old), x)
}

// untouched forgets what was taken back before it left.
func (t *turn) untouched(prompt string) {
	t.c.Customer.Touches = slices.DeleteFunc(slices.Clone(t.c.Customer.Touches), func(x Touch) bool { return x.Prompt == prompt })
}

// retouched moves what is said once more to now: caps count from the last word.
func (t *turn) retouched(prompt string) {
	if i := slices.IndexFunc(t.c.Customer.Touches, func(x Touch) bool { return x.Prompt == prompt }); i >= 0 {
		x := t.c.Customer.Touches[i]
		x.At = t.now
		t.untouched(prompt)
		t.touches(x)
	}
}
