package sms

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Offer is another way to write a text, in GSM-7 as far as that can be done,
// for its author to accept or not. Nothing in Causette applies it unasked: to
// write "peche" for "pêche" is the author's decision.
type Offer struct {
	Text         string        `json:"text"`
	Replacements []Replacement `json:"replacements"` // in order of appearance
	Before       Measure       `json:"before"`
	// After is the measure of Text. What forces UCS-2 there, emoji and other
	// scripts, is kept as it is and cannot be replaced.
	After Measure `json:"after"`
}

// Replacement is one change of an Offer and how often it is made. From is one
// character, or a letter with its combining accent; To may be empty.
type Replacement struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Count int    `json:"count"`
}

// Saves is how many segments the offer saves. An offer that saves none is not
// worth showing; it is below zero where an emoji keeps the text in UCS-2 and
// longer spellings push it over a boundary.
func (o Offer) Saves() int { return o.Before.Segments - o.After.Segments }

// OfferFor writes text with the characters of GSM-7 and says what that
// changes. A text in GSM-7 comes back as it is; so do accents that the alphabet
// has, in a text that is UCS-2 because of others. Bytes that are not UTF-8 become
// U+FFFD, as they would on the air.
func OfferFor(text string) Offer {
	o := Offer{Text: text, Before: measure(text)}
	if o.Before.Encoding == GSM7 {
		o.After = o.Before
		return o
	}
	o.Text, o.Before.Forcing, o.Replacements = rewrite(text)
	o.After = measure(o.Text)
	if o.After.Encoding == GSM7 {
		return o
	}
	for _, f := range o.Before.Forcing {
		if !f.Replaceable {
			o.After.Forcing = append(o.After.Forcing, f)
		}
	}
	return o
}

// rewrite is the one walk behind MeasureOf and OfferFor: the text in GSM-7 as far
// as it goes, the characters outside the alphabet, and the changes. What it
// returns has nothing left to replace.
func rewrite(text string) (string, []Forcing, []Replacement) {
	var out strings.Builder
	var l ledger
	var base rune // the last rune written, accents aside
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		next, nextSize := utf8.DecodeRuneInString(text[i+size:])
		if septets(r) > 0 {
			if letter := compose(r, next); letter != "" {
				size += nextSize
				l.replaced(next, text[i:i+size], letter)
				out.WriteString(letter)
			} else {
				out.WriteRune(r)
			}
			base = r
			i += size
			continue
		}
		from := text[i : i+size]
		i += size
		to, ok := replacement(r, base, next)
		if !ok {
			l.kept(r)
			out.WriteRune(r)
			if !combining(r) {
				base = r
			}
			continue
		}
		l.replaced(r, from, to)
		out.WriteString(to)
		if to != "" {
			base, _ = utf8.DecodeLastRuneInString(to)
		}
	}
	return out.String(), l.forcing, l.replacements
}

// replacement is what stands for r between base, written before it, and next,
// still to come. It is false for what must be kept.
func replacement(r, base, next rune) (string, bool) {
	if next == emojiStyle {
		return "", false // ©, ™ and arrows are emoji before this selector
	}
	switch {
	case combining(r):
		return "", unicode.Is(unicode.Latin, base) // in Cyrillic й without its accent is another letter
	case r == 'Œ' && unicode.IsLower(next):
		return "Oe", true
	case r == '°' && unicode.IsLetter(base):
		return "o", true // n° 12, not 20 °C
	}
	if to, ok := replacements[r]; ok {
		return to, true
	}
	if letter := styled(r); letter != 0 {
		return string(letter), true
	}
	return "", unicode.IsControl(r)
}

// ledger gathers what rewrite meets, each thing once and counted. It looks them
// up in maps because the author of a text may be a stranger: tens of thousands
// of different characters must not cost their square.
type ledger struct {
	forcing      []Forcing
	replacements []Replacement
	forcingAt    map[Forcing]int // by rune and whether it is replaceable
	replacedAt   map[Replacement]int
}

func (l *ledger) replaced(r rune, from, to string) {
	l.force(Forcing{Rune: r, Replacement: to, Replaceable: true})
	key := Replacement{From: from, To: to}
	at, known := l.replacedAt[key]
	if !known {
		if l.replacedAt == nil {
			l.replacedAt = make(map[Replacement]int)
		}
		at = len(l.replacements)
		l.replacedAt[key] = at
		l.replacements = append(l.replacements, key)
	}
	l.replacements[at].Count++
}

func (l *ledger) kept(r rune) { l.force(Forcing{Rune: r}) }

func (l *ledger) force(f Forcing) {
	key := Forcing{Rune: f.Rune, Replaceable: f.Replaceable}
	at, known := l.forcingAt[key]
	if !known {
		if l.forcingAt == nil {
			l.forcingAt = make(map[Forcing]int)
		}
		at = len(l.forcing)
		l.forcingAt[key] = at
		l.forcing = append(l.forcing, f)
	}
	l.forcing[at].Count++
}
