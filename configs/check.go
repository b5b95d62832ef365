package configs

import (
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/language"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Languages are those that the assistant understands.
var Languages = []string{"fr", "en", "es", "de", "it", "nl", "pt"}

const (
	maxBrands   = 1_000
	maxChannels = 10_000
	maxProxies  = 100
)

// checker says what is wrong with values that were read.
type checker struct{ *decoder }

func (c checker) wrong(path, what, do string) { c.fail(path, c.at(path), what, do) }

func (c checker) warn(path, what, do string) {
	c.problems = append(c.problems, Problem{File: c.file, Line: c.at(path), Field: path, What: what, Do: do, Warning: true})
}

// broken says whether reading the field failed already, so that it is not
// complained about twice.
func (c checker) broken(path string) bool {
	return slices.ContainsFunc(c.problems, func(p Problem) bool { return p.Field == path && !p.Warning })
}

func (c checker) config(cfg *Config) {
	c.hostPort("listen", cfg.Listen)
	c.hostPort("admin_listen", cfg.AdminListen)
	if cfg.Listen == cfg.AdminListen && cfg.Listen != "" && !strings.HasSuffix(cfg.Listen, ":0") {
		c.wrong("admin_listen", "is the same as listen", "give it a port of its own")
	}
	if !loopback(cfg.AdminListen) && !c.broken("admin_listen") {
		c.warn("admin_listen", "profiles and metrics are open to the network", "listen on 127.0.0.1, or put a firewall before it")
	}
	if cfg.PublicURL = strings.TrimRight(cfg.PublicURL, "/"); cfg.PublicURL != "" {
		c.url("public_url", cfg.PublicURL, "https", "http")
	}
	c.proxies(cfg.Proxies)
	c.database(cfg.Database)
	if cfg.Scripts != "" {
		if info, err := os.Stat(cfg.Scripts); err != nil || !info.IsDir() {
			c.wrong("scripts", fmt.Sprintf("there is no folder %s", cfg.Scripts), "leave it out for the embedded scripts")
		}
	}
	within(c, "queue", cfg.Queue, 1, 1_000_000, "events")
	span(c, "sending.deadline", cfg.Sending.Deadline, time.Second, time.Minute)
	span(c, "sending.lease", cfg.Sending.Lease, 2*time.Second, 10*time.Minute)
	span(c, "sending.list_lag", cfg.Sending.ListLag, 0, 10*time.Minute)
	if cfg.Sending.Lease < 2*cfg.Sending.Deadline && !c.broken("sending.lease") && !c.broken("sending.deadline") {
		c.wrong("sending.lease", fmt.Sprintf("%s is under twice the deadline of %s: a message could be sent by two nodes", cfg.Sending.Lease, cfg.Sending.Deadline), "lengthen it, or shorten sending.deadline")
	}
	within(c, "api.requests_per_second", cfg.API.PerSecond, 0.1, 10_000, "requests")
	within(c, "api.burst", cfg.API.Burst, 1, 100_000, "requests")
	span(c, "keep.keys", cfg.Keep.Keys, day, 3650*day)
	span(c, "keep.answers", cfg.Keep.Answers, time.Hour, 365*day)
	span(c, "keep.log", cfg.Keep.Log, day, 3650*day)
	for field, keep := range map[string]time.Duration{"messages": cfg.Keep.Messages, "notes": cfg.Keep.Notes, "prompts": cfg.Keep.Prompts, "conversations": cfg.Keep.Conversations} {
		if keep != 0 {
			span(c, "keep."+field, keep, 30*day, 36500*day)
		}
	}
	c.installation(cfg.Secret)
	c.desk("desk", &cfg.Desk)

	if len(cfg.Brands) == 0 && !c.broken("brands") {
		c.wrong("brands", "there is none", "name at least one shop below brands:")
	}
	within(c, "brands", len(cfg.Brands), 0, maxBrands, "brands")
	within(c, "channels", len(cfg.Channels), 0, maxChannels, "channels")
	ids := map[string]int{}
	for i := range cfg.Brands {
		path := fmt.Sprintf("brands[%d]", i)
		c.id(path, string(cfg.Brands[i].ID), ids)
		c.brand(path, &cfg.Brands[i])
		if l := cfg.Brands[i].Links; l != nil && l.Base == "" && cfg.PublicURL == "" {
			c.wrong(path+".links.base", "is missing, and there is no public_url", "write the brand's short domain, as https://lmn.example")
		}
		if _, own := embedded(cfg.Brands[i].ID); cfg.Scripts == "" && !own && identifier.MatchString(string(cfg.Brands[i].ID)) {
			c.warn(path+".id", fmt.Sprintf("%q has no scripts of its own and answers with those of %s", cfg.Brands[i].ID, DefaultBrand), "copy them, change what they say, and write scripts: ./scripts")
		}
	}
	c.channels(cfg)
}

// installation checks the secret that keys the ledger.
func (c checker) installation(secret string) {
	if secret == "" {
		return
	}
	if len(secret) < gateway.MinSecret && !c.broken("secret") {
		c.wrong("secret", fmt.Sprintf("has %d bytes", len(secret)), fmt.Sprintf("give it at least %d, as openssl rand -hex 32 makes them", gateway.MinSecret))
	}
	c.secret("secret")
}

func (c checker) proxies(list []string) {
	within(c, "trusted_proxies", len(list), 0, maxProxies, "networks")
	for i, p := range list {
		at := fmt.Sprintf("trusted_proxies[%d]", i)
		switch network, err := network(p); {
		case err != nil:
			c.wrong(at, fmt.Sprintf("%q is not a network", p), "write it as 10.0.0.0/8, 192.0.2.7 or 2001:db8::/32")
		case network.Bits() == 0:
			c.wrong(at, fmt.Sprintf("%q is everybody: anybody could say to be anybody", p), "name the networks of your proxies")
		}
	}
}

// network reads a network, or one address.
func network(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Unmap().Prefix(a.Unmap().BitLen())
	}
	p, err := netip.ParsePrefix(s)
	return p.Masked(), err
}

