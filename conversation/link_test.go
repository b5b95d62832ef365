package conversation

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func short(b *BrandInfo) {
	b.LinkURL, b.LinkHosts, b.LinkFor = "https://lmn.example/l/", []string{"lumen.example", "Suivi.example"}, 48*time.Hour
}

func TestLinksBecomeShortOnTheBrandsOwnDomain(t *testing.T) {
	s := bookOf(t, wordingBook, short)
	for _, c := range []struct{ name, link, host string }{
		{"of the brand", "https://lumen.example/c/42?x=1", ""},
		{"below the brand", "https://www.lumen.example/c", ""},
		{"in capitals", "https://WWW.LUMEN.example/c", ""},
		{"of somebody who is allowed", "http://suivi.example:8443/1", ""},
		{"of a host that only ends so", "https://evil-lumen.example/", "evil-lumen.example"},
		{"of a host that only begins so", "https://lumen.example.evil.example/", "lumen.example.evil.example"},
		{"of a user that is called so", "https://lumen.example@evil.example/", "evil.example"},
		{"in capitals that leads elsewhere", "HTTPS://EVIL.example/", "EVIL.example"},
		{"among words", "voir https://evil.example/.", "evil.example"},
		{"of an address", "https://192.0.2.1/", "192.0.2.1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := &shortener{brand: &s.brand, event: "prompt:p1", prompt: "p1", now: monday}
			p := &Prompt{Template: "linked", Purpose: Transactional, Variables: map[string]string{"link": c.link, "url": c.link}}
			w, err := s.words(p, &Customer{}, SMS, l.shorten)
			if c.host != "" {
				want := c.host + " is not among the hosts that the brand's links may lead to (lumen.example, Suivi.example)"
				if !errors.Is(err, ErrBadVariable) || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v, want %q", err, want)
				}
				return
			}
			if err != nil || len(l.codes) != 1 {
				t.Fatalf("error %v, codes %+v", err, l.codes)
			}
			code := l.codes[0]
			if code.URL != c.link || code.Kind != "link" || code.Prompt != "p1" || !code.Expires.Equal(monday.Add(48*time.Hour)) || len(code.Code) != 16 {
				t.Errorf("code %+v", code)
			}
			if want := "Suivi : https://lmn.example/l/" + code.Code + " et https://lmn.example/l/" + code.Code; w.text != want {
				t.Errorf("says %q, want %q", w.text, want)
			}
		})
	}
}

// A turn that is run again gives the same codes; another event, prompt, link or
// brand gives others.
func TestAShortLinkIsItsEventsAlone(t *testing.T) {
	seen := map[string]bool{}
	for _, brand := range []BrandID{"lumen", "solis"} {
		for _, event := range []EventID{"e1", "e2"} {
			for _, prompt := range []string{"p1", "p2"} {
				for _, url := range []string{"https://x.example/1", "https://x.example/2"} {
					l := &shortener{brand: &BrandInfo{ID: brand, LinkURL: "https://l.example", LinkHosts: []string{"x.example"}}, event: event, prompt: prompt, now: monday}
					again := &shortener{brand: l.brand, event: event, prompt: prompt, now: monday.Add(time.Hour)}
					link := l.shorten(url)
					if seen[link] || link != again.shorten(url) || link != l.shorten(url) || len(l.codes) != 1 {
						t.Errorf("%s is not its event's alone", link)
					}
					seen[link] = true
					if !l.codes[0].Expires.Equal(monday.Add(linkLife)) {
						t.Errorf("it leads there until %s", l.codes[0].Expires)
					}
				}
			}
		}
	}
}

// Links go as they are where the brand has no domain for them, and where they are
// short already.
func TestALinkThatNeedsNothingIsLeftAlone(t *testing.T) {
	p := &Prompt{Template: "linked", Purpose: Transactional, Variables: map[string]string{"link": "https://elsewhere.example/1"}}
	s := bookOf(t, wordingBook)
	l := &shortener{brand: &s.brand}
	if w, err := s.words(p, &Customer{}, SMS, l.shorten); err != nil || !strings.Contains(w.text, "https://elsewhere.example/1") || len(l.codes) > 0 {
		t.Errorf("%q, %v, %+v", w.text, err, l.codes)
	}
	s = bookOf(t, wordingBook, short)
	p.Variables["link"] = "https://lmn.example/l/abc"
	l = &shortener{brand: &s.brand}
	if w, err := s.words(p, &Customer{}, SMS, l.shorten); err != nil || !strings.Contains(w.text, "https://lmn.example/l/abc ") || len(l.codes) > 0 {
		t.Errorf("%q, %v, %+v", w.text, err, l.codes)
	}
}

// A prompt's turn keeps what its short links lead to.
func TestAPromptsTurnKeepsItsLinks(t *testing.T) {
	s := bookOf(t, wordingBook, short)
	e := Event{ID: "prompt:p1", Type: PromptRequested, Time: monday, Prompt: &Prompt{
		ID: "p1", Purpose: Transactional, Template: "linked", Variables: map[string]string{"link": "https://lumen.example/c/42"},
		Channel: "lumen-sms", Medium: SMS, To: "+33612345678",
	}}
	at := monday.Add(2 * time.Hour)
	turn := s.Step(Begin("lumen", "c1"), e, at)
	if len(turn.Messages) != 1 || len(turn.Codes) != 1 || turn.Codes[0].URL != "https://lumen.example/c/42" || !strings.Contains(turn.Messages[0].Text, turn.Codes[0].Code) {
		t.Fatalf("%s: %+v, %+v", turn.Rule, turn.Messages, turn.Codes)
	}
	e.Prompt.Variables["link"] = "https://evil.example/"
	if turn := s.Step(Begin("lumen", "c1"), e, at); len(turn.Messages)+len(turn.Codes) > 0 {
		t.Errorf("a link that leads elsewhere: %+v", turn)
	}
}
