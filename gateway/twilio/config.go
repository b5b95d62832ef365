package twilio

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/causette/causette/conversation"
)

// DefaultBaseURL is Twilio's REST API.
const DefaultBaseURL = "https://api.twilio.com"

// Config is one sender at Twilio: a number, a short code, an alphanumeric name
// or a WhatsApp number.
type Config struct {
	ID                  conversation.ChannelID
	Brand               conversation.BrandID
	Address             string  // "36105", "+33937000001", or "whatsapp:+33937000001"
	AccountSID          string  // AC and 32 hexadecimal digits
	AuthToken           string  // the account's primary one: it signs the webhooks as well
	MessagingServiceSID string  // MG…; if set, Twilio picks the sender from the service's pool
	BaseURL             string  // "": DefaultBaseURL; a region, a proxy or a test may be named
	PublicURL           string  // what Twilio calls, without the path: https://text.lumen.example
	MessagesPerSecond   float64 // 0: what Twilio allows this kind of sender
}

var (
	accountSID = regexp.MustCompile(`^AC[0-9a-fA-F]{32}$`)
	serviceSID = regexp.MustCompile(`^MG[0-9a-fA-F]{32}$`)
	number     = regexp.MustCompile(`^((whatsapp:)?\+[1-9][0-9]{6,14}|[0-9]{3,8})$`) // or a short code
	name       = regexp.MustCompile(`^[A-Za-z0-9 ]*[A-Za-z][A-Za-z0-9 ]*$`)          // of at most 11
)

// Validate says everything that is wrong with the configuration, in the names of
// the configuration file.
func (c Config) Validate() error {
	var wrong []error
	complain := func(format string, a ...any) { wrong = append(wrong, fmt.Errorf(format, a...)) }
	if c.ID == "" {
		complain("id is missing")
	}
	if c.Brand == "" {
		complain("brand is missing")
	}
	if !number.MatchString(c.Address) && (len(c.Address) > 11 || !name.MatchString(c.Address)) {
		complain(`address %q is neither a short code, an E.164 number, a sender name nor "whatsapp:+…"`, c.Address)
	}
	if !accountSID.MatchString(c.AccountSID) {
		complain("account_sid %q is not AC and 32 hexadecimal digits", c.AccountSID)
	}
	if c.AuthToken == "" {
		complain("auth_token is empty: is its environment variable set?")
	}
	if c.MessagingServiceSID != "" && !serviceSID.MatchString(c.MessagingServiceSID) {
		complain("messaging_service_sid %q is not MG and 32 hexadecimal digits", c.MessagingServiceSID)
	}
	if c.BaseURL != "" && !absolute(c.BaseURL) {
		complain("base_url %q is not an http(s) URL without query", c.BaseURL)
	}
	if !absolute(c.PublicURL) {
		complain("public_url %q is not an http(s) URL without query", c.PublicURL)
	}
	if c.MessagesPerSecond < 0 {
		complain("messages_per_second %v is negative", c.MessagesPerSecond)
	}
	return errors.Join(wrong...)
}

func absolute(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.RawQuery == "" && u.Fragment == ""
}

// Pace is how many messages a second the sender may be given: the configured
// number, or what Twilio allows (https://www.twilio.com/docs/messaging/channels,
// in segments a second), since its own queue fails what waits too long.
func (c Config) Pace() float64 {
	switch {
	case c.MessagesPerSecond > 0:
		return c.MessagesPerSecond
	case strings.HasPrefix(c.Address, whatsapp):
		return 80
	case !strings.HasPrefix(c.Address, "+") && strings.Trim(c.Address, "0123456789") == "":
		return 100 // a short code
	case tollFree.MatchString(c.Address):
		return 3
	case strings.HasPrefix(c.Address, "+1"):
		return 1
	}
	return 10
}

var tollFree = regexp.MustCompile(`^\+18(00|33|44|55|66|77|88)`)

// Warnings are what is allowed by the format and not by the law or the network.
func (c Config) Warnings() []string {
	if strings.HasPrefix(c.Address, "+336") || strings.HasPrefix(c.Address, "+337") {
		return []string{fmt.Sprintf("address %s is a French mobile number, which a platform may not send from (ARCEP 2022-1583): use a short code (36xxx, 38xxx) or a number in 09 37 to 09 39", c.Address)}
	}
	if strings.Trim(c.Address, "+0123456789") != "" && !strings.HasPrefix(c.Address, whatsapp) {
		return []string{fmt.Sprintf("address %s is a sender name: customers cannot answer it", c.Address)}
	}
	return nil
}
