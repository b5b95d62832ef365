package gateway

import (
	"fmt"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func TestADeviceIsInOneState(t *testing.T) {
	r := prometheus.NewRegistry()
	m := NewDeviceMetrics(r)
	m.Set(Device{Channel: "shop", State: Connected})
	m.Set(Device{Channel: "other", State: Unpaired})
	m.Set(Device{Channel: "shop", State: Banned})
	m.Forget("other")
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, f := range families {
		for _, s := range f.Metric {
			fmt.Fprint(&got, f.GetName())
			for _, l := range s.Label {
				fmt.Fprint(&got, " ", l.GetValue())
			}
			fmt.Fprintln(&got, "", s.Gauge.GetValue())
		}
	}
	const want = `causette_device_state shop banned 1
causette_device_state shop connected 0
causette_device_state shop connecting 0
causette_device_state shop disconnected 0
causette_device_state shop logged_out 0
causette_device_state shop outdated 0
causette_device_state shop replaced 0
causette_device_state shop unpaired 0
causette_device_up shop 0
`
	if got.String() != want {
		t.Errorf("%s\nwant\n%s", &got, want)
	}
	var none *DeviceMetrics
	none.Set(Device{Channel: "shop", State: Connected})
	none.Forget("shop")
}
