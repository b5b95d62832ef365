package main

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestBucketsFollowEachOtherWithoutGapAndAreNarrow(t *testing.T) {
	for us := uint64(0); us < 1<<20; us++ {
		b := bucket(us)
		if us > edge(b) || b > 0 && us <= edge(b-1) {
			t.Fatalf("%d µs is counted in bucket %d, which holds %d to %d", us, b, edge(b-1)+1, edge(b))
		}
		if width := edge(b) - us; width*64 > us+64 {
			t.Fatalf("%d µs may be read as %d µs", us, edge(b))
		}
	}
}

func TestQuantilesAreNeverLowerThanTheTruthAndAtMostASixtyFourthHigher(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Int64Range(0, int64(10*time.Minute/time.Microsecond)), 1, 200).Draw(t, "microseconds")
		var h histogram
		for _, us := range all {
			h.record(time.Duration(us) * time.Microsecond)
		}
		slices.Sort(all)
		for _, q := range []float64{0, 0.5, 0.9, 0.99} {
			truth := all[min(int(q*float64(len(all))), len(all)-1)]
			if got := h.quantile(q).Microseconds(); got < truth || got > truth+truth/64+1 {
				t.Fatalf("quantile %v of %v is %d µs, want %d µs", q, all, got, truth)
			}
		}
		if h.longest().Microseconds() != all[len(all)-1] || h.count() != int64(len(all)) {
			t.Fatalf("longest %s and count %d of %v", h.longest(), h.count(), all)
		}
	})
}

func TestAnEmptyHistogramAnswersZero(t *testing.T) {
	var h histogram
	if h.quantile(0.99) != 0 || h.longest() != 0 {
		t.Fatalf("p99 %s, max %s", h.quantile(0.99), h.longest())
	}
}
