package gateway

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/causette/causette/conversation"
)

// metrics are the gateway's numbers, by the names that dashboards use.
type metrics struct {
	turns    *prometheus.CounterVec
	statuses *prometheus.CounterVec
	sends    *prometheus.HistogramVec
	errors   *prometheus.CounterVec
	group    prometheus.Histogram
	halted   *prometheus.GaugeVec
	told     *prometheus.CounterVec
	refused  prometheus.Counter
	poisoned prometheus.Counter
	caughtUp prometheus.Counter
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		turns:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "causette_turns_total", Help: "Turns taken, by event type."}, []string{"type"}),
		statuses: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "causette_message_status_total", Help: "Outbound messages that reached a status."}, []string{"channel", "status"}),
		sends:    prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "causette_send_seconds", Help: "Time a carrier took to answer.", Buckets: prometheus.ExponentialBuckets(0.002, 2, 13)}, []string{"channel"}),
		errors:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "causette_send_errors_total", Help: "Failed attempts, by the carrier's code."}, []string{"channel", "code"}),
		group:    prometheus.NewHistogram(prometheus.HistogramOpts{Name: "causette_group_size", Help: "Works in one transaction.", Buckets: prometheus.ExponentialBuckets(1, 2, 9)}),
		halted:   prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "causette_channel_halted", Help: "1 for a channel that sends nothing until looked at."}, []string{"channel"}),
		told:     prometheus.NewCounterVec(prometheus.CounterOpts{Name: "causette_shop_events_total", Help: "Events posted to shops, by what became of the try: taken, later, dropped."}, []string{"brand", "outcome"}),
		refused:  prometheus.NewCounter(prometheus.CounterOpts{Name: "causette_events_refused_total", Help: "Events refused because no commit was possible."}),
		poisoned: prometheus.NewCounter(prometheus.CounterOpts{Name: "causette_events_poisoned_total", Help: "Events stored with their error."}),
		caughtUp: prometheus.NewCounter(prometheus.CounterOpts{Name: "causette_events_caught_up_total", Help: "Texts found in a carrier's list that no webhook had brought."}),
	}
	if r != nil {
		r.MustRegister(m.turns, m.statuses, m.sends, m.errors, m.group, m.halted, m.told, m.refused, m.poisoned, m.caughtUp)
	}
	return m
}

func (m *metrics) watchQueue(r prometheus.Registerer, q *queue) {
	if r == nil {
		return
	}
	r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "causette_queue_depth", Help: "Events that wait for the writer."},
		func() float64 { return float64(q.depth()) }))
}

func (m *metrics) turn(t conversation.EventType) {
	m.turns.WithLabelValues(string(t)).Inc()
}

func (m *metrics) status(c conversation.ChannelID, s Status) {
	m.statuses.WithLabelValues(string(c), string(s)).Inc()
}

func (m *metrics) sent(c conversation.ChannelID, took time.Duration, err error) {
	m.sends.WithLabelValues(string(c)).Observe(took.Seconds())
	var s *SendError
	if errors.As(err, &s) {
		m.errors.WithLabelValues(string(c), s.Code).Inc()
	}
}