func (c checker) brand(path string, b *Brand) {
	if strings.TrimSpace(b.Name) == "" || len(b.Name) > 60 {
		c.wrong(path+".name", missing(b.Name, "is longer than 60 bytes"), "write the name that customers know, as name: Lumen")
	}
	c.languages(path+".languages", b.Languages)
	if b.Country = c.need(path+".country", b.Country, "write an ISO 3166-1 code such as FR"); b.Country != "" {
		if r, err := language.ParseRegion(b.Country); err != nil || !r.IsCountry() || r.Canonicalize().String() != b.Country || len(b.Country) != 2 {
			c.wrong(path+".country", fmt.Sprintf("%q is not a country", b.Country), "write an ISO 3166-1 code of two capitals such as FR"+countryHint(b.Country))
		}
	}
	if b.Timezone = c.need(path+".timezone", b.Timezone, "write an IANA name such as Europe/Paris"); b.Timezone != "" {
		if _, err := time.LoadLocation(b.Timezone); err != nil || b.Timezone == "Local" {
			c.wrong(path+".timezone", fmt.Sprintf("%q is not a time zone", b.Timezone), "write an IANA name such as Europe/Paris"+gateway.Suggest(b.Timezone, commonZones))
		}
	}
	if b.Currency = c.need(path+".currency", b.Currency, "write an ISO 4217 code such as EUR"); b.Currency != "" {
		if _, err := decimals(b.Currency); err != nil {
			c.wrong(path+".currency", fmt.Sprintf("%q is not a currency", b.Currency), "write an ISO 4217 code such as EUR"+gateway.Suggest(b.Currency, []string{"EUR", "USD", "GBP", "CHF", "CAD"}))
		} else if _, err := b.Escalate.CartValue.Minor(b.Currency); err != nil {
			c.wrong(path+".escalate.cart_value", err.Error(), "write fewer decimals")
		}
	}
	if b.Support.Phone == "" && b.Support.Email == "" && !c.broken(path+".support.phone") && !c.broken(path+".support.email") {
		c.wrong(path+".support", "has neither phone nor email: HELP would have nothing to answer", "give at least one of the two")
	}
	if b.Support.Phone != "" {
		c.phone(path+".support.phone", b.Support.Phone)
	}
	if a, err := mail.ParseAddress(b.Support.Email); b.Support.Email != "" && (err != nil || a.Address != b.Support.Email) {
		c.wrong(path+".support.email", fmt.Sprintf("%q is not an email address", b.Support.Email), "write it as aide@lumen.example")
	}
	span(c, path+".burst_wait", b.BurstWait, 0, 10*time.Second)
	span(c, path+".fallback_after", b.Fallback, 0, day)
	c.media(path+".prefer", b.Prefer)
	if b.UploadURL != "" {
		c.url(path+".upload_url", b.UploadURL, "https")
	}
	if b.Join != nil {
		c.join(path+".join", b.Join)
	}
	if b.Links != nil {
		c.links(path+".links", b.Links)
	}
	if b.Shop != nil {
		c.shop(path+".shop", b.Shop)
	}
}

