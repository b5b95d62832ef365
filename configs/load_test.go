package configs

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
)

// environment is what the tests' files may read.
func environment(name string) (string, bool) {
	v, ok := map[string]string{
		"TWILIO_AUTH_TOKEN": "12345",
		"SHOP_SECRET":       "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
		"CAUSETTE_SECRET":   "6f1c0e5d9b3a4f7281c4d2e6a8b0f35791d3c5e7",
		"QUEUE":             "16",
		"YAML":              "x\nbrands: []",
	}[name]
	return v, ok
}

func TestTheExampleIsTrue(t *testing.T) {
	c, err := Parse("causette.example.yaml", Example(), environment)
	if err != nil {
		t.Fatal(err)
	}
	var silent Config
	silent.defaults()
	if c.Queue != silent.Queue || c.Sending != silent.Sending || c.API != silent.API || c.Keep != silent.Keep ||
		c.Desk.Assign != silent.Desk.Assign || c.Desk.TakeBack != silent.Desk.TakeBack || c.Desk.Idle != silent.Desk.Idle || c.Desk.Busy != silent.Desk.Busy ||
		c.Listen != silent.Listen || c.AdminListen != silent.AdminListen || c.Database != silent.Database {
		t.Errorf("the example says that defaults are %+v, they are %+v", c, silent)
	}
	b := c.Brand("lumen")
	if b == nil || b.Name != "Lumen" || b.Languages[1] != "en" || b.BurstWait != 3*time.Second || b.Location().String() != "Europe/Paris" {
		t.Fatalf("brand %+v", b)
	}
	if got := b.CartLimit(); got != (conversation.Money{Amount: 15000, Currency: "EUR"}) {
		t.Errorf("an agent is called from %+v", got)
	}
	if c.Channels[0].AuthToken != "12345" || c.Channels[0].Rate != 10 || c.Channels[0].Medium() != conversation.SMS {
		t.Errorf("channel %+v", c.Channels[0])
	}
	if w := c.Channels[1]; w.Medium() != conversation.WhatsApp || w.Proactive || w.PerMinute != 20 || w.PerDay != 500 {
		t.Errorf("channel %+v", w)
	}
	if price, err := c.Tariff.Price("twilio", "FR", 2); err != nil || price.String() != "0.1596 USD" {
		t.Errorf("two segments to France cost %v, %v", price, err)
	}
	warnings := c.Warnings()
	if len(warnings) != 1 || warnings[0].Field != "channels[1].kind" || !strings.Contains(warnings[0].String(), "the number can be lost") {
		t.Errorf("warnings %v", warnings)
	}
}

// Every key that a Config can hold stands in the example.
func TestTheExampleShowsEveryKey(t *testing.T) {
	for _, key := range []string{"listen", "admin_listen", "public_url", "trusted_proxies", "database", "scripts", "prices", "queue", "sending",
		"deadline", "lease", "list_lag", "api", "requests_per_second", "burst", "keep", "keys", "answers", "log", "notes", "prompts", "conversations", "brands",
		"id", "name", "languages", "country", "timezone", "currency", "support", "phone", "email", "escalate", "cart_value",
		"vip", "burst_wait", "upload_url", "double_opt_in", "discreet", "prefer", "fallback_after", "join", "messages", "per", "privacy", "links", "base", "allow", "expires", "stop_at", "shop", "url", "events_url", "secret", "allow_private", "channels", "brand",
		"kind", "address", "account_sid", "auth_token", "base_url", "messages_per_second", "desk", "assign", "take_back", "idle", "busy", "canned", "title", "text"} {
		if !strings.Contains(string(Example()), key+":") {
			t.Errorf("%s is not shown", key)
		}
	}
}

const minimal = `
public_url: https://text.lumen.example
brands:
  - {id: lumen, name: Lumen, languages: [fr], country: FR, timezone: Europe/Paris, currency: EUR, support: {email: aide@lumen.example}}
channels:
  - {id: sms, brand: lumen, kind: twilio, address: "36105", account_sid: AC00000000000000000000000000000001, auth_token: "${TWILIO_AUTH_TOKEN}"}
`

