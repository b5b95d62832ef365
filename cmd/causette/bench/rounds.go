package main

import (
	"cmp"
	"slices"
)

// rounds is how often what is compared is measured, in turns. The speed of a
// virtual machine drifts by a quarter within a minute: it is the same for both
// halves of a short round, and a median leaves out the round where it was not.
// Odd, so that one is in the middle.
const rounds = 5

// series is one figure, measured in every round.
type series []float64

// over is the ratio of each round.
func (s series) over(o series) series {
	ratios := make(series, len(s))
	for i := range s {
		ratios[i] = s[i] / o[i]
	}
	return ratios
}

func median[T cmp.Ordered](of []T) T {
	return slices.Sorted(slices.Values(of))[len(of)/2]
}
