package configs

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Links are a brand's short links.
type Links struct {
	Base    string        `yaml:"base"`    // "": public_url
	Allow   []string      `yaml:"allow"`   // hosts where they may lead, with what is below
	Expires time.Duration `yaml:"expires"` // how long they lead there
}

// DefaultLinkLife is longer than any offer lasts, and shorter than a domain.
const DefaultLinkLife = 90 * day

func (l *Links) defaults() { l.Expires = DefaultLinkLife }

// LinkBase is the domain of a brand's short links, "" where it has none.
func (c *Config) LinkBase(b *Brand) string {
	switch {
	case b.Links == nil:
		return ""
	case b.Links.Base != "":
		return b.Links.Base
	}
	return c.PublicURL
}

const maxHosts = 100

// dotted is a host's name, or the name of those below it.
var dotted = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$`)

func (c checker) links(path string, l *Links) {
	if l.Base = strings.TrimRight(l.Base, "/"); l.Base != "" {
		c.url(path+".base", l.Base, "https")
		if strings.Count(l.Base, "/") > 2 || strings.Contains(l.Base, "?") {
			c.wrong(path+".base", fmt.Sprintf("%q is more than a domain", l.Base), "write it as https://lmn.example; /l/ follows")
		}
	}
	if len(l.Allow) == 0 && !c.broken(path+".allow") {
		c.wrong(path+".allow", "is missing: a short link could lead anywhere", "name the shop's domain, as [lumen.example]")
	}
	within(c, path+".allow", len(l.Allow), 0, maxHosts, "hosts")
	for i, host := range l.Allow {
		if !dotted.MatchString(host) || len(host) > 253 {
			c.wrong(fmt.Sprintf("%s.allow[%d]", path, i), fmt.Sprintf("%q is no host", host), "write it without https:// and path, in small letters, as lumen.example")
		}
	}
	span(c, path+".expires", l.Expires, time.Hour, 3650*day)
}