func TestASmallFileIsFilledWithDefaults(t *testing.T) {
	c, err := Parse("c.yaml", []byte(minimal), environment)
	if err != nil {
		t.Fatal(err)
	}
	if c.Database != "file:causette.db" || c.Queue != DefaultQueue || c.Sending.Lease != 20*time.Second || c.Keep.Gateway().Answers != day {
		t.Errorf("config %+v", c)
	}
	if c.Channels[0].BaseURL != DefaultTwilioURL || c.Channels[0].Rate != 100 {
		t.Errorf("channel %+v", c.Channels[0])
	}
	if c.Brands[0].BurstWait != 3*time.Second || c.Brands[0].Shop != nil || c.Brands[0].CartLimit() != (conversation.Money{}) {
		t.Errorf("brand %+v", c.Brands[0])
	}
	if len(c.Problems()) != 0 {
		t.Errorf("problems %v", c.Problems())
	}
}

// Each case changes the small file once, and names the whole of what is said.
func TestAProblemSaysWhereAndWhatToDo(t *testing.T) {
	cases := map[string]struct{ old, new, want string }{
		"an unknown key has a suggestion": {
			"public_url:", "public_ulr:",
			`c.yaml:2: public_ulr: unknown key; remove or rename it (did you mean "public_url"?)`},
		"a short secret proves nothing": {
			"brands:", "secret: ${TWILIO_AUTH_TOKEN}\nbrands:",
			`c.yaml:3: secret: has 5 bytes; give it at least 32, as openssl rand -hex 32 makes them`},
		"what is kept of customers is not gone tomorrow": {
			"brands:", "keep: {messages: 2d}\nbrands:",
			`c.yaml:3: keep.messages: 48h0m0s is out of bounds; write 720h0m0s to 876000h0m0s`},
		"a service level stands in the scripts": {
			"channels:\n", "desk: {first_answer: 5m}\nchannels:\n",
			`c.yaml:5: desk.first_answer: stands elsewhere; write it into the brand's scripts, as rules: {sla: {first_answer: 5m}}; opening hours count there`},
		"an unknown key that is like none has the known ones": {
			"email: aide@lumen.example}", "email: aide@lumen.example, carrier_pigeon: 7}",
			`c.yaml:4: brands[0].support.carrier_pigeon: unknown key; known here: email, phone`},
		"a variable that is not set is named": {
			"TWILIO_AUTH_TOKEN", "TWILIO_TOKEN",
			`c.yaml:6: channels[0].auth_token: environment variable TWILIO_TOKEN is not set; export it before the gateway starts`},
		"an open reference is no text": {
			"${TWILIO_AUTH_TOKEN}", "${TWILIO AUTH}",
			`c.yaml:6: channels[0].auth_token: ${TWILIO AUTH} names no environment variable; write ${NAME}, or $${ for the characters themselves`},
		"a channel's brand has a suggestion": {
			"brand: lumen,", "brand: lumne,",
			`c.yaml:6: channels[0].brand: there is no brand "lumne"; name a brand of the list above (did you mean "lumen"?)`},
		"a proxy has a network": {
			"brands:", "trusted_proxies: [10.0.0.0/8, 192.0.2.7, proxy.example]\nbrands:",
			`c.yaml:3: trusted_proxies[2]: "proxy.example" is not a network; write it as 10.0.0.0/8, 192.0.2.7 or 2001:db8::/32`},
		"not everybody is a proxy": {
			"brands:", "trusted_proxies: 0.0.0.0/0\nbrands:",
			`c.yaml:3: trusted_proxies[0]: "0.0.0.0/0" is everybody: anybody could say to be anybody; name the networks of your proxies`},
		"a kind has a suggestion": {
			"kind: twilio", "kind: twillio",
			`c.yaml:6: channels[0].kind: there is no kind "twillio"; choose twilio, whatsapp or phones (did you mean "twilio"?)`},
		"a name cannot be answered": {
			`"36105"`, `LUMEN`,
			`c.yaml:6: channels[0].address: "LUMEN" is a name: nobody can answer it, not even STOP; write a short code such as "36105", or say in stop_at which number hears STOP`},
		"a number is E.164": {
			`"36105"`, `"+33 9 37 00 00 01"`,
			`c.yaml:6: channels[0].address: "+33 9 37 00 00 01" is not E.164; write it as "+33937000001"`},
		"a number exists": {
			`"36105"`, `"+331"`,
			`c.yaml:6: channels[0].address: "+331" is not a phone number that exists; write it in E.164, quoted: "+33123456789"`},
		"a language is one that is understood": {
			"[fr]", "[fr, zz]",
			`c.yaml:4: brands[0].languages[1]: "zz" is not a language that the assistant understands; choose among fr, en, es, de, it, nl, pt`},
		"the United Kingdom is GB": {
			"country: FR", "country: UK",
			`c.yaml:4: brands[0].country: "UK" is not a country; write an ISO 3166-1 code of two capitals such as FR (did you mean "GB"?)`},
		"a zone has a suggestion": {
			"Europe/Paris", "Europe/Pariss",
			`c.yaml:4: brands[0].timezone: "Europe/Pariss" is not a time zone; write an IANA name such as Europe/Paris (did you mean "Europe/Paris"?)`},
		"a currency is one": {
			"currency: EUR", "currency: EURO",
			`c.yaml:4: brands[0].currency: "EURO" is not a currency; write an ISO 4217 code such as EUR (did you mean "EUR"?)`},
		"support can be reached": {
			"support: {email: aide@lumen.example}", "support: {}",
			`c.yaml:4: brands[0].support: has neither phone nor email: HELP would have nothing to answer; give at least one of the two`},
		"an amount is no finer than its currency": {
			"support:", "escalate: {cart_value: 10.005}, support:",
			`c.yaml:4: brands[0].escalate.cart_value: finer than EUR has units; it has 2 decimals; write fewer decimals`},
		"a lease outlasts two deadlines": {
			"brands:", "sending: {deadline: 15s}\nbrands:",
			`c.yaml:3: sending.lease: 20s is under twice the deadline of 15s: a message could be sent by two nodes; lengthen it, or shorten sending.deadline`},
		"a number is bounded": {
			"brands:", "queue: 0\nbrands:",
			`c.yaml:3: queue: 0 events is out of bounds; write 1 to 1000000`},
		"a duration has a unit": {
			"support:", "burst_wait: 3, support:",
			`c.yaml:4: brands[0].burst_wait: "3" is not a duration; write a number with its unit, such as 500ms, 8s, 2h or 30d`},
		"a list is not a mapping": {
			"channels:\n  - {", "channels: {",
			`c.yaml:5: channels: should be a list; begin each element with a dash`},
		"a value is not a list": {
			"name: Lumen", "name: [Lumen]",
			`c.yaml:4: brands[0].name: should be text; write one value, in quotes where it holds a colon or a bracket`},
		"a key stands once": {
			"brands:", "queue: 5\nqueue: 6\nbrands:",
			`c.yaml:4: queue: stands on line 3 already; keep one of the two`},
		"a secret is long enough": {
			"support:", "shop: {url: https://lumen.example/x, secret: whsec_c2hvcnQ=}, support:",
			`c.yaml:4: brands[0].shop.secret: has 5 bytes, not 24 to 64; make one: echo whsec_$(openssl rand -base64 32)`},
		"a shop is not this machine": {
			"support:", "shop: {url: https://127.0.0.1/x, secret: '${SHOP_SECRET}'}, support:",
			`c.yaml:4: brands[0].shop.url: leads to this machine; set allow_private: true when that is meant`},
		"short links lead to the shop": {
			"support:", "links: {base: https://lmn.example}, support:",
			`c.yaml:4: brands[0].links.allow: is missing: a short link could lead anywhere; name the shop's domain, as [lumen.example]`},
		"short links lead to hosts": {
			"support:", "links: {allow: ['https://lumen.example/']}, support:",
			`c.yaml:4: brands[0].links.allow[0]: "https://lumen.example/" is no host; write it without https:// and path, in small letters, as lumen.example`},
		"short links stand on a domain": {
			"support:", "links: {base: https://lmn.example/go, allow: [lumen.example]}, support:",
			`c.yaml:4: brands[0].links.base: "https://lmn.example/go" is more than a domain; write it as https://lmn.example; /l/ follows`},
		"short links last": {
			"support:", "links: {allow: [lumen.example], expires: 5m}, support:",
			`c.yaml:4: brands[0].links.expires: 5m0s is out of bounds; write 1h0m0s to 87600h0m0s`},
		"events are posted to the web": {
			"support:", "shop: {events_url: http://lumen.example/x, secret: '${SHOP_SECRET}'}, support:",
			`c.yaml:4: brands[0].shop.events_url: begins with http:; begin it with https://`},
		"a shop is posted something": {
			"support:", "shop: {secret: '${SHOP_SECRET}'}, support:",
			`c.yaml:4: brands[0].shop.url: is missing; write where reorders are posted, or in events_url where events are`},
		"only a name has another number for STOP": {
			`"36105"`, `"36105", stop_at: "36106"`,
			`c.yaml:6: channels[0].stop_at: is for a sender name, which nobody can answer; remove it: STOP is texted to the address itself`},
		"hours are the scripts'": {
			"support:", "opening_hours: {tue: '09:00-18:00'}, support:",
			`c.yaml:4: brands[0].opening_hours: stands elsewhere; write the hours into the brand's scripts, under hours:`},
		"Twilio signs a public address": {
			"public_url: https://text.lumen.example", "queue: 5",
			`c.yaml: public_url: is missing, and Twilio signs the address that it calls; write how Twilio reaches listen, as https://text.lumen.example`},
		"a database is one of two": {
			"brands:", "database: postgers://me:hush@db/x\nbrands:",
			`c.yaml:3: database: is neither file: nor postgres://; write file:causette.db, or postgres://user:${DB_PASSWORD}@host/db (did you mean "postgres"?)`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(minimal, c.old, c.new, 1)
			if strings.Contains(c.want, "channels: should be a list") {
				text = strings.TrimRight(text, "\n")
			}
			_, err := Parse("c.yaml", []byte(text), environment)
			if err == nil || !strings.Contains("\n"+err.Error()+"\n", "\n"+c.want+"\n") {
				t.Errorf("said\n%v\nwant\n%s", err, c.want)
			}
		})
	}
}

