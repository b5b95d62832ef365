package segment

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
)

var now = time.Date(2026, 11, 22, 9, 41, 0, 0, time.UTC)

func ago(days int) time.Time { return now.Add(-time.Duration(days) * 24 * time.Hour) }

// ana is a good customer of whom much is known.
func ana() *conversation.Conversation {
	points := int64(740)
	c := conversation.Begin("lumen", "c1")
	c.WroteAt = ago(12)
	c.Customer = conversation.Customer{
		ID: "c1", First: "Ana", Email: "ana@example.com", Language: "fr", Country: "FR", Timezone: "Europe/Paris", VIP: true,
		Value: conversation.Money{Amount: 24990, Currency: "EUR"}, Points: &points, Tags: []string{"pro", "Nouveau client"},
		Preferences: map[string]string{"size": "M", "couleur préférée": "bleu"}, Prefers: conversation.WhatsApp,
		Cart: &conversation.Cart{ID: "k1", Total: conversation.Money{Amount: 5950, Currency: "EUR"}, Updated: ago(2),
			Lines: []conversation.Line{{SKU: "LAMPE-OPALE", Name: "Lampe Opale", Quantity: 1}}},
		Orders: []conversation.Order{
			{ID: "o3", Status: "delivered", Placed: ago(70), Total: conversation.Money{Amount: 4000, Currency: "EUR"}, Lines: []conversation.Line{{SKU: "LAMPE-ONDE", Name: "Lampe d'été"}}},
			{ID: "o2", Status: "cancelled", Placed: ago(80), Total: conversation.Money{Amount: 90000, Currency: "EUR"}, Lines: []conversation.Line{{SKU: "CANAPE", Name: "Canapé"}}},
			{ID: "o1", Status: "delivered", Placed: ago(200), Total: conversation.Money{Amount: 6000, Currency: "EUR"}, Lines: []conversation.Line{{SKU: "TASSE-4", Name: "Tasse"}}},
		},
		Returns:  []conversation.Return{{ID: "r1", Status: "refunded", Changed: ago(60)}},
		Touches:  []conversation.Touch{{Purpose: conversation.Marketing, At: ago(30)}, {Purpose: conversation.Transactional, At: ago(9)}},
		Consents: []conversation.Standing{{Medium: conversation.SMS, Purpose: conversation.Marketing, State: conversation.Given}, {Medium: conversation.WhatsApp, Purpose: conversation.Marketing, State: conversation.Withdrawn}},
		Clicked:  ago(3),
		Place:    conversation.Place{Country: "BE", Region: "BRU", Zones: []string{"Europe/Brussels"}},
	}
	return &c
}

// nobody is somebody of whom nothing is known.
func nobody() *conversation.Conversation {
	c := conversation.Begin("lumen", "c2")
	return &c
}

// texan lives by what the number tells.
func texan() *conversation.Conversation {
	c := conversation.Begin("lumen", "c3")
	c.Customer.Language = "en"
	c.Customer.Place = conversation.Place{Country: "US", Region: "TX", Zones: []string{"America/Chicago"}}
	c.Customer.Value = conversation.Money{Amount: 24990, Currency: "USD"}
	c.Questions = []conversation.Question{{ID: "q"}}
	c.Customer.Returns = []conversation.Return{{ID: "r", Status: "requested"}}
	c.Customer.Consents = []conversation.Standing{{Medium: conversation.SMS, Purpose: conversation.Marketing, State: conversation.Given}}
	c.Customer.Suspended = true
	return &c
}