func (c checker) join(path string, j *Join) {
	if j.Messages < 1 || j.Messages > 100 {
		c.wrong(path+".messages", fmt.Sprintf("%d is not 1 to 100", j.Messages), "write how many marketing messages people get at most")
	}
	if !slices.Contains([]string{"day", "week", "month"}, j.Per) {
		c.wrong(path+".per", fmt.Sprintf("%q is no time", j.Per), "write day, week or month")
	}
	if j.Privacy != "" {
		c.url(path+".privacy", j.Privacy, "https")
	}
}

func (c checker) shop(path string, s *Shop) {
	if s.URL == "" && s.Events == "" {
		c.need(path+".url", "", "write where reorders are posted, or in events_url where events are")
	}
	c.hook(path+".url", s.URL, s.AllowPrivate)
	c.hook(path+".events_url", s.Events, s.AllowPrivate)
	if c.need(path+".secret", s.Secret, "write ${SHOP_SECRET} and put whsec_… into the environment") != "" {
		if err := signingSecret(s.Secret); err != nil {
			c.wrong(path+".secret", err.Error(), "make one: echo whsec_$(openssl rand -base64 32)")
		}
		c.secret(path + ".secret")
	}
}

// hook checks where webhooks are posted.
func (c checker) hook(path, address string, private bool) {
	switch {
	case address == "":
	case private:
		c.url(path, address, "https", "http")
	default:
		c.url(path, address, "https")
		if host := hostOf(address); host == "localhost" || loopbackHost(host) {
			c.wrong(path, "leads to this machine", "set allow_private: true when that is meant")
		}
	}
}

func (c checker) languages(path string, languages []string) {
	if len(languages) == 0 && !c.broken(path) {
		c.wrong(path, "is missing", "write at least one, as [fr, en]; the first is the default")
	}
	for i, l := range languages {
		at := fmt.Sprintf("%s[%d]", path, i)
		if !slices.Contains(Languages, l) {
			c.wrong(at, fmt.Sprintf("%q is not a language that the assistant understands", l), "choose among "+strings.Join(Languages, ", ")+gateway.Suggest(l, Languages))
		} else if slices.Contains(languages[:i], l) {
			c.wrong(at, fmt.Sprintf("%q is there twice", l), "keep one")
		}
	}
}

// media checks the order in which media are tried.
func (c checker) media(path string, list []conversation.Medium) {
	for i, m := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		switch {
		case m != conversation.SMS && m != conversation.WhatsApp:
			c.wrong(at, fmt.Sprintf("%q is not a medium", m), "write sms or whatsapp")
		case slices.Contains(list[:i], m):
			c.wrong(at, fmt.Sprintf("%q is there twice", m), "keep one")
		}
	}
}

var identifier = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)

// id checks a name that stands in addresses, keys and logs.
func (c checker) id(path, id string, seen map[string]int) {
	path += ".id"
	switch first, twice := seen[id]; {
	case id == "" && c.broken(path):
	case !identifier.MatchString(id):
		c.wrong(path, missing(id, strconv.Quote(id)+" is not an id"), "write 1 to 40 of a-z, 0-9, - and _, as lumen")
	case twice:
		c.wrong(path, fmt.Sprintf("%q is taken on line %d", id, first), "give each an id of its own")
	default:
		seen[id] = c.at(path)
	}
}

// need complains about an empty field, and returns what there is to check: ""
// when there is nothing or reading it failed already.
func (c checker) need(path, value, do string) string {
	if c.broken(path) {
		return ""
	}
	if value == "" {
		c.wrong(path, "is missing", do)
	}
	return value
}