func TestEveryErrorIsCollectedInTheOrderOfTheFile(t *testing.T) {
	_, err := Parse("c.yaml", []byte(`listen: here
queue: many
brands:
  - id: Lumen!
    languages: [fr, fr]
    country: FR
    timezone: Europe/Paris
    currency: EUR
    support: {phone: "0123456789"}
channels:
  - {id: a, kind: phones, address: "36105", auth_token: x}
`), environment)
	var problems Problems
	if !errors.As(err, &problems) {
		t.Fatalf("error %v", err)
	}
	var fields []string
	last := 0
	for _, p := range problems {
		if !p.Warning {
			fields = append(fields, p.Field)
		}
		if p.Line < last {
			t.Errorf("%s stands after line %d", p, last)
		}
		last = p.Line
	}
	want := "listen queue brands[0].id brands[0].name brands[0].languages[1] brands[0].support.phone channels[0].brand channels[0].auth_token"
	if got := strings.Join(fields, " "); got != want {
		t.Errorf("fields %s\nwant   %s\n%v", got, want, err)
	}
}

func TestWarnings(t *testing.T) {
	cases := map[string]struct{ old, new, want string }{
		"a French mobile number may not send": {`"36105"`, `"+33612345678"`, "channels[0].address"},
		"a public address without TLS":        {"https://text", "http://text", "public_url"},
		"a token in the file":                 {"${TWILIO_AUTH_TOKEN}", "0123456789", "channels[0].auth_token"},
		"metrics open to the network":         {"brands:", "admin_listen: 0.0.0.0:9464\nbrands:", "admin_listen"},
		"a token over plain HTTP":             {"kind: twilio,", "kind: twilio, base_url: http://proxy.example,", "channels[0].base_url"},
		"a linked device is unofficial":       {"kind: twilio, address: \"36105\", account_sid: AC00000000000000000000000000000001, auth_token: \"${TWILIO_AUTH_TOKEN}\"", "kind: whatsapp, address: \"+33937000001\"", "channels[0].kind"},
		"a brand that speaks as another":      {"id: lumen", "id: acme", "brands[0].id"},
		"a secret in the file":                {"brands:", "secret: 0123456789abcdef0123456789abcdef\nbrands:", "secret"},
		"a password in the file":              {"brands:", "database: postgres://u:p@h/d\nbrands:", "database"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			cfg, err := Parse("c.yaml", []byte(strings.ReplaceAll(strings.Replace(minimal, c.old, c.new, 1), "brand: lumen,", brandOf(c.new))), environment)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range cfg.Warnings() {
				if p.Field == c.want && strings.Contains(p.String(), "warning: ") && p.Do != "" {
					return
				}
			}
			t.Errorf("warnings %v", cfg.Warnings())
		})
	}
}

