package understanding

import (
	"fmt"
	"slices"
	"strings"
)

// A pattern is a phrase with room in it, written as in lexicon/stop.txt:
//
//	word     this word
//	word*    any word that begins so
//	<class>  any word of a class (lexicon/classes.txt), in some classes a typo of it
//	<digits>      a number in digits
//	a|<b>    either
//	x?       may be missing
//	<x>*     any number of them, in classes
//	!x       the next word is not x
//	~ ~~     up to 3, up to 6 words between the same commas
//	_ _?     one word, whichever; one or none
//	+        no comma here
//	^ $      a clause begins, ends (a comma, an emoji, a full stop, an "and")
//	^^ $$    the text begins, ends, courtesies aside
//	??       the text asks a question
//
// A pattern never crosses a full stop, nor a veto a comma.
type pattern struct {
	mark  string
	text  string
	elems []elem
}

const (
	numberClass = "<digits>"

	shortRoom  = 3 // words
	longRoom   = 6
	longestRun = 8 // words, of a repeated class

	// Steps spent on one text, about 3 ms. No text of the development sets takes
	// more than 1,100; one that takes this many was made to, and is a doubt.
	mostSteps = 60_000
)

type elemKind uint8

const (
	oneOf elemKind = iota
	anyWord
	room
	not
	clauseStart
	clauseEnd
	textStart
	textEnd
	question
	tight
)

type elem struct {
	kind     elemKind
	ids      []uint16
	optional bool
	repeated bool
	width    int // of room, in words
}

// patterns is a compiled set, indexed by the words that can begin a match.
type patterns struct {
	all     []pattern
	byFirst map[uint16][]int

	ids       map[string]uint16   // literal, "prefix*" or <class> → its id
	exact     map[string][]uint16 // word → ids it satisfies
	prefixes  map[string][]uint16 // beginning → ids it satisfies
	shortest  int                 // prefix, in bytes
	longest   int
	forgiving map[uint16]bool // classes whose words are known by a typo too
	typos     typos
	joints    []uint16        // words between clauses
	walls     []uint16        // classes that the room of a veto never holds
	common    map[string]bool // ordinary words that are no typo of a known one
}

func (p *patterns) load(classes, common string, rules ...string) error {
	p.byFirst, p.ids = map[uint16][]int{}, map[string]uint16{}
	p.exact, p.prefixes = map[string][]uint16{}, map[string][]uint16{}
	p.common, p.forgiving = map[string]bool{}, map[uint16]bool{}
	p.shortest, p.longest = 99, 0

	entries, err := readEntries(classes)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.name == "typos" {
			for _, class := range e.items {
				p.forgiving[p.id("<"+class+">")] = true
			}
			continue
		}
		id := p.id("<" + e.name + ">")
		for _, item := range e.items {
			if included, ok := p.ids[item]; ok && strings.HasPrefix(item, "<") {
				p.include(included, id)
				continue
			}
			word := Normalise(item)
			if strings.HasSuffix(item, "*") {
				word += "*"
			}
			p.know(word, id)
		}
	}
	p.id(numberClass)
	for _, wall := range [...]string{"<msg>", "<ad>", "<contact>", "<phone>", "<aside>"} {
		p.walls = append(p.walls, p.id(wall))
	}
	p.joints = []uint16{p.id("<joint>")}
	if entries, err = readEntries(common); err != nil {
		return err
	}
	for _, e := range entries {
		for _, item := range e.items {
			for _, word := range strings.Fields(item) {
				p.common[word] = true
			}
		}
	}
	for _, file := range rules {
		entries, err := readEntries(file)
		if err != nil {
			return err
		}
		for _, e := range entries {
			for _, item := range e.items {
				if err := p.compile(e.name, item); err != nil {
					return fmt.Errorf("lexicon %s:%d: %w", file, e.line, err)
				}
			}
		}
	}
	p.indexTypos()
	return nil
}

func (p *patterns) id(name string) uint16 {
	id, ok := p.ids[name]
	if !ok {
		id = uint16(len(p.ids))
		p.ids[name] = id
	}
	return id
}

// know says that a word (or "beginning*") satisfies an id.
func (p *patterns) know(word string, id uint16) {
	if head, ok := strings.CutSuffix(word, "*"); ok {
		p.prefixes[head] = append(p.prefixes[head], id)
		p.shortest, p.longest = min(p.shortest, len(head)), max(p.longest, len(head))
		return
	}
	if !slices.Contains(p.exact[word], id) {
		p.exact[word] = append(p.exact[word], id)
	}
}

// include makes every word of one class a word of another.
func (p *patterns) include(part, whole uint16) {
	for word, ids := range p.exact {
		if slices.Contains(ids, part) && !slices.Contains(ids, whole) {
			p.exact[word] = append(ids, whole)
		}
	}
	for head, ids := range p.prefixes {
		if slices.Contains(ids, part) && !slices.Contains(ids, whole) {
			p.prefixes[head] = append(ids, whole)
		}
	}
}

