package conversation

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A link that an automation gives becomes a short one on the brand's own domain,
// where it has one: what it leads to is counted once a person.

// linkIn finds links in a text.
var linkIn = regexp.MustCompile(`(?i)https?://\S*`)

// isURL reports whether a value is a link, and nothing else.
func isURL(v string) bool {
	scheme, _, found := strings.Cut(v, "://")
	return found && (strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "http"))
}

// links says what becomes of the links among a template's values.
type links struct {
	shorten func(url string) string // nil: they stay as they are
	strict  bool                    // an automation's may lead only where the brand's links may; an agent looks at theirs
}

// link checks where a link leads and shortens it. Half a link leads nowhere, so
// one that is too long is refused, not cut.
func (f *filling) link(v string) (string, error) {
	if err := f.brand.allows(v, f.links.strict); err != nil || f.links.shorten == nil {
		return v, err
	}
	return f.links.shorten(v), nil
}

// strays refuses a value with a link among its words that leads where links may not.
func (f *filling) strays(v string) error {
	if !strings.Contains(v, "://") {
		return nil
	}
	for _, found := range linkIn.FindAllString(v, -1) {
		if err := f.brand.allows(strings.TrimRight(found, ".,;:!?)"), f.links.strict); err != nil {
			return err
		}
	}
	return nil
}

// allows says what is wrong with a link, nil for nothing.
func (b *BrandInfo) allows(v string, strict bool) error {
	u, err := url.Parse(v)
	switch {
	case err != nil || u.Hostname() == "" || strings.ContainsAny(v, " {}\"<>\\^`"):
		return fmt.Errorf("%q is no address of the web", cutRunes(v, 80))
	case len(v) > maxLink:
		return fmt.Errorf("the link has %d characters, at most %d are sent", len(v), maxLink)
	case strict && b.LinkURL != "" && !b.short(v) && !b.LeadsTo(u.Hostname()):
		return fmt.Errorf("%s is not among the hosts that the brand's links may lead to (%s)", u.Hostname(), strings.Join(b.LinkHosts, ", "))
	}
	return nil
}

// short reports a link that is short already.
func (b *BrandInfo) short(v string) bool {
	return b.LinkURL != "" && strings.HasPrefix(strings.ToLower(v), strings.ToLower(b.LinkURL))
}

// LeadsTo reports whether short links may lead to a host: one of LinkHosts, or
// below one.
func (b *BrandInfo) LeadsTo(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	return slices.ContainsFunc(b.LinkHosts, func(allowed string) bool {
		allowed = strings.ToLower(allowed)
		return host == allowed || strings.HasSuffix(host, "."+allowed)
	})
}

// linkLife is how long a short link leads where it did, unless the brand says otherwise.
const linkLife = 90 * 24 * time.Hour

// shortener makes the short links of what one turn says.
type shortener struct {
	brand  *BrandInfo
	event  EventID
	prompt string
	now    time.Time
	codes  []Code // of the links made, each once
}

// shortener makes short links for a prompt; what it made stands in codes, for
// the turn that says the text.
func (t *turn) shortener(prompt string) *shortener {
	return &shortener{brand: &t.brand, event: t.e.ID, prompt: prompt, now: t.now}
}

// shorten is the short link for a long one; one that may not be short is left as
// it is.
func (l *shortener) shorten(to string) string {
	u, err := url.Parse(to)
	if err != nil || l.brand.LinkURL == "" || l.brand.short(to) || !l.brand.LeadsTo(u.Hostname()) {
		return to
	}
	code := derived("link", l.brand.ID, l.event, l.prompt, to)
	if !slices.ContainsFunc(l.codes, func(c Code) bool { return c.Code == code }) {
		life := l.brand.LinkFor
		if life <= 0 {
			life = linkLife
		}
		l.codes = append(l.codes, Code{Code: code, Kind: "link", Expires: l.now.Add(life), URL: to, Prompt: l.prompt})
	}
	return strings.TrimRight(l.brand.LinkURL, "/") + "/" + code
}

// derived is a code of 80 bits. It is derived from the event, so that a turn
// that is run again gives the same; nobody can guess it who does not know the
// ids in it.
func derived(kind string, brand BrandID, id EventID, more ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(append([]string{kind, string(brand), string(id)}, more...), "\x00")))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
}