// brandOf keeps the channel with a brand that a case renames.
func brandOf(change string) string {
	if id, ok := strings.CutPrefix(change, "id: "); ok {
		return "brand: " + id + ","
	}
	return "brand: lumen,"
}

func TestAWhatsAppSenderOfTwilioMayBeAMobileNumber(t *testing.T) {
	c, err := Parse("c.yaml", []byte(strings.Replace(minimal, `"36105"`, `"whatsapp:+33612345678"`, 1)), environment)
	if err != nil || len(c.Warnings()) != 0 {
		t.Fatal(err, c.Warnings())
	}
	if c.Channels[0].Medium() != conversation.WhatsApp || c.Channels[0].Rate != 80 {
		t.Errorf("channel %+v", c.Channels[0])
	}
}

func TestWhatTheEnvironmentHoldsIsNeverYAML(t *testing.T) {
	text := strings.Replace(minimal, "name: Lumen", `name: "a $${b} ${YAML}"`, 1)
	text = strings.Replace(text, "brands:", "queue: ${QUEUE}\nbrands:", 1)
	c, err := Parse("c.yaml", []byte(text), environment)
	if err != nil {
		t.Fatal(err)
	}
	if c.Queue != 16 || c.Brands[0].Name != "a ${b} x\nbrands: []" {
		t.Errorf("queue %d, name %q", c.Queue, c.Brands[0].Name)
	}
}

