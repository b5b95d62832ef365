package join

import (
	"context"
	"errors"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/conversation/understanding"
	"github.com/causette/causette/gateway"
)

// door keeps what knocks.
type door struct {
	mu     sync.Mutex
	events []conversation.Event
	busy   bool
}

func (d *door) Accept(_ context.Context, _ conversation.BrandID, _ gateway.Who, e conversation.Event) (gateway.Outcome, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.busy {
		return gateway.Outcome{}, gateway.ErrBusy
	}
	d.events = append(d.events, e)
	return gateway.Outcome{}, nil
}

func (d *door) Report(context.Context, gateway.Report) error {
	return errors.New("nobody reports here")
}

var lumen = Brand{ID: "lumen", Name: "Lumen", Country: "FR", Languages: []string{"fr", "en", "es", "de", "it", "nl", "pt"},
	Channel: "lumen-sms", Number: "36105", Promise: &conversation.Promise{Messages: 4, Per: "month"}, Privacy: "https://lumen.example/privacy"}

func open(d *door) (*Page, *time.Time) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	return New(Options{Door: d, Brands: []Brand{lumen}, Now: func() time.Time { return now }}), &now
}

func ask(p *Page, method, path, from string, fields url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(fields.Encode()))
	r.RemoteAddr = from + ":5000"
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

func TestNoBoxIsTickedBeforehand(t *testing.T) {
	p, _ := open(&door{})
	for _, lang := range understanding.Languages {
		w := ask(p, "GET", "/join/lumen?lang="+lang, "192.0.2.1", nil)
		body := w.Body.String()
		if w.Code != http.StatusOK || w.Header().Get("Content-Language") != lang {
			t.Fatalf("%s: %d in %q", lang, w.Code, w.Header().Get("Content-Language"))
		}
		if n := strings.Count(body, `type="checkbox"`); n != 2 || strings.Contains(body, "checked") {
			t.Errorf("%s: %d boxes, ticked: %v", lang, n, strings.Contains(body, "checked"))
		}
		if regexp.MustCompile(`\{[a-z]+\}`).MatchString(regexp.MustCompile(`(?s)<style>.*</style>`).ReplaceAllString(body, "")) {
			t.Errorf("%s: a placeholder is left in\n%s", lang, body)
		}
		if !strings.Contains(body, `href="sms:36105?&amp;body=START"`) {
			t.Errorf("%s: no link that opens a text", lang)
		}
		if !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: the page may load anything", lang)
		}
	}
}

func TestAFormAsksThePhoneItself(t *testing.T) {
	d := &door{}
	p, now := open(d)
	w := ask(p, "POST", "/join/lumen?lang=fr", "192.0.2.1", url.Values{"phone": {"06 12 34 56 78"}, "marketing": {"yes"}})
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Répondez OUI") {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if len(d.events) != 1 {
		t.Fatalf("%d events", len(d.events))
	}
	e := d.events[0]
	j := e.Join
	switch {
	case e.Type != conversation.JoinRequested || e.ID == "" || !e.Time.Equal(*now):
		t.Errorf("%+v", e)
	case j.To != "+33612345678" || j.Channel != "lumen-sms" || j.Medium != conversation.SMS || j.Language != "fr":
		t.Errorf("%+v", j)
	case len(j.Purposes) != 1 || j.Purposes[0] != conversation.Marketing || len(j.Wording) != 1:
		t.Errorf("%+v", j)
	case j.Wording[conversation.Marketing] != "J’accepte de recevoir les offres et nouveautés de Lumen par SMS (4 par mois au plus).":
		t.Errorf("the wording is %q", j.Wording[conversation.Marketing])
	case j.Evidence["ip"] != "192.0.2.1" || len(j.Evidence["version"]) != 12 || j.Evidence["page"] != "/join/lumen":
		t.Errorf("the evidence is %v", j.Evidence)
	}
}

func TestAFormThatCannotBeTakenSaysWhy(t *testing.T) {
	for _, c := range []struct {
		name   string
		fields url.Values
		status int
		says   string
	}{
		{"no number", url.Values{"marketing": {"yes"}}, 422, "pas un numéro de mobile"},
		{"words for a number", url.Values{"phone": {"mon numéro"}, "marketing": {"yes"}}, 422, "pas un numéro de mobile"},
		{"a number that does not exist", url.Values{"phone": {"06 12"}, "marketing": {"yes"}}, 422, "pas un numéro de mobile"},
		{"a fixed line", url.Values{"phone": {"01 23 45 67 89"}, "marketing": {"yes"}}, 422, "pas un numéro de mobile"},
		{"a premium number", url.Values{"phone": {"+33 897 12 34 56"}, "marketing": {"yes"}}, 422, "pas un numéro de mobile"},
		{"a number without end", url.Values{"phone": {strings.Repeat("6", 3000)}, "marketing": {"yes"}}, 422, "pas un numéro de mobile"},
		{"no box", url.Values{"phone": {"0612345678"}}, 422, "Cochez au moins une case"},
		{"a form too long", url.Values{"phone": {strings.Repeat("6", 5000)}, "marketing": {"yes"}}, 400, "Laissez votre numéro"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := &door{}
			p, _ := open(d)
			w := ask(p, "POST", "/join/lumen?lang=fr", "192.0.2.1", c.fields)
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			if len(d.events) != 0 {
				t.Errorf("%+v", d.events)
			}
		})
	}
	t.Run("a busy gateway", func(t *testing.T) {
		p, _ := open(&door{busy: true})
		w := ask(p, "POST", "/join/lumen?lang=en", "192.0.2.1", url.Values{"phone": {"0612345678"}, "marketing": {"yes"}})
		if w.Code != 503 || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), `value="0612345678"`) || !strings.Contains(w.Body.String(), "checked") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
	t.Run("a brand that is not here", func(t *testing.T) {
		p, _ := open(&door{})
		if w := ask(p, "GET", "/join/other", "192.0.2.1", nil); w.Code != 404 {
			t.Error(w.Code)
		}
	})
}

func TestOneNetworkAsksForFewNumbers(t *testing.T) {
	d := &door{}
	p, now := open(d)
	fields := url.Values{"phone": {"0612345678"}, "marketing": {"yes"}}
	post := func(from string) int { return ask(p, "POST", "/join/lumen", from, fields).Code }
	for i := range joinBurst {
		if code := post("192.0.2.1"); code != 200 {
			t.Fatalf("form %d: %d", i, code)
		}
	}
	if code := post("192.0.2.1"); code != http.StatusTooManyRequests {
		t.Errorf("one more: %d", code)
	}
	if code := post("192.0.2.2"); code != 200 {
		t.Errorf("another network: %d", code)
	}
	*now = now.Add(joinEvery)
	if code := post("192.0.2.1"); code != 200 {
		t.Errorf("later: %d", code)
	}
}

func TestThePictureIsOne(t *testing.T) {
	p, _ := open(&door{})
	for query, side := range map[string]int{"": pictureSize, "?size=1024": 1024, "?size=1000000": pictureSize, "?size=x": pictureSize} {
		w := ask(p, "GET", "/join/lumen/qr.png"+query, "192.0.2.1", nil)
		img, err := png.Decode(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		if img.Bounds().Dx() != side {
			t.Errorf("%q: %d pixels", query, img.Bounds().Dx())
		}
	}
	w := ask(p, "GET", "/join/lumen/window?lang=fr", "192.0.2.1", nil)
	if body := w.Body.String(); !strings.Contains(body, "/join/lumen/qr.png?size=1024") || strings.Contains(body, "<form") {
		t.Error(body)
	}
}
