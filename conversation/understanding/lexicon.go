package understanding

import (
	"embed"
	"fmt"
	"strings"
	"sync"
)

//go:embed lexicon/*.txt
var files embed.FS

// A lexicon is everything parsed from lexicon/*.txt. It is never written
// after it is built, so any number of goroutines read it.
type lexiconData struct {
	bare     map[string]bare   // whole texts of one or a few words, read at once
	keywords map[string]Intent // stop, start and help
	cancels  map[string]bool   // stop words that also cancel an order

	patterns patterns
	polite   phrases // what may stand around a keyword or an answer
	bye      phrases
	yes, no  phrases
	neither  phrases // that begin as one of them does

	clear     map[string]string // a word of one language only → that language
	names     map[string]string // a language's name → the language
	numbers   map[string]atoms
	reactions map[string]bool     // words around a quoted reaction; true: they react
	spellings map[string][]string // "bjr" → bonjour
	concepts  concepts
	model     *model
	optOut    *optOut
}

// Load reads the lexicon, which else the first text waits for: a tenth of a second.
func Load() { lexicon() }

var lexicon = sync.OnceValue(func() *lexiconData {
	lex, err := parseLexicon()
	if err != nil {
		panic("understanding: " + err.Error()) // embedded data, proved by the tests
	}
	return lex
})

func parseLexicon() (*lexiconData, error) {
	lex := &lexiconData{
		bare:      map[string]bare{},
		keywords:  map[string]Intent{},
		cancels:   map[string]bool{},
		clear:     map[string]string{},
		names:     map[string]string{},
		numbers:   map[string]atoms{},
		reactions: map[string]bool{},
		spellings: map[string][]string{},
	}
	for _, step := range []struct {
		file string
		take func([]entry) error
	}{
		{"keywords", lex.takeKeywords},
		{"answers", lex.takeAnswers},
		{"languages", lex.takeLanguages},
		{"numbers", lex.takeNumbers},
		{"reactions", lex.takeReactions},
		{"spelling", lex.takeSpelling},
		{"concepts", lex.takeConcepts},
	} {
		entries, err := readEntries(step.file)
		if err != nil {
			return nil, err
		}
		if err := step.take(entries); err != nil {
			return nil, fmt.Errorf("read lexicon %s: %w", step.file, err)
		}
	}
	if err := lex.takeModel(modelText); err != nil {
		return nil, fmt.Errorf("read lexicon model: %w", err)
	}
	if err := lex.takeOptOut(optOutText); err != nil {
		return nil, fmt.Errorf("read lexicon optout: %w", err)
	}
	if err := lex.patterns.load("classes", "common", "stop", "intents"); err != nil {
		return nil, err
	}
	lex.fillBare()
	return lex, nil
}

// An entry is one line of a lexicon file: "name: item, item, item".
type entry struct {
	name  string
	items []string
	line  int
}

func readEntries(file string) ([]entry, error) {
	data, err := files.ReadFile("lexicon/" + file + ".txt")
	if err != nil {
		return nil, fmt.Errorf("read lexicon %s: %w", file, err)
	}
	var entries []entry
	for n, line := range strings.Split(string(data), "\n") {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		name, list, ok := strings.Cut(line, ":")
		if !ok {
			return nil, fmt.Errorf("lexicon %s:%d: no colon after the name", file, n+1)
		}
		e := entry{name: strings.TrimSpace(name), line: n + 1}
		for item := range strings.SplitSeq(list, ",") {
			if item = strings.TrimSpace(item); item != "" {
				e.items = append(e.items, item)
			}
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// phrases is a set of folded phrases, longest first match from a position.
type phrases struct {
	set         map[string]bool
	first, last map[string]bool // their first and last words
	longest     int             // words
}

func (p *phrases) add(items []string) {
	if p.set == nil {
		p.set, p.first, p.last = map[string]bool{}, map[string]bool{}, map[string]bool{}
	}
	for _, item := range items {
		words := fold(item).words()
		p.set[strings.Join(words, " ")] = true
		p.first[words[0]], p.last[words[len(words)-1]] = true, true
		p.longest = max(p.longest, len(words))
	}
}

// prefix returns how many words at the start of tokens make a phrase.
func (p *phrases) prefix(tokens []token) int {
	if len(tokens) == 0 || !p.first[tokens[0].word] {
		return 0
	}
	for n := min(p.longest, len(tokens)); n > 0; n-- {
		if p.has(tokens[:n]) {
			return n
		}
	}
	return 0
}

// suffix returns how many words at the end of tokens make a phrase.
func (p *phrases) suffix(tokens []token) int {
	if len(tokens) == 0 || !p.last[tokens[len(tokens)-1].word] {
		return 0
	}
	for n := min(p.longest, len(tokens)); n > 0; n-- {
		if p.has(tokens[len(tokens)-n:]) {
			return n
		}
	}
	return 0
}

// has looks the words up as one phrase, without writing it out on the heap.
func (p *phrases) has(tokens []token) bool {
	var phrase [128]byte
	return p.set[string(appendWords(phrase[:0], tokens))]
}

func appendWords(buf []byte, tokens []token) []byte {
	for i, t := range tokens {
		if i > 0 {
			buf = append(buf, ' ')
		}
		buf = append(buf, t.word...)
	}
	return buf
}

func join(tokens []token) string {
	if len(tokens) == 1 {
		return tokens[0].word
	}
	return string(appendWords(nil, tokens))
}

// core bounds the text without the courtesies around it: "Bonjour, stop svp"
// is "stop". A text of courtesies only is its own core.
func (lex *lexiconData) core(tokens []token) (lo, hi int) {
	hi = len(tokens)
	for n := 1; n > 0 && lo < hi; lo += n {
		n = lex.polite.prefix(tokens[lo:hi])
	}
	for n := 1; n > 0 && lo < hi; hi -= n {
		n = lex.polite.suffix(tokens[lo:hi])
	}
	if lo == hi {
		return 0, len(tokens)
	}
	return lo, hi
}
