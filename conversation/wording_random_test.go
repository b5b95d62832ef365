package conversation

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// pieces are what random texts are made of: what shops write, what templates
// mean, and what breaks parsers.
var pieces = []string{
	"{first}", "{first|name|or:vous}", "{total|money}", "{date|date}", "{product|product|or:cela}", "{link}", "{x}", "{y|or:{", "{", "}", "{{", "}}", "[", "]", "[[", "]]", "|", "|or:", ":", "{}", "{ }",
	"{{first}}", "{ first }", "{first|", "${first}", "%FIRST%", "*|FIRST|*", "\x00", "\x1b[2J", "\u202e", "\u2066", "\ufeff", "\u200d", "\u00a0", "\u202f", "\u2028", "\r\n", "\n", "\t", "\xff\xfe", "\xc3",
	"é", "ç", "œ", "’", "«", "…", "€", "👍", "👩‍👩‍👧", "e\u0301", "Ω", "漢", "\U0010ffff", "ﷺ", " ", "  ", "STOP", "STOP au 36105", "Lumen", "https://lumen.example/c/42", "https://evil.example/", "HTTPS://X", "http://", "149.90", "2026-11-24", "149,90 €", "0", "-1", "9223372036854775808",
	strings.Repeat("x", 200), strings.Repeat("{a}", 40), strings.Repeat("mot ", 100), strings.Repeat("\u0301", 60),
}

func randomText(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(12) {
		switch r.IntN(4) {
		case 0:
			b.WriteRune(rune(r.IntN(0x11000)))
		case 1:
			b.WriteByte(byte(r.IntN(256)))
		default:
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
	}
	return b.String()
}

// legal says what is wrong with words that would leave, "" for nothing.
func legal(text string) string {
	switch {
	case !utf8.ValidString(text):
		return "broken UTF-8"
	case utf8.RuneCountInString(text) > maxText:
		return "too long"
	case text == "":
		return "nothing"
	case leftOver.MatchString(text):
		return "a placeholder is left: " + leftOver.FindString(text)
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }):
		return "a control character"
	case strings.ContainsAny(text, "\u202e\u2066\ufeff"):
		return "a sign that moves others about"
	}
	for _, word := range strings.Fields(text) {
		_, to, found := strings.Cut(strings.ToLower(word), "://")
		if found && strings.HasPrefix(to, "evil.example") {
			return "a link that leads elsewhere"
		}
	}
	return ""
}

// worded puts one text through the words, as a value, as a template and as an
// automation's own, and says what is wrong with what came out.
func worded(s *Script, text string, values map[string]string, p *Prompt, m Medium, r Route) string {
	delete(s.prompts, "random")
	if tpl, err := parseTemplate(strings.ToValidUTF8(text, ""), nil); err == nil {
		if again, err := parseTemplate(tpl.source(), nil); err != nil || again.source() != tpl.source() {
			return "reads " + tpl.source() + " otherwise than it was written"
		}
		if !strings.Contains(text, "evil.example") { // what the script's author writes is theirs
			s.prompts["random"] = &promptText{
				purpose: p.Purpose, texts: map[Medium]map[string]*template{"": {"fr": &tpl}},
				content:  map[string]string{"fr": "HX00000000000000000000000000000001"},
				numbered: []*part{{name: "first"}, {name: "x", or: "y"}},
			}
		}
	}
	known := []error{ErrUnknownTemplate, ErrMissingVariable, ErrBadVariable, ErrTooLong}
	c := &Customer{First: text, Language: "fr"}
	for _, template := range []string{"", "random", []string{"cart_reminder", "renewal", "welcome", "follow_up"}[len(text)%4]} {
		p.Template, p.Text, p.Variables = template, strings.ReplaceAll(text, "evil.example", "x.example"), values
		l := &shortener{brand: &s.brand, event: "e", prompt: "p", now: monday}
		w, err := s.words(p, c, m, l.shorten)
		if err != nil {
			if is := func(k error) bool { return errors.Is(err, k) }; !is(known[0]) && !is(known[1]) && !is(known[2]) && !is(known[3]) || w.text != "" {
				return "an error that nobody knows: " + err.Error()
			}
			continue
		}
		if wrong := legal(w.text); wrong != "" {
			return template + ": " + wrong + ": " + w.text
		}
		if w.content != nil {
			for n, v := range w.content.Variables {
				if v == "" || strings.ContainsAny(v, "\n\r\t") || utf8.RuneCountInString(v) > maxLink || !utf8.ValidString(v) {
					return template + ": variable " + n + " is " + strconv.Quote(v)
				}
			}
		}
		if signed := s.footed(w.text, c, r); !saysHowToStop(signed, r) {
			return template + ": nobody could stop: " + signed
		}
		if template == "" {
			Appear(w.text, m, priced(string(m), "FR"))
			s.Lint(p, w.text, m, "fr")
		}
	}
	return ""
}

