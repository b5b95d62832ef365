package api

import (
	"net/mail"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/language"

	"github.com/causette/causette/conversation"
)

// Texts with a form of their own. Each says in the description what it is, and
// comes out of a request as we keep it.
type (
	phone   conversation.Address // E.164
	email   string
	tongue  string // ISO 639-1
	country string // ISO 3166-1
	zone    string // IANA
	link    string
	tag     string
	region  string // ISO 3166-2 without the country
)

func textSchema(limit int, description string, examples ...any) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, MaxLength: &limit, Description: description, Examples: examples}
}

// Schema says what a request may say; the same of all the others below.
func (phone) Schema(huma.Registry) *huma.Schema {
	return textSchema(40, "a phone number in E.164, or as people of the brand's country write it", "+33612345678")
}

func (p *phone) read(r *reader, v any, at string) {
	s := r.text(v, at, 40)
	if s == "" {
		return
	}
	e164, ok := r.brand.normalise(s)
	if !ok {
		r.fault(at, "is not a phone number that exists; send it in E.164, as +33612345678")
	}
	*p = phone(e164)
}

// normalise makes E.164 of a number.
func (b Brand) normalise(number string) (conversation.Address, bool) {
	n, err := phonenumbers.Parse(number, b.Country)
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return "", false
	}
	return conversation.Address(phonenumbers.Format(n, phonenumbers.E164)), true
}

func (email) Schema(huma.Registry) *huma.Schema {
	return textSchema(254, "an email address", "claire@example.com")
}

func (e *email) read(r *reader, v any, at string) {
	s := r.text(v, at, 254)
	if a, err := mail.ParseAddress(s); s != "" && (err != nil || a.Address != s) {
		r.fault(at, "is not an email address; send it as claire@example.com")
	}
	*e = email(s)
}

func (tongue) Schema(huma.Registry) *huma.Schema {
	return textSchema(35, "fr, or fr-FR", "fr")
}

func (t *tongue) read(r *reader, v any, at string) {
	s := r.text(v, at, 35)
	if s == "" {
		return
	}
	parsed, err := language.Parse(s)
	base, _ := parsed.Base()
	if err != nil || len(base.String()) != 2 {
		r.fault(at, "%q is not a language; send an ISO 639-1 code such as fr", s)
		return
	}
	*t = tongue(base.String())
}

func (country) Schema(huma.Registry) *huma.Schema {
	return textSchema(60, "ISO 3166-1, two letters", "FR")
}

func (c *country) read(r *reader, v any, at string) {
	s := r.text(v, at, 60)
	if s == "" {
		return
	}
	found, err := language.ParseRegion(s)
	if err != nil || !found.IsCountry() || len(s) != 2 {
		r.fault(at, "%q is not a country; send an ISO 3166-1 code such as FR", s)
		return
	}
	*c = country(found.Canonicalize().String())
}

func (region) Schema(huma.Registry) *huma.Schema {
	return textSchema(6, "ISO 3166-2: the state or province, with or without its country", "TX")
}

// read takes US-TX for TX: shops write both.
func (g *region) read(r *reader, v any, at string) {
	s := strings.ToUpper(r.text(v, at, 6))
	if _, after, ok := strings.Cut(s, "-"); ok {
		s = after
	}
	if strings.ContainsFunc(s, func(c rune) bool { return (c < 'A' || c > 'Z') && (c < '0' || c > '9') }) || len(s) > 3 {
		r.fault(at, "%q is not a region; send an ISO 3166-2 code such as TX", s)
		return
	}
	*g = region(s)
}

func (zone) Schema(huma.Registry) *huma.Schema {
	return textSchema(60, "IANA", "Europe/Paris")
}

func (z *zone) read(r *reader, v any, at string) {
	s := r.text(v, at, 60)
	if s == "" {
		return
	}
	if _, err := time.LoadLocation(s); err != nil || s == "Local" {
		r.fault(at, "%q is not a time zone; send an IANA name such as Europe/Paris", s)
	}
	*z = zone(s)
}

func (link) Schema(huma.Registry) *huma.Schema {
	s := textSchema(2000, "an absolute https address", "https://lumen.example/c/42")
	s.Pattern = "^https?://"
	return s
}

// read takes an address that a customer may be sent.
func (l *link) read(r *reader, v any, at string) {
	s := r.text(v, at, 2000)
	if s == "" {
		return
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		r.fault(at, "is not a link; send an absolute https address")
	}
	*l = link(s)
}

const maxTag = 60 // bytes

func (tag) Schema(huma.Registry) *huma.Schema {
	one := 1
	s := textSchema(maxTag, "")
	s.MinLength = &one
	return s
}

func (t *tag) read(r *reader, v any, at string) {
	s, ok := v.(string)
	if s = strings.TrimSpace(strings.ReplaceAll(s, "\x00", "")); !ok || s == "" || len(s) > maxTag {
		r.fault(at, "is no tag; send text of 1 to %d bytes", maxTag)
	}
	*t = tag(s)
}
