package console

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// maxHops bounds how many proxies are followed back.
const maxHops = 16

// clientAddress is who asks, by network address. A proxy that is trusted says
// it in X-Forwarded-For, to which each appends whom it heard: so it is read
// from the right, and what stands left of the first address that is not a
// trusted proxy's may be invented.
func clientAddress(r *http.Request, trusted []netip.Prefix) string {
	client, ok := address(r.RemoteAddr)
	if !ok {
		return r.RemoteAddr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && i >= len(hops)-maxHops; i-- {
		if !slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(client) }) {
			break
		}
		before, ok := address(strings.TrimSpace(hops[i]))
		if !ok {
			break
		}
		client = before
	}
	return client.String()
}

// address reads an address with or without a port.
func address(s string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	if err != nil {
		var both netip.AddrPort
		both, err = netip.ParseAddrPort(s)
		a = both.Addr()
	}
	return a.Unmap().WithZone(""), err == nil
}