// cases say who belongs to a segment: a for Ana, n for nobody, t for the Texan.
var cases = []struct{ text, who string }{
	{`everyone`, "ant"},
	{`not everyone`, ""},
	{`vip`, "a"},
	{`not vip`, "nt"},
	{`not not vip`, "a"},
	{`VIP AND everyone`, "a"},
	{`returning`, "t"},
	{`conversation_open`, "t"},

	{`name known`, "a"},
	{`not name known`, "nt"},
	{`name = ana`, "a"},
	{`email known`, "a"},
	{`language = fr`, "a"},
	{`language = FR`, "a"},
	{`language != fr`, "t"},
	{`not language = fr`, "nt"},
	{`language in (fr, en)`, "at"},
	{`language known`, "at"},
	{`country = FR`, "a"},
	{`country in (FR, BE)`, "a"},
	{`country = us`, "t"},
	{`region = "TX"`, "t"},
	{`region known`, "at"},
	{`timezone = "Europe/Paris"`, "a"},
	{`timezone = America/Chicago`, "t"},
	{`prefers = whatsapp`, "a"},
	{`prefers = sms`, ""},
	{`preference(size) = M`, "a"},
	{`preference(size) = m`, "a"},
	{`preference("couleur préférée") in (rouge, bleu)`, "a"},
	{`preference(size) != L`, "a"},
	{`not preference(size) = L`, "ant"},
	{`preference(size) known`, "a"},
	{`last_status = delivered`, "a"},
	{`last_status in (shipped, out_for_delivery)`, ""},

	{`consent(sms, marketing)`, "a"}, // the Texan's is suspended
	{`consent(whatsapp, marketing)`, ""},
	{`consent(sms, transactional)`, ""},
	{`withdrawn(whatsapp, marketing)`, "a"},

	{`points >= 740`, "a"},
	{`points > 740`, ""},
	{`points < 741`, "a"},
	{`points <= 739`, ""},
	{`points = 740`, "a"},
	{`points != 740`, ""},
	{`points known`, "a"},
	{`not points < 741`, "nt"},
	{`orders >= 2`, "a"},
	{`orders = 2`, "a"}, // the cancelled one does not count
	{`orders = 0`, "nt"},
	{`returns >= 1`, "at"},

	{`value >= 100 EUR`, "a"},
	{`value >= 249.90 EUR`, "a"},
	{`value > 249.90 EUR`, ""},
	{`value >= 100 USD`, "t"},
	{`value < 1000 EUR`, "a"},
	{`value known`, "at"},
	{`spent = 100 EUR`, "a"},
	{`spent >= 100 USD`, ""},
	{`last_total = 40 EUR`, "a"},
	{`cart >= 50 EUR`, "a"},
	{`cart >= 50.5 EUR and cart < 60.00 EUR`, "a"},
	{`cart known`, "a"},
	{`not cart known`, "nt"},

	{`wrote within 30d`, "a"},
	{`wrote within 12d`, "a"},
	{`wrote within 287h`, ""},
	{`wrote older than 1w`, "a"},
	{`not wrote within 30d`, "nt"},
	{`wrote known`, "a"},
	{`touched older than 7d`, "a"},
	{`touched within 8d`, ""},
	{`clicked within 3d`, "a"},
	{`last_order older than 60d`, "a"},
	{`last_order within 60d`, ""},
	{`last_order before 2026-10-01`, "a"},
	{`last_order since 2026-10-01`, ""},
	{`last_order since 2026-01-01`, "a"},
	{`cart_changed older than 1d`, "a"},

	{`tag "pro"`, "a"},
	{`tag pro`, "a"},
	{`not tag "pro"`, "nt"},
	{`tag "nouveau *"`, "a"},
	{`tag (gold, pro)`, "a"},
	{`tag in (gold, pro)`, "a"},
	{`bought "LAMPE-*"`, "a"},
	{`bought lampe-onde`, "a"},
	{`bought "lampe d'ÉTÉ"`, "a"},
	{`bought "CANAPE"`, ""}, // it was cancelled
	{`bought "*"`, "a"},
	{`bought "TASSE-*" within 90d`, ""},
	{`bought "LAMPE-*" within 90d`, "a"},
	{`not bought ("A*", "T*")`, "nt"},
	{`in_cart "LAMPE-*"`, "a"},
	{`in_cart "*opale"`, "a"},

	{`vip or returning`, "at"},
	{`vip and returning or language = en`, "t"},
	{`vip and (returning or language = fr)`, "a"},
	{`not (vip or returning)`, "n"},
	{`not vip and not returning`, "n"},
	{`vip and value >= 100 EUR and last_order older than 60d and consent(sms, marketing) and bought "LAMPE-*"
		and country in (FR, BE) and tag "pro" and wrote within 30d and cart >= 50 EUR and language = fr and not region = "TX"`, "a"},
}

