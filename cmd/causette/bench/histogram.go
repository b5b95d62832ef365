package main

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// histogram counts durations in buckets that are at most 1/64 wide of what they
// hold, as HdrHistogram does: a minute of arrivals costs 16 KiB, and recording
// never waits. The zero value is empty.
type histogram struct {
	counts [64 * (32 + 1)]atomic.Int64
	max    atomic.Int64 // µs
}

// bucket is where a duration of us microseconds is counted: one a microsecond
// up to 127, then 64 for each doubling.
func bucket(us uint64) int {
	shift := max(bits.Len64(us)-7, 0)
	return shift<<6 + int(us>>shift)
}

// edge is the longest duration, in microseconds, that the bucket counts.
func edge(bucket int) uint64 {
	shift := max(bucket>>6-1, 0)
	return uint64(bucket-shift<<6+1)<<shift - 1
}

func (h *histogram) record(d time.Duration) {
	us := max(d.Microseconds(), 0)
	h.counts[min(bucket(uint64(us)), len(h.counts)-1)].Add(1)
	for {
		most := h.max.Load()
		if us <= most || h.max.CompareAndSwap(most, us) {
			return
		}
	}
}

func (h *histogram) count() (n int64) {
	for i := range h.counts {
		n += h.counts[i].Load()
	}
	return n
}

// quantile is a duration that the share q of all recorded ones does not exceed.
func (h *histogram) quantile(q float64) time.Duration {
	rank := int64(q * float64(h.count()))
	for i := range h.counts {
		if rank -= h.counts[i].Load(); rank < 0 {
			return min(time.Duration(edge(i))*time.Microsecond, h.longest())
		}
	}
	return h.longest()
}

func (h *histogram) longest() time.Duration { return time.Duration(h.max.Load()) * time.Microsecond }