func randomRoute(r *rand.Rand) (Medium, Route) {
	m := []Medium{SMS, WhatsApp}[r.IntN(2)]
	return m, Route{Medium: m, Mute: r.IntN(2) == 0, StopAt: []string{"", "36105"}[r.IntN(2)]}
}

// 20,000 random texts and values, a tenth of them in a test: words come out whole,
// or a refusal that says why.
func TestProofRandomTextsAreWordedOrRefused(t *testing.T) {
	seed := uint64(4)
	if v, err := strconv.ParseUint(os.Getenv("CAUSETTE_SEED"), 10, 64); err == nil {
		seed = v
	}
	r := rand.New(rand.NewPCG(seed, 4))
	s := defaultScript(t, short)
	for i := range whole(20_000, 2_000) {
		values := map[string]string{}
		for _, name := range []string{"first", "product", "link", "total", "date", "x", "a", "order"} {
			if r.IntN(3) > 0 {
				values[name] = randomText(r)
			}
		}
		m, route := randomRoute(r)
		purpose := []Purpose{Transactional, Marketing}[r.IntN(2)]
		if wrong := worded(s, randomText(r), values, &Prompt{Purpose: purpose}, m, route); wrong != "" {
			t.Fatalf("seed %d, text %d: %.400s", seed, i, wrong)
		}
	}
}

// What customers text is no harder than what shops do: every labelled phrase goes
// through as a text, as a value and as a template.
func TestPhrasesAreWordedOrRefused(t *testing.T) {
	files, err := filepath.Glob("understanding/testdata/labelled/test.*.tsv")
	if err != nil {
		t.Fatal(err)
	}
	s := defaultScript(t, short)
	r := rand.New(rand.NewPCG(1, 4))
	n := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
			_, phrase, ok := strings.Cut(line, "\t")
			if !ok {
				continue
			}
			n++
			m, route := randomRoute(r)
			values := map[string]string{"product": phrase, "order": phrase, "x": phrase, "link": "https://lumen.example/" + strconv.Itoa(n), "date": "2026-11-24"}
			if wrong := worded(s, phrase, values, &Prompt{Purpose: Marketing}, m, route); wrong != "" {
				t.Errorf("%s: %q: %s", file, phrase, wrong)
			}
			if text, _, err := s.Fill("delivered", "fr", m, &Customer{}, values); err != nil || !strings.Contains(text, cutPlain(plain(phrase), maxValue)) {
				t.Errorf("%q as a value: %q, %v", phrase, text, err)
			}
		}
	}
	if n < 400 {
		t.Errorf("only %d phrases", n)
	}
}

// FuzzWords is the random test with what the fuzzer finds.
func FuzzWords(f *testing.F) {
	for _, p := range pieces {
		f.Add("Bonjour "+p, p, p, true)
	}
	f.Add("{x|money}[ {y|date}]", "12", "2026-11-24", false)
	s := defaultScript(f, short)
	f.Fuzz(func(t *testing.T, text, x, y string, sms bool) {
		m := WhatsApp
		if sms {
			m = SMS
		}
		values := map[string]string{"x": x, "y": y, "product": x, "link": y, "date": x, "total": y, "first": x}
		if wrong := worded(s, text, values, &Prompt{Purpose: Marketing}, m, Route{Medium: m}); wrong != "" {
			t.Error(wrong)
		}
	})
}
