package gateway

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/causette/causette/conversation"
)

// DeviceMetrics are the numbers of the devices that this node holds; nil counts
// nothing.
type DeviceMetrics struct {
	up    *prometheus.GaugeVec
	state *prometheus.GaugeVec
}

var deviceStates = [...]DeviceState{Unpaired, Connecting, Connected, LoggedOut, Banned, Outdated, Replaced, Disconnected}

// NewDeviceMetrics registers them with r, unless it is nil.
func NewDeviceMetrics(r prometheus.Registerer) *DeviceMetrics {
	m := &DeviceMetrics{
		up:    prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "causette_device_up", Help: "1 for a device that is connected, 0 for one that is not."}, []string{"channel"}),
		state: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "causette_device_state", Help: "1 for the state that a device is in, 0 for the others."}, []string{"channel", "state"}),
	}
	if r != nil {
		r.MustRegister(m.up, m.state)
	}
	return m
}

// Set tells how a device is.
func (m *DeviceMetrics) Set(d Device) {
	if m == nil {
		return
	}
	m.up.WithLabelValues(string(d.Channel)).Set(one(d.State == Connected))
	for _, s := range deviceStates {
		m.state.WithLabelValues(string(d.Channel), string(s)).Set(one(d.State == s))
	}
}

// Forget ends what is told of a device: another node holds it.
func (m *DeviceMetrics) Forget(channel conversation.ChannelID) {
	if m == nil {
		return
	}
	of := prometheus.Labels{"channel": string(channel)}
	m.up.DeletePartialMatch(of)
	m.state.DeletePartialMatch(of)
}

func one(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
