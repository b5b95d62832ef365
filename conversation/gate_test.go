package conversation

import (
	"bufio"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The cases of the gate stand in testdata/gate, one a line:
//
//	when | what is to be said | to whom | the verdict | why this is a case
//
// Lines above them name the source of the rule, and the zone in which hours are
// written. To add a case is to add a line.
type gateCase struct {
	file   string
	line   int
	source string
	zone   *time.Location
	what   string
	now    time.Time
	prompt Prompt
	route  Route
	c      Conversation
	again  bool   // it is judged at the second gate, as a message
	asks   string // of the message
	want   string // open, refused CODE RULE, waits WHAT RULE
	until  time.Time
	name   string
}

func TestTheGate(t *testing.T) {
	s := defaultScript(t)
	cases := gateCases(t)
	if len(cases) < 200 {
		t.Errorf("%d cases, want 200 at least", len(cases))
	}
	for _, k := range cases {
		t.Run(fmt.Sprintf("%s:%d %s", filepath.Base(k.file), k.line, k.name), func(t *testing.T) {
			var v Verdict
			if k.again {
				v = s.Again(k.c, k.message(), k.now)
			} else {
				v = s.Gate(&k.c, &k.prompt, k.route, k.now)
			}
			got := "open"
			switch {
			case v.Code != "":
				got = fmt.Sprintf("refused %s %s", v.Code, v.Rule)
			case v.Waits != "":
				got = fmt.Sprintf("waits %s %s", v.Waits, v.Rule)
			case v.Rule != ruleOpen:
				got += " " + string(v.Rule)
			}
			if got != k.want {
				t.Fatalf("%s\n%s, want %s\n%s %v\nsource: %s", k.what, got, k.want, v.Why, v.Inputs, k.source)
			}
			if v.Why == "" || v.Waits == "" && !v.At.IsZero() {
				t.Errorf("why %q, at %s", v.Why, v.At)
			}
			latest := k.until
			g := gate{Script: s, c: &k.c, p: &k.prompt, now: k.now}
			if !k.until.IsZero() && !g.daylight().isOpen(k.until.Add(-time.Second)) {
				latest = k.until.Add(s.gate.spread) // what was held goes out over two hours
			}
			if v.Waits != "" && (v.At.Before(k.until) || v.At.After(latest)) {
				t.Errorf("%s\nuntil %s, want %s\nsource: %s", k.what, v.At.In(k.zone), k.until.In(k.zone), k.source)
			}
		})
	}
}

func (k *gateCase) message() Message {
	return Message{
		Channel: k.route.Channel, Medium: k.route.Medium, Purpose: k.prompt.Purpose, Prompt: k.prompt.ID, Asks: k.asks,
		Text: cmp.Or(k.prompt.Text, "words"), Expires: k.prompt.Expires,
	}
}

func gateCases(t testing.TB) []*gateCase {
	t.Helper()
	files, err := filepath.Glob("testdata/gate/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	var all []*gateCase
	for _, file := range files {
		all = append(all, readGateCases(t, file)...)
	}
	return all
}

func readGateCases(t testing.TB, file string) []*gateCase {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cases []*gateCase
	source, zone, who := "", paris(t), ""
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		key, value, _ := strings.Cut(line, ":")
		switch {
		case line == "" || line[0] == '#':
			continue
		case key == "source":
			source, who = strings.TrimSpace(value), ""
			continue
		case key == "zone":
			if zone, err = time.LoadLocation(strings.TrimSpace(value)); err != nil {
				t.Fatalf("%s:%d: %v", file, n, err)
			}
			continue
		case key == "who":
			who = strings.TrimSpace(value)
			continue
		}
		k, err := readGateCase(line, who, zone)
		if err != nil || source == "" {
			t.Fatalf("%s:%d: %v (source %q)", file, n, err, source)
		}
		k.file, k.line, k.source = file, n, source
		cases = append(cases, k)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return cases
}

func readGateCase(line, who string, zone *time.Location) (*gateCase, error) {
	parts := strings.Split(line, "|")
	if len(parts) != 5 {
		return nil, fmt.Errorf("%d columns, want 5: when | what | who | verdict | name", len(parts))
	}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	k := &gateCase{what: line, zone: zone, name: parts[4]}
	var err error
	if k.now, err = k.moment(parts[0]); err != nil {
		return nil, err
	}
	k.route = Route{Channel: "lumen-sms", Medium: SMS}
	k.prompt = Prompt{ID: "p1", To: "+33612345678", Text: "Bonjour", Requested: k.now}
	k.c = Begin("lumen", "c1")
	if err := k.read(parts[1], k.readWhat); err != nil {
		return nil, err
	}
	k.prompt.Channel, k.prompt.Medium = k.route.Channel, k.route.Medium
	if err := k.read(who+" "+parts[2], k.readWho); err != nil {
		return nil, err
	}
	verdict, until, waits := strings.Cut(parts[3], " -> ")
	k.want = verdict
	if waits {
		if k.until, err = k.moment(until); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// moment reads "Sun 2026-11-22 08:00"; the day of the week has to be right.
func (k *gateCase) moment(text string) (time.Time, error) {
	at, err := time.ParseInLocation("Mon 2006-01-02 15:04", text, k.zone)
	if err == nil && at.Format("Mon") != text[:3] {
		return at, fmt.Errorf("%s is a %s", text, at.Format("Mon"))
	}
	return at, err
}

// before reads a moment before the case's: "3d", "90m", "-2h" is after it.
func (k *gateCase) before(text string) (time.Time, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseFloat(days, 64)
		return k.now.Add(-time.Duration(n * 24 * float64(time.Hour))), err
	}
	d, err := time.ParseDuration(text)
	return k.now.Add(-d), err
}

// after reads a moment after it.
func (k *gateCase) after(text string) (time.Time, error) {
	if ago, past := strings.CutPrefix(text, "-"); past {
		return k.before(ago)
	}
	return k.before("-" + text)
}

// read gives each word, or name=value, to a reader; "…" may have spaces in it.
func (k *gateCase) read(text string, one func(name, value string) error) error {
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		word, rest, _ := strings.Cut(text, " ")
		if i := strings.Index(word, `="`); i >= 0 {
			end := strings.Index(text[i+2:], `"`)
			if end < 0 {
				return fmt.Errorf("a quote is never closed: %s", text)
			}
			word, rest = text[:i+1]+text[i+2:i+2+end], text[i+3+end:]
		}
		name, value, _ := strings.Cut(word, "=")
		if err := one(name, value); err != nil {
			return fmt.Errorf("%s: %w", word, err)
		}
		text = rest
	}
	return nil
}

func (k *gateCase) readWhat(name, value string) (err error) {
	p := &k.prompt
	switch name {
	case "marketing", "transactional", "answer", "bulk":
		p.Purpose = Purpose(name)
	case "whatsapp":
		k.route = Route{Channel: "lumen-whatsapp", Medium: WhatsApp}
	case "contents":
		k.route.Contents = true
	case "mute":
		k.route.Mute = true
	case "stop_at":
		k.route.StopAt = value
	case "text":
		p.Text = value
	case "template":
		p.Template, p.Text = value, ""
		p.Variables = map[string]string{"link": "https://lumen.example/1", "order": "LU-1", "product": "Lampe", "date": "2026-12-01"}
	case "nothing":
		p.Text = ""
	case "order":
		p.Order = value
	case "cart":
		p.Cart = value
	case "opens":
		p.Opens = Dialogue(value)
	case "incentive":
		p.Incentive = true
	case "send_in":
		p.SendAt, err = k.after(value)
	case "expires_in":
		p.Expires, err = k.after(value)
	case "asked":
		p.Requested, err = k.before(value)
	case "again":
		k.again = true
		k.asks = value
	case "place":
		p.Place = k.place(value)
	default:
		return fmt.Errorf("nobody knows what %q is", name)
	}
	return err
}

// place reads "US-TX:America/Chicago,America/Denver".
func (k *gateCase) place(value string) Place {
	where, zones, _ := strings.Cut(value, ":")
	country, region, _ := strings.Cut(where, "-")
	p := Place{Country: country, Region: region}
	if zones != "" {
		p.Zones = strings.Split(zones, ",")
	}
	return p
}

func (k *gateCase) readWho(name, value string) (err error) {
	c := &k.c.Customer
	first, rest, _ := strings.Cut(value, ":")
	when := func(s string) (at time.Time) {
		if s != "" && err == nil {
			at, err = k.before(s)
		}
		return at
	}
	stands := func(state ConsentState) {
		medium, purpose, _ := strings.Cut(value, ".")
		c.Consents = append(c.Consents, Standing{Medium: Medium(medium), Purpose: Purpose(cmp.Or(purpose, "marketing")), State: state, At: k.now.AddDate(0, -1, 0)})
	}
	switch name {
	case "given":
		stands(Given)
	case "withdrawn":
		stands(Withdrawn)
	case "promise": // 4/month of the consent before
		n, per, _ := strings.Cut(value, "/")
		messages, _ := strconv.Atoi(n)
		c.Consents[len(c.Consents)-1].Promise = &Promise{Messages: messages, Per: per}
	case "country":
		c.Country = value
	case "region":
		c.Region = value
	case "tz":
		c.Timezone = value
	case "place":
		c.Place = k.place(value)
	case "silenced":
		c.Silenced = true
	case "suspended":
		c.Suspended = true
	case "detached":
		c.Detached = true
	case "invalid":
		c.Invalid = append(c.Invalid, Medium(value))
	case "state":
		k.c.State = State(value)
	case "desk": // resolved:2d, snoozed
		k.c.Desk = &Desk{Status: DeskStatus(first), Closed: when(rest)}
	case "wrote": // 5m, or 5m:whatsapp
		k.c.Medium = Medium(cmp.Or(rest, "sms"))
		k.c.WroteAt = when(first)
	case "question": // id:asked, open for a day
		at := when(rest)
		k.c.Questions = append(k.c.Questions, Question{ID: first, Dialogue: PreferenceDialogue, AskedAt: at, Expires: at.Add(24 * time.Hour)})
	case "touch": // marketing:3h, marketing:3h:cart, marketing:3h:incentive, marketing:3h:prompt=p1
		ago, more, _ := strings.Cut(rest, ":")
		touch := Touch{Purpose: Purpose(first), At: when(ago)}
		switch id, own := strings.CutPrefix(more, "prompt="); {
		case own:
			touch.Prompt = id
		case more == "incentive":
			touch.Incentive = true
		default:
			touch.Cart = more
		}
		c.Touches = append(c.Touches, touch)
	case "cart": // c1:3h, or none:3h
		c.CartAt = when(rest)
		if first != "none" {
			c.Cart = &Cart{ID: first, Updated: c.CartAt, Total: Money{9900, "EUR"}}
		}
	case "order": // o1:delivered:2d, and expected=3d or missed=3d for it
		status, changed, _ := strings.Cut(rest, ":")
		at := when(changed)
		c.Orders = append(c.Orders, Order{ID: first, Number: "LU-" + first, Status: status, Placed: at, Changed: at})
	case "expected":
		c.Orders[len(c.Orders)-1].Expected = when(value)
	case "missed":
		c.Orders[len(c.Orders)-1].Missed = when(value)
	case "return": // requested:2d
		c.Returns = append(c.Returns, Return{ID: "r1", Order: "o1", Status: first, Changed: when(rest)})
	case "pending": // held, shown:4m, queued
		x := Pending{Prompt: k.prompt, Status: PromptStatus(first), Since: when(rest)}
		if first == "released" {
			x.Status, x.Verdict.Rule = PromptHeld, ruleReleased
		}
		k.c.Prompts = append(k.c.Prompts, x)
	default:
		return fmt.Errorf("nobody knows what %q is", name)
	}
	slices.SortStableFunc(c.Touches, func(a, b Touch) int { return a.At.Compare(b.At) })
	return err
}
