// Package visitor is who asks over HTTP without an account, and how often they may.
package visitor

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// maxHops bounds how many proxies are followed back.
const maxHops = 16

// Address is who asks, by network address. A proxy that is trusted says
// it in X-Forwarded-For, to which each appends whom it heard: so it is read
// from the right, and what stands left of the first address that is not a
// trusted proxy's may be invented.
func Address(r *http.Request, trusted []netip.Prefix) string {
	client, ok := parse(r.RemoteAddr)
	if !ok {
		return r.RemoteAddr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && i >= len(hops)-maxHops; i-- {
		if !slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(client) }) {
			break
		}
		before, ok := parse(strings.TrimSpace(hops[i]))
		if !ok {
			break
		}
		client = before
	}
	return client.String()
}

// parse reads an address with or without a port.
func parse(s string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	if err != nil {
		var both netip.AddrPort
		both, err = netip.ParseAddrPort(s)
		a = both.Addr()
	}
	return a.Unmap().WithZone(""), err == nil
}

// Network is whose attempts are counted together: an IPv4 address, and of IPv6
// the 64 bits that a customer of a provider has at least.
func Network(from string) string {
	address, err := netip.ParseAddr(from)
	if err != nil || address.Unmap().Is4() {
		return from
	}
	prefix, err := address.WithZone("").Prefix(64)
	if err != nil {
		return from
	}
	return prefix.String()
}
