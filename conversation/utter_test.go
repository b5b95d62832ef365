package conversation

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// bookOf is the default script with these templates in place of its own.
func bookOf(t testing.TB, prompts string, change ...func(*BrandInfo)) *Script {
	t.Helper()
	s, err := parseBook(t, prompts, change...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func parseBook(t testing.TB, prompts string, change ...func(*BrandInfo)) (*Script, error) {
	t.Helper()
	fsys := broken(t, "prompts.yaml", "", "")
	fsys["lumen/prompts.yaml"] = &fstest.MapFile{Data: []byte(prompts)}
	brand := testBrand()
	for _, c := range change {
		c(&brand)
	}
	return ParseScript(brand, fsys, "lumen")
}

const approvedBook = `
prompts:
  shipped:
    purpose: transactional
    text:
      fr: "{brand} : votre commande {order} est en route."
      en: "{brand}: your order {order} is on its way."
    whatsapp:
      content: {fr: HX00000000000000000000000000000001}
      variables: [order]
  offer:
    purpose: marketing
    text: {fr: "Bonjour[ {first}] : {percent} % sur tout", en: "Hello[ {first}]: {percent}% off"}
    whatsapp:
      approved: {fr: "Bonjour {first|or:à vous}, chez Lumen {percent} % sur tout. STOP pour arrêter."}
      content: {fr: HX00000000000000000000000000000002}
      variables: ["first|name|or:à vous", percent]
      category: marketing
  note:
    purpose: transactional
    text: {fr: "Une note", en: "A note"}
`

// An agent writes with a template: inside the window it is free text, outside it
// is what WhatsApp approved, and what is not approved is refused as free text is.
func TestAnAgentWritesWithATemplate(t *testing.T) {
	s := bookOf(t, approvedBook)
	agents := func(medium Medium, language string, age time.Duration, consent ConsentState) Conversation {
		c := Begin("lumen", "c1")
		c.State, c.Desk = WithAgent, &Desk{Status: DeskAssigned, Owner: "claire"}
		c.Medium, c.Channel, c.Address, c.WroteAt = medium, "lumen-"+ChannelID(medium), "+33612345678", monday.Add(-age)
		c.Customer.Language, c.Customer.First = language, "ANA"
		c.Customer.Consents = []Standing{{Medium: medium, Purpose: Marketing, State: consent, At: monday}}
		return c
	}
	order := map[string]string{"order": "LU-1"}
	for _, c := range []struct {
		name    string
		c       Conversation
		act     Act
		text    string
		content map[string]string
		purpose Purpose
		refused string
		why     string
	}{
		{name: "by SMS as text", c: agents(SMS, "fr", 48*time.Hour, ""), act: Act{Template: "shipped", Variables: order}, text: "Lumen : votre commande LU-1 est en route.", purpose: Answer},
		{name: "in the customer's language", c: agents(SMS, "en", time.Hour, ""), act: Act{Template: "shipped", Variables: order}, text: "Lumen: your order LU-1 is on its way.", purpose: Answer},
		{name: "as text while the window is open", c: agents(WhatsApp, "fr", 23*time.Hour, ""), act: Act{Template: "shipped", Variables: order}, text: "Lumen : votre commande LU-1 est en route.", purpose: Answer},
		{name: "as approved once it is closed", c: agents(WhatsApp, "fr", 25*time.Hour, ""), act: Act{Template: "shipped", Variables: order}, text: "Lumen : votre commande LU-1 est en route.", content: map[string]string{"1": "LU-1"}, purpose: Answer},
		{name: "as approved when it leaves after the window", c: agents(WhatsApp, "fr", 23*time.Hour, ""), act: Act{Template: "shipped", Variables: order, After: monday.Add(2 * time.Hour)}, text: "Lumen : votre commande LU-1 est en route.", content: map[string]string{"1": "LU-1"}, purpose: Answer},
		{name: "free text is refused then", c: agents(WhatsApp, "fr", 25*time.Hour, ""), act: Act{Text: "Bonjour"}, refused: RefusedWindow},
		{name: "and so is a template that nobody approved", c: agents(WhatsApp, "fr", 25*time.Hour, ""), act: Act{Template: "note"}, refused: RefusedWindow},
		{name: "or not in that language", c: agents(WhatsApp, "en", 25*time.Hour, ""), act: Act{Template: "shipped", Variables: order}, refused: RefusedWindow},
		{name: "a missing variable is named", c: agents(SMS, "fr", time.Hour, ""), act: Act{Template: "shipped"}, refused: RefusedMissing, why: "{order}"},
		{name: "an unknown template has a suggestion", c: agents(SMS, "fr", time.Hour, ""), act: Act{Template: "shiped"}, refused: RefusedTemplate, why: `did you mean "shipped"?`},
		{name: "marketing needs consent", c: agents(SMS, "fr", time.Hour, ""), act: Act{Template: "offer", Variables: map[string]string{"percent": "20"}}, refused: RefusedConsent},
		{name: "marketing is signed", c: agents(SMS, "fr", time.Hour, Given), act: Act{Template: "offer", Variables: map[string]string{"percent": "20"}}, text: "Lumen : Bonjour ANA : 20 % sur tout STOP pour ne plus recevoir d'offres.", purpose: Marketing},
		{name: "marketing that is approved is said as it was", c: agents(WhatsApp, "fr", 25*time.Hour, Given), act: Act{Template: "offer", Variables: map[string]string{"percent": "20"}}, text: "Bonjour ANA, chez Lumen 20 % sur tout. STOP pour arrêter.", content: map[string]string{"1": "Ana", "2": "20"}, purpose: Marketing},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.act.Agent = "claire"
			turn := s.Step(c.c, Event{ID: "a", Type: AgentWrote, Time: monday, Act: &c.act}, monday)
			if r := turn.Refused; r != nil || c.refused != "" {
				if r == nil || r.Code != c.refused || !strings.Contains(r.Why, c.why) {
					t.Fatalf("refused with %+v, want %q %q", r, c.refused, c.why)
				}
				return
			}
			m := turn.Messages[0]
			if m.Text != c.text || m.Purpose != c.purpose || m.Agent != "claire" || (m.Content == nil) != (c.content == nil) {
				t.Fatalf("says %q for %s, content %+v", m.Text, m.Purpose, m.Content)
			}
			if (turn.Next.Prompted == Marketing) != (c.purpose == Marketing) {
				t.Errorf("a bare STOP then means %q", turn.Next.Prompted)
			}
			for n, v := range c.content {
				if m.Content.Variables[n] != v || len(m.Content.Variables) != len(c.content) {
					t.Errorf("content %+v, want %v", m.Content, c.content)
				}
			}
		})
	}
}

