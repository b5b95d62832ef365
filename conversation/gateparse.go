package conversation

import (
	_ "embed"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/causette/causette/conversation/understanding"
)

// gateRules are the numbers that the gate decides by: the section gate of a
// script. Places are countries and their regions, "FR", "US-TX"; anywhere is
// every other one.
type gateRules struct {
	windows    map[string][]window
	zones      map[string][]string // of a place, where nothing says more
	awake      time.Duration       // who has just written may be written to at any hour
	spread     time.Duration       // over which what a closed window held goes out
	jitter     time.Duration       // so that the newest do not all go at the first second
	agentFirst time.Duration       // how long a prompt is shown to the agent before it goes by itself
	deskWait   time.Duration       // marketing waits while people let wait longer; 0: never
	deskAgain  time.Duration       // and is looked at again after that
	caps       map[Purpose]capRules
	carts      map[string]cartRules // by place
	incentive  time.Duration        // between two of one customer
	trouble    troubleRules
	closed     map[Medium][]string // places whose offers a medium does not deliver
	demands    map[string]demanded // by place
	offers     offerWords
}

// anywhere is the place that stands for all that have no rule of their own.
const anywhere = "*"

// demanded is what marketing has to say in a place.
type demanded struct{ sender, wayOut bool }

// demands reports what marketing has to say in a country: who it is from, and
// how to stop.
func (s *Script) demands(country string) (sender, wayOut bool) {
	d := ruleAt(s.gate.demands, strings.ToUpper(country), "")
	return d.sender, d.wayOut
}

// ruleAt is the rule of a place: its region's, its country's, or everywhere's.
func ruleAt[T any](rules map[string]T, country, region string) T {
	if region != "" {
		if r, ok := rules[country+"-"+region]; ok {
			return r
		}
	}
	if r, ok := rules[country]; ok {
		return r
	}
	return rules[anywhere]
}

//go:embed gate.yaml
var gateYAML []byte

// defaultGate is what a script decides by that has no section gate.
var defaultGate = sync.OnceValue(func() gateRules {
	var found Problems
	root, ok := parseYAML("gate.yaml", gateYAML, &found)
	g := gateRules{}
	if ok {
		g = parseGate(root.fields("gate")["gate"], gateRules{})
	}
	if len(found) > 0 {
		panic(found.Error()) // it is part of the program, and a test reads it
	}
	return g
})

// Bounds of a script's gate.
const (
	maxPlaces       = 500
	maxOfferPhrases = 5000
)

// parseGate reads a section over what is decided without it.
func parseGate(n node, g gateRules) gateRules {
	f := n.fields("windows", "zones", "awake", "spread", "jitter", "agent_first", "desk", "caps", "carts", "incentive",
		"trouble", "closed", "demands", "offers")
	g.windows = parseWindows(f["windows"], g.windows)
	g.zones = maps.Clone(g.zones)
	for _, m := range places(f["zones"]) {
		names := m.words()
		for _, name := range names {
			if _, err := time.LoadLocation(name); err != nil || name == "Local" {
				m.wrong("%q is not a time zone such as Europe/Paris", name)
			}
		}
		set(&g.zones, m.key, names)
	}
	g.awake = f["awake"].duration(g.awake)
	g.spread = f["spread"].duration(g.spread)
	g.jitter = f["jitter"].duration(g.jitter)
	if g.spread > maxSpread {
		f["spread"].wrong("is above %s: what waited for the morning would wait for the evening", maxSpread)
	}
	g.agentFirst = f["agent_first"].duration(g.agentFirst)
	desk := f["desk"].fields("wait", "again")
	g.deskWait, g.deskAgain = desk["wait"].duration(g.deskWait), desk["again"].duration(g.deskAgain)
	if g.deskAgain < time.Minute {
		desk["again"].wrong("is under a minute")
	}
	g.caps, g.carts = parseCaps(f["caps"], g.caps), parseCarts(f["carts"], g.carts)
	g.incentive = f["incentive"].duration(g.incentive)
	g.trouble = parseTrouble(f["trouble"], g.trouble)
	g.closed = maps.Clone(g.closed)
	for _, m := range f["closed"].members() {
		if m.key != string(SMS) && m.key != string(WhatsApp) {
			m.wrong("unknown medium%s", nearest(m.key, []string{string(SMS), string(WhatsApp)}))
			continue
		}
		set(&g.closed, Medium(m.key), m.words())
	}
	g.demands = maps.Clone(g.demands)
	for _, m := range places(f["demands"]) {
		var d demanded
		for _, item := range m.items() {
			if item.oneOf("sender", "way_out") == "sender" {
				d.sender = true
			} else {
				d.wayOut = true
			}
		}
		set(&g.demands, m.key, d)
	}
	g.offers = parseOffers(f["offers"], g.offers)
	return g
}

func set[K comparable, V any](m *map[K]V, key K, value V) {
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[key] = value
}

// places lists the members of a mapping whose keys are places.
func places(n node) []member {
	var all []member
	for _, m := range n.members() {
		if !isPlace(m.key) {
			m.wrong("%q is not a place: a country such as FR, a region such as US-TX, or %q", m.key, anywhere)
			continue
		}
		if len(all) == maxPlaces {
			m.wrong("is one too many: at most %d", maxPlaces)
			break
		}
		all = append(all, m)
	}
	return all
}

// isPlace reports a country of ISO 3166-1, or a region of it.
func isPlace(key string) bool {
	country, region, parted := strings.Cut(key, "-")
	capital := func(r rune) bool { return r < 'A' || r > 'Z' }
	if key == anywhere {
		return true
	}
	return len(country) == 2 && !strings.ContainsFunc(country, capital) &&
		(!parted || len(region) >= 1 && len(region) <= 3 && !strings.ContainsFunc(region, func(r rune) bool { return capital(r) && (r < '0' || r > '9') }))
}

// parseOffers reads the words that make a text an offer, beside those that do
// without it.
func parseOffers(n node, over offerWords) offerWords {
	kinds := [...]offerKind{offerAlone, offerBefore, offerAfter, offerOn, offerCode, offerNone}
	names := make([]string, len(kinds))
	for i, kind := range kinds {
		names[i] = string(kind)
	}
	f := n.fields(names...)
	o := maps.Clone(over)
	if o == nil {
		o = offerWords{}
	}
	for _, m := range f[string(offerAlone)].members() {
		if !slices.Contains(understanding.Languages[:], m.key) {
			m.wrong("unknown language%s", nearest(m.key, understanding.Languages[:]))
			continue
		}
		for _, item := range m.items() {
			o.add(offerAlone, item)
		}
	}
	for _, kind := range kinds[1:] {
		for _, item := range f[string(kind)].items() {
			o.add(kind, item)
		}
	}
	if o.len() > maxOfferPhrases {
		n.wrong("has more than %d phrases", maxOfferPhrases)
	}
	return o
}
