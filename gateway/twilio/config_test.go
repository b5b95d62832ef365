package twilio

import (
	"strings"
	"testing"
)

func TestConfig(t *testing.T) {
	good := Config{ID: "lumen-sms", Brand: "lumen", Address: "36105", AccountSID: testAccount, AuthToken: testToken, PublicURL: testPublic}
	tests := []struct {
		name   string
		change func(*Config)
		wrong  string // "": valid
	}{
		{"a short code", func(*Config) {}, ""},
		{"a number", func(c *Config) { c.Address = "+33937000001" }, ""},
		{"a WhatsApp number", func(c *Config) { c.Address = "whatsapp:+33937000001" }, ""},
		{"a sender name", func(c *Config) { c.Address = "LUMEN" }, ""},
		{"a region of Twilio's", func(c *Config) { c.BaseURL = "https://api.dublin.ie1.twilio.com" }, ""},
		{"a public URL with a path", func(c *Config) { c.PublicURL = "https://lumen.example/text/" }, ""},
		{"no id", func(c *Config) { c.ID = "" }, "id is missing"},
		{"no brand", func(c *Config) { c.Brand = "" }, "brand is missing"},
		{"a national number", func(c *Config) { c.Address = "0612345678" }, "address"},
		{"WhatsApp without plus", func(c *Config) { c.Address = "whatsapp:33937000001" }, "address"},
		{"a long sender name", func(c *Config) { c.Address = "LUMEN LUMIÈRES" }, "address"},
		{"a short account", func(c *Config) { c.AccountSID = "AC1" }, "account_sid"},
		{"no token", func(c *Config) { c.AuthToken = "" }, "auth_token is empty"},
		{"a service that is none", func(c *Config) { c.MessagingServiceSID = "36105" }, "messaging_service_sid"},
		{"a base URL without scheme", func(c *Config) { c.BaseURL = "api.twilio.com" }, "base_url"},
		{"no public URL", func(c *Config) { c.PublicURL = "" }, "public_url"},
		{"a public URL with a query", func(c *Config) { c.PublicURL = "https://a.example?x=1" }, "public_url"},
		{"a negative pace", func(c *Config) { c.MessagesPerSecond = -1 }, "messages_per_second"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := good
			tt.change(&c)
			_, err := New(c)
			if tt.wrong == "" && err != nil || tt.wrong != "" && (err == nil || !strings.Contains(err.Error(), tt.wrong)) {
				t.Errorf("got %v, want %q", err, tt.wrong)
			}
			if err != nil && strings.Contains(err.Error(), testToken) {
				t.Error("the error shows the token")
			}
		})
	}
	if err := (Config{}).Validate(); err == nil || strings.Count(err.Error(), "\n") != 5 {
		t.Errorf("an empty configuration: %v", err)
	}
}

func TestPace(t *testing.T) {
	for address, want := range map[string]float64{"36105": 100, "+12025550123": 1, "+18005551212": 3, "+33937000001": 10, "whatsapp:+33937000001": 80, "LUMEN": 10} {
		if got := (Config{Address: address}).Pace(); got != want {
			t.Errorf("%s: %v a second, want %v", address, got, want)
		}
	}
	if got := (Config{Address: "36105", MessagesPerSecond: 7}).Pace(); got != 7 {
		t.Errorf("configured 7, got %v", got)
	}
}

func TestWarnings(t *testing.T) {
	for address, want := range map[string]string{"+33612345678": "ARCEP", "+33712345678": "ARCEP", "LUMEN": "cannot answer", "+33937000001": "", "36105": "", "whatsapp:+33612345678": ""} {
		got := strings.Join((Config{Address: address}).Warnings(), "\n")
		if (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}