func TestWhoBelongsToASegment(t *testing.T) {
	if len(cases) < 60 {
		t.Errorf("%d cases", len(cases))
	}
	asked := map[string]bool{}
	for _, c := range cases {
		s, err := Parse(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		s.root.each(0, func(d *condition, _ int) { asked[d.field.name] = true })
		who := ""
		for letter, customer := range map[string]*conversation.Conversation{"a": ana(), "n": nobody(), "t": texan()} {
			if s.Match(customer, now) {
				who += letter
			}
		}
		if !slices.Equal(slices.Sorted(strings.SplitSeq(who, "")), slices.Sorted(strings.SplitSeq(c.who, ""))) {
			t.Errorf("%s: %q belong to it, want %q", c.text, who, c.who)
		}
		again, err := Parse(s.String())
		if err != nil || again.String() != s.String() {
			t.Errorf("%s: printed as %s, which is read as %v, %v", c.text, s, again, err)
		}
	}
	for name := range fields {
		if !asked[name] {
			t.Errorf("no case asks for %s", name)
		}
	}
}

func TestASegmentIsPrintedAsItIsWritten(t *testing.T) {
	for _, text := range []string{
		`vip and value >= 100 EUR and last_order older than 60d and consent(sms, marketing) and bought "LAMPE-*" and country in (FR, BE)`,
		`vip and (returning or not (language = fr and tag pro))`,
		`not vip or tag (pro, "très bien") or bought "a\"b\\" within 12h`,
		`preference("and") = "not" or value < 1.50 EUR or points = 3 or last_order before 2026-01-31`,
		`(vip or returning) and (everyone or cart known)`,
	} {
		s, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if s.String() != text {
			t.Errorf("got %s\nwant %s", s, text)
		}
	}
	s, err := Parse(`((VIP)) AND (everyone and value >= 100.00 eur) and wrote within 2w and country = fr`)
	if want := `vip and everyone and value >= 100 EUR and wrote within 14d and country = FR`; err != nil || s.String() != want {
		t.Errorf("got %v, %v, want %s", s, err, want)
	}
}

func TestAnErrorSaysWhereAndWhat(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{``, `column 1, at the end: the segment is empty; write everyone to mean all customers`},
		{`vip and`, `column 8, at the end: a condition begins with a field: bought, cart, cart_changed, clicked, consent, …`},
		{`valeu >= 3 EUR`, `column 1, at "valeu": there is no field "valeu", did you mean "value"?`},
		{`vip value`, `column 5, at "value": a condition ends here; go on with and, or, or an end`},
		{`vip and (returning`, `column 19, at the end: ")" is missing`},
		{`value >= 100`, `column 13, at the end: an amount needs its currency, such as value >= 100 EUR`},
		{`value >= 100 EURO`, `column 14, at "EURO": an amount needs its currency, such as value >= 100 EUR`},
		{`value >= 1.005 EUR`, `column 10, at "1.005": EUR has 2 decimals`},
		{`value >= beaucoup EUR`, `column 10, at "beaucoup": value wants a number, such as value >= 100 EUR`},
		{`value within 3d`, `column 7, at "within": value wants one of =, !=, <, <=, >, >=, known, such as value >= 100 EUR`},
		{`points >= 1.5`, `column 11, at "1.5": points is a whole number`},
		{`points >= -1`, `column 11, at "-1": points wants a number, such as points >= 500`},
		{`points >= 9999999999999`, `column 11, at "9999999999999": points wants a number, such as points >= 500`},
		{`language`, `column 9, at the end: language wants one of =, !=, in, known, such as language = fr`},
		{`language = français`, `column 12, at "français": language has 2 letters, such as fr`},
		{`country in FR`, `column 12, at "FR": in wants a list: (…, …)`},
		{`country in (FR`, `column 15, at the end: ")" is missing`},
		{`consent(sms)`, `column 12, at ")": consent is written consent(sms, marketing)`},
		{`consent(mms, marketing)`, `column 9, at "mms,": "mms" is none of sms, whatsapp, did you mean "sms"?`},
		{`consent(sms, marketting)`, `column 14, at "marketting)": "marketting" is none of transactional, marketing, did you mean "marketing"?`},
		{`last_status = deliverd`, `column 15, at "deliverd": "deliverd" is none of placed, shipped, out_for_delivery, delivery_missed, delivered, cancelled, refunded, did you mean "delivered"?`},
		{`wrote within 30`, `column 14, at "30": write a span as 12h, 60d or 8w`},
		{`wrote within 4000d`, `column 14, at "4000d": a span has at most 3650 days`},
		{`wrote older 30d`, `column 13, at "30d": "than" is missing`},
		{`wrote before yesterday`, `column 14, at "yesterday": write a date as 2026-11-22`},
		{`bought`, `column 7, at the end: bought wants a word or a quoted text here`},
		{`bought "`, `column 8, at "\"": the quote is not closed`},
		{`bought ""`, `column 8, at "\"\"": an empty value is nobody's`},
		{`é ; vip`, `column 1, at "é": there is no field "é"`},
		{`vip ; vip`, `column 5, at ";": this sign means nothing here; quote texts: "…"`},
		{strings.Repeat("(", 30) + "vip", `column 21, at "((((((((((vip": more than 20 parentheses and nots in one another`},
		{strings.Repeat("not ", 30) + "vip", `column 81, at "not": more than 20 parentheses and nots in one another`},
		{strings.Repeat("vip or ", 100) + "vip", `column 701, at "vip": a segment has at most 100 conditions`},
		{strings.Repeat("v", MaxLength+1), `column 1, at the end: a segment has at most 4000 bytes`},
		{"vip\x00", `column 1, at the end: a segment is UTF-8 without U+0000`},
		{`tag (` + strings.Repeat("a,", 50) + `a)`, `column 106, at "a)": a list has at most 50 values`},
		{`tag "` + strings.Repeat("a", 201) + `"`, `column 5, at "\"aaaaaaaaaaaaaaaaaaa": a value has at most 200 bytes`},
	} {
		_, err := Parse(c.text)
		var wrong *Error
		if !errors.As(err, &wrong) || wrong.Error() != c.want {
			t.Errorf("%.40s\n got %v\nwant %s", c.text, err, c.want)
		}
	}
}

func TestMatchingAllocatesNothing(t *testing.T) {
	s, err := Parse(cases[len(cases)-1].text)
	if err != nil {
		t.Fatal(err)
	}
	c := ana()
	if n := testing.AllocsPerRun(100, func() { s.Match(c, now) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkMatch(b *testing.B) {
	s, err := Parse(cases[len(cases)-1].text)
	if err != nil {
		b.Fatal(err)
	}
	c := ana()
	for b.Loop() {
		s.Match(c, now)
	}
}
