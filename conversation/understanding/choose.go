package understanding

import "strings"

// An Option is one of the answers that a question offers, in the words that
// choose it ("blue", "bleu", "le bleu"). Its number is its place, from 1.
type Option struct{ Accept []string }

// Longest text in which an option is looked for, in words.
const choiceWords = 12

// Choose finds the one option that the text names: by an accepted word or
// phrase, by its number, or by a typo of it (one letter from 4 letters on, two
// from 8 on). ok is false when none or several fit.
func (r Reading) Choose(options []Option) (index int, ok bool) {
	if len(r.Words) == 0 || len(r.Words) > choiceWords {
		return 0, false
	}
	for _, fits := range [...]func(accept []string) bool{
		func(accept []string) bool { return r.Text == strings.Join(accept, " ") },
		func(accept []string) bool { return r.contains(accept, same) },
	} {
		if index, n := pick(options, fits); n == 1 {
			return index, true
		} else if n > 1 {
			return 0, false
		}
	}
	if r.HasNumber {
		if 1 <= r.Number && r.Number <= len(options) {
			return r.Number - 1, true
		}
		return 0, false
	}
	index, n := pick(options, func(accept []string) bool { return r.contains(accept, close) })
	return index, n == 1
}

// pick returns the last option that fits and how many do.
func pick(options []Option, fits func(accept []string) bool) (index, n int) {
	for i, o := range options {
		for _, accept := range o.Accept {
			if words := fold(accept).words(); len(words) > 0 && fits(words) {
				index = i
				n++
				break
			}
		}
	}
	return index, n
}

// contains: the words of accept follow one another in the text.
func (r Reading) contains(accept []string, equal func(a, b string) bool) bool {
next:
	for i := 0; i+len(accept) <= len(r.Words); i++ {
		for j, word := range accept {
			if !equal(r.Words[i+j], word) {
				continue next
			}
		}
		return true
	}
	return false
}

func same(a, b string) bool { return a == b }

// close: equal, or as near as a typo.
func close(a, b string) bool {
	if a == b {
		return true
	}
	letters := min(len(a), len(b))
	switch {
	case letters >= 8:
		return distance(a, b) <= 2
	case letters >= 4:
		return distance(a, b) <= 1
	}
	return false
}

// distance is the optimal string alignment distance (Damerau–Levenshtein with
// each part edited once): insertions, deletions, substitutions and swaps of
// neighbours. Words longer than 32 bytes are as far apart as can be.
func distance(a, b string) int {
	const most = 32
	if len(a) > most || len(b) > most {
		return most
	}
	var rows [3][most + 1]int
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