func (p *patterns) compile(mark, text string) error {
	pat := pattern{mark: mark, text: text}
	for _, field := range strings.Fields(text) {
		e := elem{}
		switch field {
		case "^":
			e.kind = clauseStart
		case "$":
			e.kind = clauseEnd
		case "^^":
			e.kind = textStart
		case "$$":
			e.kind = textEnd
		case "??":
			e.kind = question
		case "~":
			e.kind, e.width = room, shortRoom
		case "~~":
			e.kind, e.width = room, longRoom
		case "_":
			e.kind = anyWord
		case "_?":
			e.kind, e.optional = anyWord, true
		case "+":
			e.kind = tight
		default:
			if rest, ok := strings.CutPrefix(field, "!"); ok {
				e.kind, field = not, rest
			}
			if rest, ok := strings.CutSuffix(field, "?"); ok {
				e.optional, field = true, rest
			}
			if rest, ok := strings.CutSuffix(field, ">*"); ok {
				e.optional, e.repeated, field = true, true, rest+">"
			}
			for alternative := range strings.SplitSeq(field, "|") {
				if strings.HasPrefix(alternative, "<") {
					if _, known := p.ids[alternative]; !known {
						return fmt.Errorf("pattern %q: no class %s", text, alternative)
					}
				} else if Normalise(strings.TrimSuffix(alternative, "*")) != strings.TrimSuffix(alternative, "*") || alternative == "" {
					return fmt.Errorf("pattern %q: %q is not in normal form", text, alternative)
				} else {
					p.know(alternative, p.id(alternative))
				}
				e.ids = append(e.ids, p.id(alternative))
			}
		}
		pat.elems = append(pat.elems, e)
	}
	n := len(p.all)
	p.all = append(p.all, pat)
	began := false
	for _, e := range pat.elems {
		if e.kind == anyWord || e.kind == room {
			break
		}
		if e.kind != oneOf {
			continue
		}
		for _, id := range e.ids {
			if !slices.Contains(p.byFirst[id], n) {
				p.byFirst[id] = append(p.byFirst[id], n)
			}
		}
		if !e.optional {
			began = true
			break
		}
	}
	if !began {
		return fmt.Errorf("pattern %q: must begin with a word that is always there", text)
	}
	return nil
}

func (p *patterns) indexTypos() {
	var words []string
	for word, ids := range p.exact {
		if len(word) >= typoLetters && slices.ContainsFunc(ids, func(id uint16) bool { return p.forgiving[id] }) {
			words = append(words, word)
		}
	}
	p.typos = newTypos(words)
}

// knows reports whether the word is an ordinary one, or said in a rule.
func (p *patterns) knows(word string) bool { return p.common[word] || len(p.exact[word]) > 0 }

// resolve lists the ids that a word satisfies: as it is, by its beginning,
// or else as one typo of a known word.
func (p *patterns) resolve(word string, ids []uint16) []uint16 {
	ids = append(ids, p.exact[word]...)
	for n := p.shortest; n <= min(p.longest, len(word)); n++ {
		ids = append(ids, p.prefixes[word[:n]]...)
	}
	if word[0] <= '9' {
		ids = append(ids, p.ids[numberClass])
	}
	if len(ids) > 0 || len(word) < typoLetters || len(word) > 24 || p.common[word] {
		return ids
	}
	p.typos.meant(word, func(known string) { ids = append(ids, p.exact[known]...) })
	return ids
}

// sentence is a text ready to be matched.
type sentence struct {
	tokens []token
	ids    [][]uint16
	masked []bool // words that a veto has taken
	shy    bool   // masked words do not match
	pause  gap    // from this gap on, a match ends
	walls  []uint16
	joints []uint16
	walled bool // room holds no wall
	asks   bool // there is a question mark
	steps  int  // spent on matching
	lo, hi int  // the core, courtesies aside
}

func (s *sentence) is(i int, ids []uint16) bool {
	for _, id := range s.ids[i] {
		if slices.Contains(ids, id) {
			return true
		}
	}
	return false
}

