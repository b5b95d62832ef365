package twilio

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/causette/causette/gateway"
)

var _ gateway.Fetcher = (*Channel)(nil)

// maxHops bounds the redirects to where Twilio's storage has a file: one, as
// https://www.twilio.com/docs/messaging/api/media-resource describes it.
const maxHops = 3

// Fetch opens a picture, a voice note or a file. Twilio's API asks for the
// account's credentials and sends on to its storage, which must not get them.
func (c *Channel) Fetch(ctx context.Context, address string) (gateway.File, error) {
	at, err := url.Parse(address)
	if err != nil || at.Host != c.base.Host || !strings.Contains(at.Path, "/Accounts/"+c.config.AccountSID+"/Messages/") {
		return gateway.File{}, fmt.Errorf("fetch a file: it is not of this account at %s: %w", c.base.Host, gateway.ErrNotFound)
	}
	at = &url.URL{Scheme: c.base.Scheme, Host: c.base.Host, Path: at.Path}
	for hop := range maxHops {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
		if err != nil {
			return gateway.File{}, fmt.Errorf("fetch a file: %w", err)
		}
		req.Header.Set("User-Agent", "causette")
		if hop == 0 {
			req.SetBasicAuth(c.config.AccountSID, c.config.AuthToken)
		}
		// RoundTrip, not Client.Do: a redirect must not carry the token elsewhere.
		res, err := c.transport.RoundTrip(req)
		if err != nil {
			return gateway.File{}, fmt.Errorf("fetch a file: %w", err)
		}
		if res.StatusCode == http.StatusOK {
			return gateway.File{Content: res.Body, Type: clean(res.Header.Get("Content-Type"), maxType), Size: res.ContentLength}, nil
		}
		res.Body.Close()
		next, err := res.Location()
		switch {
		case res.StatusCode == http.StatusNotFound, res.StatusCode == http.StatusGone:
			return gateway.File{}, fmt.Errorf("fetch a file: %w", gateway.ErrNotFound)
		case res.StatusCode < 300 || res.StatusCode > 399 || err != nil:
			return gateway.File{}, fmt.Errorf("fetch a file: http %d", res.StatusCode)
		case next.Scheme != "https" && next.Scheme != c.base.Scheme:
			return gateway.File{}, fmt.Errorf("fetch a file: sent on to %s, which is not https", next.Scheme)
		}
		at = next
	}
	return gateway.File{}, fmt.Errorf("fetch a file: sent on more than %d times", maxHops)
}