func (c checker) phone(path, number string) {
	if !strings.HasPrefix(number, "+") {
		c.wrong(path, fmt.Sprintf("%q has no country code", number), `write it in E.164, quoted: "+33123456789"`)
		return
	}
	n, err := phonenumbers.Parse(number, "")
	if err != nil || !phonenumbers.IsValidNumber(n) {
		c.wrong(path, fmt.Sprintf("%q is not a phone number that exists", number), `write it in E.164, quoted: "+33123456789"`)
		return
	}
	if e := phonenumbers.Format(n, phonenumbers.E164); e != number {
		c.wrong(path, fmt.Sprintf("%q is not E.164", number), "write it as \""+e+"\"")
	}
}

func (c checker) hostPort(path, address string) {
	if c.broken(path) {
		return
	}
	host, port, err := net.SplitHostPort(address)
	n, errPort := strconv.ParseUint(port, 10, 16)
	_, errIP := netip.ParseAddr(host)
	if err != nil || errPort != nil || n > 65535 || host != "" && errIP != nil && !hostname.MatchString(host) {
		c.wrong(path, fmt.Sprintf("%q is not a host and a port", address), "write it as 127.0.0.1:8080, or :8080 for every address")
	}
}

var hostname = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$`)

func (c checker) url(path, text string, schemes ...string) {
	if c.broken(path) {
		return
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		c.wrong(path, fmt.Sprintf("%q is not an address of the web", text), "write it as https://text.lumen.example")
	case !slices.Contains(schemes, u.Scheme):
		c.wrong(path, fmt.Sprintf("begins with %s:", u.Scheme), "begin it with "+strings.Join(schemes, ":// or ")+"://")
	case u.User != nil || u.Fragment != "":
		c.wrong(path, "holds a user or a #", "leave them out")
	}
}

func (c checker) database(text string) {
	if c.broken("database") {
		return
	}
	switch scheme, rest, _ := strings.Cut(text, ":"); {
	case scheme == "file" && rest != "":
	case scheme == "postgres" || scheme == "postgresql":
		u, err := url.Parse(text)
		if err != nil || strings.Trim(u.Path, "/") == "" {
			c.wrong("database", "is not the address of a PostgreSQL database", "write it as postgres://user:${DB_PASSWORD}@host/db")
			return
		}
		if _, has := u.User.Password(); has {
			c.secret("database")
		}
	default:
		// The text is not repeated: a mistyped scheme may stand before a password.
		c.wrong("database", "is neither file: nor postgres://", "write file:causette.db, or postgres://user:${DB_PASSWORD}@host/db"+gateway.Suggest(scheme, []string{"file", "postgres"}))
	}
}

// secret warns of one that stands in the file itself.
func (c checker) secret(path string) {
	if c.literal[path] {
		name := strings.ToUpper(path[strings.LastIndex(path, ".")+1:])
		c.warn(path, "a secret stands in the file", "write ${"+name+"} or a name of your own, and put it into the environment")
	}
}

func within[N int | float64](c checker, path string, n, low, high N, unit string) {
	if !c.broken(path) && !(n >= low && n <= high) {
		c.wrong(path, fmt.Sprintf("%v %s is out of bounds", n, unit), fmt.Sprintf("write %v to %v", low, high))
	}
}

func span(c checker, path string, t, low, high time.Duration) {
	if !c.broken(path) && (t < low || t > high) {
		c.wrong(path, fmt.Sprintf("%s is out of bounds", t), fmt.Sprintf("write %s to %s", low, high))
	}
}

func missing(value, otherwise string) string {
	if strings.TrimSpace(value) == "" {
		return "is missing"
	}
	return otherwise
}

func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	return err == nil && (host == "localhost" || loopbackHost(host))
}

func loopbackHost(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

func hostOf(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

func countryHint(code string) string {
	switch strings.ToUpper(code) {
	case "UK":
		return ` (did you mean "GB"?)`
	case "EL":
		return ` (did you mean "GR"?)`
	}
	return gateway.Suggest(code, []string{"FR", "BE", "CH", "LU", "DE", "ES", "IT", "NL", "PT", "GB", "US", "CA"})
}

// commonZones are suggested for misspelt ones.
var commonZones = []string{
	"Europe/Paris", "Europe/Brussels", "Europe/Zurich", "Europe/Luxembourg", "Europe/Berlin", "Europe/Madrid",
	"Europe/Rome", "Europe/Amsterdam", "Europe/Lisbon", "Europe/London", "America/New_York", "America/Chicago",
	"America/Denver", "America/Los_Angeles", "America/Toronto", "UTC",
}