// match returns where elems, begun at word i, end; -1 when they do not match.
func (s *sentence) match(elems []elem, i, start int) int {
	if len(elems) == 0 {
		return i
	}
	if s.steps++; s.steps > mostSteps {
		return -1
	}
	e, rest := elems[0], elems[1:]
	open := i < len(s.tokens) && !(s.shy && s.masked[i]) && (i == start || s.tokens[i].gap < s.pause)
	switch e.kind {
	case clauseStart:
		if i < len(s.tokens) && s.tokens[i].gap < comma && i != s.lo && !s.is(i-1, s.joints) {
			return -1
		}
		return s.match(rest, i, start)
	case clauseEnd:
		if i < len(s.tokens) && s.tokens[i].gap < comma && i != s.hi && !s.is(i, s.joints) {
			return -1
		}
		return s.match(rest, i, start)
	case textStart:
		if i != s.lo && i != 0 {
			return -1
		}
		return s.match(rest, i, start)
	case textEnd:
		if i != s.hi && i != len(s.tokens) {
			return -1
		}
		return s.match(rest, i, start)
	case tight:
		if i < len(s.tokens) && s.tokens[i].gap >= comma {
			return -1
		}
		return s.match(rest, i, start)
	case question:
		if !s.asks {
			return -1
		}
		return s.match(rest, i, start)
	case not:
		if open && s.is(i, e.ids) {
			return -1
		}
		return s.match(rest, i, start)
	case room:
		for n := 0; n <= e.width; n++ {
			if end := s.match(rest, i+n, start); end >= 0 {
				return end
			}
			if i+n >= len(s.tokens) || s.walled && e.width == shortRoom && s.is(i+n, s.walls) || e.width > shortRoom && i+n > start && s.tokens[i+n].gap >= comma || (s.shy && s.masked[i+n]) || (i+n > start && s.tokens[i+n].gap >= s.pause) {
				break
			}
		}
		return -1
	}
	if e.repeated {
		return s.matchRun(e, rest, i, start)
	}
	if open && (e.kind == anyWord || s.is(i, e.ids)) {
		if end := s.match(rest, i+1, start); end >= 0 {
			return end
		}
	}
	if e.optional {
		return s.match(rest, i, start)
	}
	return -1
}

// matchRun matches any number of words of a class, as many as it can.
func (s *sentence) matchRun(e elem, rest []elem, i, start int) int {
	n := 0
	for n < longestRun && i+n < len(s.tokens) && !(s.shy && s.masked[i+n]) && (i+n == start || s.tokens[i+n].gap < s.pause) && s.is(i+n, e.ids) {
		n++
	}
	for ; n >= 0; n-- {
		if end := s.match(rest, i+n, start); end >= 0 {
			return end
		}
	}
	return -1
}

// marks are the patterns found, the first of each mark.
type marks map[string]*pattern

const (
	markVeto  = "veto"        // takes its words away from sure and doubt
	markRest  = "veto clause" // the same, down to the end of the clause
	markSure  = "sure"
	markLike  = "likely"      // sure, unless the second opinion finds it improbable
	markMust  = "sure anyway" // vetoed or not
	markAlone = "alone"       // sure, unless "elsewhere"
	markElse  = "elsewhere"
	markAmple = "enough" // alone, unless "calm"
	markCalm  = "calm"
	markLess  = "narrows"      // makes a doubt of what is sure
	markIt    = "take it away" // sure, in a text with a number
	markPhone = "number"
	markDoubt = "doubt"
	markStill = "doubt anyway" // vetoed or not
)

func (p *pattern) isVeto() bool { return p.mark == markVeto || p.mark == markRest }

// find matches every pattern.
func (lex *lexiconData) find(f folded) marks {
	p := &lex.patterns
	s := &sentence{tokens: f.tokens, ids: make([][]uint16, len(f.tokens)), masked: make([]bool, len(f.tokens)), walls: p.walls, joints: p.joints, asks: f.signs.question}
	for i, t := range f.tokens {
		s.ids[i] = p.resolve(t.word, nil)
	}
	s.lo, s.hi = lex.core(f.tokens)
	found := marks{}
	s.each(p, (*pattern).isVeto, func(pat *pattern, i, end int) {
		found[markVeto] = pat
		for ; i < end; i++ {
			s.masked[i] = true
		}
		for ; pat.mark == markRest && i < len(s.tokens) && s.tokens[i].gap < comma; i++ {
			s.masked[i] = true
		}
	})
	s.each(p, func(pat *pattern) bool { return !pat.isVeto() && found[pat.mark] == nil }, func(pat *pattern, _, _ int) {
		found[pat.mark] = pat
	})
	if s.steps > mostSteps && found[markDoubt] == nil {
		found[markDoubt] = &pattern{mark: markDoubt, text: "too tangled to read"}
	}
	return found
}

// each calls do for every match of the patterns that want takes.
func (s *sentence) each(p *patterns, want func(*pattern) bool, do func(pat *pattern, start, end int)) {
	for i := range s.tokens {
		for _, id := range s.ids[i] {
			for _, at := range p.byFirst[id] {
				pat := &p.all[at]
				if !want(pat) {
					continue
				}
				s.shy, s.pause = pat.mark == markSure || pat.mark == markLike || pat.mark == markAlone || pat.mark == markAmple || pat.mark == markIt || pat.mark == markDoubt, fullStop
				if s.walled = pat.isVeto(); s.walled {
					s.pause = comma
				}
				if end := s.match(pat.elems, i, i); end >= 0 {
					do(pat, i, end)
				}
			}
		}
	}
}
