package configs

import (
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

const whatsAppPrefix = "whatsapp:"

func isWhatsApp(address string) bool { return strings.HasPrefix(address, whatsAppPrefix) }

var (
	shortCode  = regexp.MustCompile(`^[0-9]{3,8}$`)
	accountSID = regexp.MustCompile(`^AC[0-9a-f]{32}$`)
	senderName = regexp.MustCompile(`^[A-Za-z0-9 ]{0,10}[A-Za-z][A-Za-z0-9 ]{0,10}$`) // of at most 11
	// arcepMobile is a French mobile number, by which a platform may not send
	// (ARCEP 2022-1583).
	arcepMobile = regexp.MustCompile(`^\+33[67]`)
)

func (c checker) channels(cfg *Config) {
	var brands []string
	served := map[conversation.BrandID]bool{}
	for _, b := range cfg.Brands {
		brands = append(brands, string(b.ID))
	}
	ids := map[string]int{}
	senders := map[string]int{}
	twilio := false
	for i := range cfg.Channels {
		ch := &cfg.Channels[i]
		path := fmt.Sprintf("channels[%d]", i)
		c.id(path, string(ch.ID), ids)
		if c.need(path+".brand", string(ch.Brand), "name a brand of the list above") != "" && cfg.Brand(ch.Brand) == nil {
			c.wrong(path+".brand", fmt.Sprintf("there is no brand %q", ch.Brand), "name a brand of the list above"+gateway.Suggest(string(ch.Brand), brands))
		}
		c.channel(path, ch)
		twilio = twilio || ch.Kind == Twilio
		served[ch.Brand] = true
		sender := string(ch.Kind) + " " + ch.Address
		if first, twice := senders[sender]; twice && ch.Address != "" {
			c.wrong(path+".address", fmt.Sprintf("%q sends already on line %d", ch.Address, first), "an answer to it must lead to one brand: remove one of the two channels")
		}
		senders[sender] = c.at(path + ".address")
		if ch.Kind == Phones && !loopback(cfg.Listen) && !c.broken("listen") {
			c.warn(path+".kind", "whoever reaches listen can text as any customer of a simulated phone", "listen on 127.0.0.1, or leave this channel out")
		}
	}
	for i, b := range cfg.Brands {
		if !served[b.ID] && b.ID != "" {
			c.warn(fmt.Sprintf("brands[%d].id", i), fmt.Sprintf("%q has no channel that can run", b.ID), "add one below channels:")
		}
	}
	if !twilio {
		return
	}
	switch {
	case cfg.PublicURL == "" && !c.broken("public_url"):
		c.wrong("public_url", "is missing, and Twilio signs the address that it calls", "write how Twilio reaches listen, as https://text.lumen.example")
	case strings.HasPrefix(cfg.PublicURL, "http://"):
		c.warn("public_url", "is not https: texts and signatures travel in clear", "put a certificate before the gateway and write https://")
	}
}

func (c checker) channel(path string, ch *Channel) {
	switch ch.Kind {
	case Twilio:
		c.twilio(path, ch)
		c.onlyLinked(path, ch)
	case WhatsApp:
		c.warn(path+".kind", "a device linked to a phone is no official way into WhatsApp: the number can be lost", `for campaigns use kind: twilio with address: "whatsapp:+33…"`)
		if c.need(path+".address", ch.Address, "write the number of the WhatsApp account") != "" {
			c.phone(path+".address", strings.TrimPrefix(ch.Address, whatsAppPrefix))
		}
		c.onlyTwilio(path, ch)
		c.linked(path, ch)
	case Phones:
		c.sender(path+".address", ch.Address)
		c.onlyTwilio(path, ch)
		c.onlyLinked(path, ch)
	default:
		if !c.broken(path + ".kind") {
			c.wrong(path+".kind", missing(string(ch.Kind), fmt.Sprintf("there is no kind %q", ch.Kind)), "choose twilio, whatsapp or phones"+gateway.Suggest(string(ch.Kind), []string{"twilio", "whatsapp", "phones"}))
		}
	}
	if _, set := c.lines[path+".messages_per_second"]; !set {
		ch.Rate = usualRate(ch)
	}
	within(c, path+".messages_per_second", ch.Rate, 0.01, 10_000, "messages")
}

// linked checks what concerns a device that is linked to a phone. The defaults are
// what a busy person writes: WhatsApp bans numbers that write like machines.
func (c checker) linked(path string, ch *Channel) {
	if _, set := c.lines[path+".per_minute"]; !set {
		ch.PerMinute = 20
	}
	if _, set := c.lines[path+".per_day"]; !set {
		ch.PerDay = 500
	}
	within(c, path+".per_minute", ch.PerMinute, 1, 600, "messages")
	within(c, path+".per_day", ch.PerDay, 1, 100_000, "messages")
}

// onlyLinked complains about what only such a device has.
func (c checker) onlyLinked(path string, ch *Channel) {
	for _, f := range [...]struct {
		name string
		set  bool
	}{{"proactive", ch.Proactive}, {"per_minute", ch.PerMinute != 0}, {"per_day", ch.PerDay != 0}} {
		if f.set {
			c.wrong(path+"."+f.name, fmt.Sprintf("means nothing to kind: %s", ch.Kind), "remove it, or write kind: whatsapp")
		}
	}
}

// usualRate is what carriers allow a sender of its sort (facts checked against
// Twilio's documents: segments a second).
func usualRate(ch *Channel) float64 {
	switch {
	case ch.Kind == Phones:
		return 1000
	case ch.Medium() == conversation.WhatsApp:
		return 80
	case shortCode.MatchString(ch.Address):
		return 100
	case strings.HasPrefix(ch.Address, "+1"):
		return 1
	}
	return 10
}

func (c checker) twilio(path string, ch *Channel) {
	switch {
	case ch.StopAt != "" && ch.Mute() && len(ch.Address) <= 11:
		c.sender(path+".stop_at", ch.StopAt)
	case ch.StopAt != "":
		c.wrong(path+".stop_at", "is for a sender name, which nobody can answer", "remove it: STOP is texted to the address itself")
	default:
		c.sender(path+".address", ch.Address)
	}
	if arcepMobile.MatchString(ch.Address) {
		c.warn(path+".address", "French law forbids platforms to send SMS from a mobile number (ARCEP 2022-1583)", "use a short code (36xxx, 38xxx) or a 09 37–09 39 number")
	}
	if c.need(path+".account_sid", ch.AccountSID, "copy it from the Twilio console: AC and 32 digits") != "" && !accountSID.MatchString(ch.AccountSID) {
		c.wrong(path+".account_sid", "is not an account's SID", "copy it from the Twilio console: AC and 32 of 0-9, a-f")
	}
	if c.need(path+".auth_token", ch.AuthToken, "write ${TWILIO_AUTH_TOKEN} and put the primary token into the environment") != "" {
		c.secret(path + ".auth_token")
	}
	if ch.BaseURL == "" {
		ch.BaseURL = DefaultTwilioURL
	}
	ch.BaseURL = strings.TrimRight(ch.BaseURL, "/")
	c.url(path+".base_url", ch.BaseURL, "https", "http")
	if strings.HasPrefix(ch.BaseURL, "http://") {
		if host := hostOf(ch.BaseURL); host != "localhost" && !loopbackHost(host) {
			c.warn(path+".base_url", "is not https: the auth token travels in clear", "write https://")
		}
	}
}

// onlyTwilio complains about credentials where no carrier asks for them.
func (c checker) onlyTwilio(path string, ch *Channel) {
	for _, f := range [...]struct{ name, value string }{
		{"account_sid", ch.AccountSID}, {"auth_token", ch.AuthToken}, {"base_url", ch.BaseURL}, {"stop_at", ch.StopAt},
	} {
		if f.value != "" {
			c.wrong(path+"."+f.name, fmt.Sprintf("means nothing to kind: %s", ch.Kind), "remove it, or write kind: twilio")
		}
	}
}

// sender checks what a text is sent from: a short code, a number, or WhatsApp.
func (c checker) sender(path, address string) {
	if c.need(path, address, `write a short code such as "36105" or a number such as "+33937000001"`) == "" {
		return
	}
	if number, ok := strings.CutPrefix(address, whatsAppPrefix); ok {
		c.phone(path, number)
		return
	}
	switch {
	case strings.HasPrefix(address, "+"), len(address) > 8 && strings.Trim(address, "0123456789 ().-") == "":
		c.phone(path, address)
	case shortCode.MatchString(address):
	case strings.Trim(address, "0123456789 ().-") == "":
		c.wrong(path, fmt.Sprintf("%q is neither a short code nor a number", address), `write a short code such as "36105" or a number such as "+33937000001"`)
	default:
		c.wrong(path, fmt.Sprintf("%q is a name: nobody can answer it, not even STOP", address), `write a short code such as "36105", or say in stop_at which number hears STOP`)
	}
}

// signingSecret says what is wrong with whsec_…: base64 of 24 to 64 bytes
// (Standard Webhooks 1.0); two with a space between them while they rotate.
func signingSecret(secrets string) error {
	for text := range strings.FieldsSeq(secrets) {
		encoded, ok := strings.CutPrefix(text, "whsec_")
		if !ok {
			return errors.New("does not begin with whsec_")
		}
		key, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			return errors.New("is not base64 after whsec_")
		}
		if len(key) < 24 || len(key) > 64 {
			return fmt.Errorf("has %d bytes, not 24 to 64", len(key))
		}
	}
	return nil
}
