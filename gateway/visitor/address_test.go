package visitor

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

func TestWhoAsksIsReadThroughTrustedProxiesOnly(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("127.0.0.1/32")}
	for what, c := range map[string]struct {
		remote    string
		forwarded []string
		want      string
	}{
		"nobody between":                      {"192.0.2.7:5000", nil, "192.0.2.7"},
		"a client that invents":               {"192.0.2.7:5000", []string{"198.51.100.1"}, "192.0.2.7"},
		"one proxy":                           {"10.0.0.1:5000", []string{"192.0.2.7"}, "192.0.2.7"},
		"a client that invents, and a proxy":  {"10.0.0.1:5000", []string{"198.51.100.1, 192.0.2.7"}, "192.0.2.7"},
		"two proxies":                         {"10.0.0.1:5000", []string{"198.51.100.1, 192.0.2.7, 10.0.0.2"}, "192.0.2.7"},
		"two headers":                         {"10.0.0.1:5000", []string{"198.51.100.1", "192.0.2.7,10.0.0.2"}, "192.0.2.7"},
		"a port":                              {"10.0.0.1:5000", []string{"192.0.2.7:443"}, "192.0.2.7"},
		"IPv6":                                {"[2001:db8::1]:5000", []string{"2001:db9::7"}, "2001:db9::7"},
		"IPv6 with a port":                    {"[2001:db8::1]:5000", []string{"[2001:db9::7]:443"}, "2001:db9::7"},
		"IPv6 in brackets":                    {"[2001:db8::1]:5000", []string{"[2001:db9::7]"}, "2001:db9::7"},
		"IPv4 in IPv6":                        {"[::ffff:10.0.0.1]:5000", []string{"::ffff:192.0.2.7"}, "192.0.2.7"},
		"a proxy that says nothing":           {"10.0.0.1:5000", nil, "10.0.0.1"},
		"a proxy that says no address":        {"10.0.0.1:5000", []string{"192.0.2.7, unknown"}, "10.0.0.1"},
		"nothing but proxies":                 {"10.0.0.1:5000", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		"a proxy behind somebody":             {"10.0.0.1:5000", []string{"10.0.0.9, 192.0.2.7, 10.0.0.2"}, "192.0.2.7"},
		"more proxies than anybody has":       {"10.0.0.1:5000", []string{"192.0.2.7" + strings.Repeat(", 10.0.0.2", 100)}, "10.0.0.2"},
		"a socket that is no network address": {"@", []string{"192.0.2.7"}, "@"},
	} {
		r := &http.Request{RemoteAddr: c.remote, Header: http.Header{"X-Forwarded-For": c.forwarded}}
		if got := Address(r, trusted); got != c.want {
			t.Errorf("%s: got %s, want %s", what, got, c.want)
		}
	}
}

func FuzzWhoAsks(f *testing.F) {
	f.Add("10.0.0.1:1", "192.0.2.7, 10.0.0.2")
	f.Add("[::1]:1", ",,[,],%,fe80::1%eth0")
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::/0")}
	f.Fuzz(func(t *testing.T, remote, forwarded string) {
		got := Address(&http.Request{RemoteAddr: remote, Header: http.Header{"X-Forwarded-For": {forwarded}}}, trusted)
		if _, err := netip.ParseAddr(got); err != nil && got != remote {
			t.Errorf("%q %q: %q is no address", remote, forwarded, got)
		}
	})
}
