package api

import (
	"net/mail"
	"strconv"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/currency"
	"golang.org/x/text/language"

	"github.com/causette/causette/conversation"
)

// maxAmount bounds amounts, in minor units: ten billion euros.
const maxAmount = 1_000_000_000_000

// money reads {"amount": minor units, "currency": "EUR"}.
func (o object) money(name string) conversation.Money {
	v, at, ok := o.get(name)
	if !ok {
		return conversation.Money{}
	}
	if kind := kindOf(v); kind == "a number" || kind == "text" {
		o.fault(at, `is %s; send {"amount": 14990, "currency": "EUR"} for 149.90 €`, kind)
		return conversation.Money{}
	}
	m, ok := o.object(v, at, []string{"amount", "currency"})
	if !ok {
		return conversation.Money{}
	}
	amount, given := m.whole("amount", 0, maxAmount)
	if _, _, there := m.get("amount"); !given && !there {
		m.missing("amount", "send minor units: 14990 is 149.90 €")
	}
	code := m.text("currency", 3)
	if code == "" {
		code = o.brand.Currency
	}
	if _, err := currency.ParseISO(code); err != nil || code != strings.ToUpper(code) {
		m.fault(m.at+"/currency", "%q is not a currency; send an ISO 4217 code such as EUR", code)
	}
	return conversation.Money{Amount: amount, Currency: code}
}

// phone reads a number in E.164, or as people of the brand's country write it.
func (o object) phone(name string) conversation.Address {
	s := o.text(name, 40)
	if s == "" {
		return ""
	}
	e164, ok := o.brand.normalise(s)
	if !ok {
		o.fault(o.at+"/"+name, "is not a phone number that exists; send it in E.164, as +33612345678")
	}
	return e164
}

// normalise makes E.164 of a number.
func (b Brand) normalise(number string) (conversation.Address, bool) {
	n, err := phonenumbers.Parse(number, b.Country)
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return "", false
	}
	return conversation.Address(phonenumbers.Format(n, phonenumbers.E164)), true
}

func (o object) email(name string) string {
	s := o.text(name, 254)
	if a, err := mail.ParseAddress(s); s != "" && (err != nil || a.Address != s) {
		o.fault(o.at+"/"+name, "is not an email address; send it as claire@example.com")
	}
	return s
}

// language reads fr, or fr-FR, as fr.
func (o object) language(name string) string {
	s := o.text(name, 35)
	if s == "" {
		return ""
	}
	tag, err := language.Parse(s)
	base, _ := tag.Base()
	if err != nil || len(base.String()) != 2 {
		o.fault(o.at+"/"+name, "%q is not a language; send an ISO 639-1 code such as fr", s)
		return ""
	}
	return base.String()
}

func (o object) country(name string) string {
	s := o.text(name, 60)
	if s == "" {
		return ""
	}
	region, err := language.ParseRegion(s)
	if err != nil || !region.IsCountry() || len(s) != 2 {
		o.fault(o.at+"/"+name, "%q is not a country; send an ISO 3166-1 code such as FR", s)
		return ""
	}
	return region.Canonicalize().String()
}

func (o object) timezone(name string) string {
	s := o.text(name, 60)
	if s == "" {
		return ""
	}
	if _, err := time.LoadLocation(s); err != nil || s == "Local" {
		o.fault(o.at+"/"+name, "%q is not a time zone; send an IANA name such as Europe/Paris", s)
	}
	return s
}

// minor makes minor units of an amount as people write it, 149.90.
func minor(amount, code string) (conversation.Money, bool) {
	unit, err := currency.ParseISO(code)
	if err != nil {
		return conversation.Money{}, false
	}
	scale, _ := currency.Standard.Rounding(unit)
	whole, fraction, _ := strings.Cut(amount, ".")
	if whole == "" || len(fraction) > scale {
		return conversation.Money{}, false
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", scale-len(fraction)), 10, 64)
	if err != nil || n < 0 || n > maxAmount {
		return conversation.Money{}, false
	}
	return conversation.Money{Amount: n, Currency: code}, true
}