func TestAnchorsServeSeveralBrands(t *testing.T) {
	text := strings.Replace(minimal, "support: {email", "support: &help {email", 1)
	text = strings.Replace(text, "channels:", "  - {id: solis, name: Solis, languages: fr, country: FR, timezone: Europe/Paris, currency: EUR, support: *help}\nchannels:", 1)
	c, err := Parse("c.yaml", []byte(text), environment)
	if err != nil {
		t.Fatal(err)
	}
	if c.Brands[1].Support.Email != "aide@lumen.example" || c.Brands[1].Languages[0] != "fr" {
		t.Errorf("brand %+v", c.Brands[1])
	}
}

func TestRelativePathsStartAtTheFile(t *testing.T) {
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "scripts"), 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "c.yaml")
	text := strings.Replace(minimal, "brands:", "database: file:shop.db?_x=1\nscripts: ./scripts\nbrands:", 1)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(path, environment)
	if err != nil {
		t.Fatal(err)
	}
	if want := "file:" + filepath.Join(folder, "shop.db") + "?_x=1"; c.Database != want {
		t.Errorf("database %s, want %s", c.Database, want)
	}
	if _, err := c.ScriptsOf("lumen"); err == nil || !strings.Contains(err.Error(), filepath.Join(folder, "scripts", "lumen")) {
		t.Errorf("a missing folder of scripts is named: %v", err)
	}
	if _, err := Load(filepath.Join(folder, "none.yaml"), environment); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("a missing file is named: %v", err)
	}
}

func TestAPriceTableOfOnesOwnIsChecked(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "p.yaml"), []byte("twilio:\n  UK: {price: {amount: 7, scale: 2, currency: EUR}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Parse(filepath.Join(folder, "c.yaml"), []byte("prices: p.yaml"+minimal), environment)
	want := "p.yaml:2: twilio.UK: the ISO 3166-1 code of the United Kingdom is GB"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("said %v, want %s", err, want)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(string(Example()))
	f.Add(minimal)
	f.Add("a: &a [*a]\nbrands: *a")
	f.Add("brands: &b\n- {<<: *b}\n? [x]: y")
	f.Add("listen: ${A\nqueue: !!int 5\n---\nx: 1")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse("f.yaml", []byte(text), environment)
		if (c == nil) == (err == nil) {
			t.Fatal("a configuration or an error, never both")
		}
		var problems Problems
		if err != nil && (!errors.As(err, &problems) || !problems.failed()) {
			t.Fatalf("error %v says nothing", err)
		}
		for _, p := range problems {
			if p.File == "f.yaml" && p.Line > strings.Count(text, "\n")+strings.Count(text, "\r")+1 || p.What == "" {
				t.Fatalf("problem %+v", p)
			}
		}
	})
}