// A first word may be a template, too, by the rules of its purpose.
func TestAnAgentBeginsWithATemplate(t *testing.T) {
	s := bookOf(t, approvedBook)
	begin := func(change func(*Act)) Turn {
		a := &Act{Agent: "claire", Purpose: Transactional, Channel: "lumen-wa", Medium: WhatsApp, Address: "+33612345678", Template: "shipped", Variables: map[string]string{"order": "LU-1"}}
		change(a)
		c := Begin("lumen", "c1")
		c.Customer.Language = "fr"
		c.Customer.Consents = []Standing{{Medium: WhatsApp, Purpose: Marketing, State: Given, At: monday}}
		return s.Step(c, Event{ID: "a", Type: AgentBegan, Time: monday, Act: a}, monday.Add(3*time.Hour))
	}
	turn := begin(func(*Act) {})
	if turn.Refused != nil || turn.Messages[0].Content == nil || turn.Messages[0].Content.SID != "HX00000000000000000000000000000001" {
		t.Errorf("%+v, %+v", turn.Refused, turn.Messages)
	}
	if r := begin(func(a *Act) { a.Template, a.Text = "", "Bonjour" }).Refused; r == nil || r.Code != RefusedWindow {
		t.Errorf("free text: %+v", r)
	}
	offer := func(a *Act) { a.Template, a.Variables = "offer", map[string]string{"percent": "20"} }
	if r := begin(offer).Refused; r == nil || r.Code != RefusedMarketing {
		t.Errorf("an offer that is called transactional: %+v", r)
	}
	turn = begin(func(a *Act) { offer(a); a.Purpose = Marketing })
	if turn.Refused != nil || turn.Messages[0].Content == nil || turn.Messages[0].Purpose != Marketing {
		t.Errorf("an offer: %+v, %+v", turn.Refused, turn.Messages)
	}
}

func TestTemplatesAreListedForPickers(t *testing.T) {
	s := bookOf(t, approvedBook)
	list := s.Templates()
	if len(list) != 3 || list[0].Name != "note" || list[1].Name != "offer" {
		t.Fatalf("%+v", list)
	}
	offer := list[1]
	if offer.Purpose != Marketing || offer.Category != "marketing" || !slices.Equal(offer.Languages, []string{"fr", "en"}) || !slices.Equal(offer.Media, []Medium{SMS, WhatsApp}) ||
		offer.Content["fr"] != "HX00000000000000000000000000000002" || offer.Texts["en"] != "Hello[ {first}]: {percent}% off" {
		t.Errorf("%+v", offer)
	}
	if v := offer.Variables; len(v) != 2 || v[0].Name != "first" || !v[0].Known || v[0].Required || v[0].Default["fr"] != "à vous" || v[1].Name != "percent" || !v[1].Required {
		t.Errorf("%+v", v)
	}
}

// An agent's links are short where they may be, and go as they are where not: they
// have looked at them.
func TestAnAgentsLinksAreShortWhereTheyMayBe(t *testing.T) {
	s := bookOf(t, wordingBook, short)
	c := Begin("lumen", "c1")
	c.State, c.Desk = WithAgent, &Desk{Status: DeskAssigned, Owner: "claire"}
	c.Medium, c.Channel, c.Address, c.WroteAt = SMS, "lumen-sms", "+33612345678", monday
	act := &Act{Agent: "claire", Template: "linked", Variables: map[string]string{"link": "https://lumen.example/c/42", "url": "https://colis.example/1"}}
	turn := s.Step(c, Event{ID: "a1", Type: AgentWrote, Time: monday, Act: act}, monday)
	if turn.Refused != nil || len(turn.Codes) != 1 || turn.Codes[0].URL != "https://lumen.example/c/42" ||
		turn.Messages[0].Text != "Suivi : https://lmn.example/l/"+turn.Codes[0].Code+" et https://colis.example/1" {
		t.Errorf("%+v, %+v, %+v", turn.Refused, turn.Messages, turn.Codes)
	}
}
