package understanding

import (
	"cmp"
	"hash/maphash"
	"slices"
)

// A typo is looked for in words of at least this many letters, and not in the
// last one: there it is grammar ("smette" is no "smetti").
const typoLetters = 5

// typos find the known words that are one typo away. Words that are share what
// is left of one without a letter: that is looked up, by its hash, and not kept
// for every word and letter.
type typos struct {
	words   []string // sorted
	seed    maphash.Seed
	without []less // sorted by hash, then word
}

// less is a word without one of its letters, or whole.
type less struct {
	hash uint32
	word uint16
	at   uint8 // of the letter; none at the word's end
}

func newTypos(words []string) typos {
	slices.Sort(words) // maps are walked in any order; readings are not
	t := typos{words: words, seed: maphash.MakeSeed()}
	for n, word := range words {
		t.without = append(t.without, less{t.hash(word), uint16(n), uint8(len(word))})
		for i := range word {
			if i == 0 || word[i] != word[i-1] { // the same is left without either
				t.without = append(t.without, less{t.hash(word[:i] + word[i+1:]), uint16(n), uint8(i)})
			}
		}
	}
	t.without = slices.Clip(t.without)
	slices.SortFunc(t.without, func(a, b less) int {
		return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.word, b.word))
	})
	return t
}

func (t *typos) hash(word string) uint32 { return uint32(maphash.String(t.seed, word)) }

// meant gives the words that the word is a typo of.
func (t *typos) meant(word string, give func(known string)) {
	take := func(rest string) {
		hash := t.hash(rest)
		i, _ := slices.BinarySearchFunc(t.without, hash, func(l less, hash uint32) int { return cmp.Compare(l.hash, hash) })
		for ; i < len(t.without) && t.without[i].hash == hash; i++ {
			l := t.without[i]
			known := t.words[l.word]
			if l.leaves(known, rest) && word[len(word)-1] == known[len(known)-1] && distance(word, known) == 1 {
				give(known)
			}
		}
	}
	take(word)
	for i := range word {
		take(word[:i] + word[i+1:])
	}
}

// leaves reports whether the rest is what is left of the word.
func (l less) leaves(word, rest string) bool {
	at := int(l.at)
	if at == len(word) {
		return word == rest
	}
	return len(rest) == len(word)-1 && rest[:at] == word[:at] && rest[at:] == word[at+1:]
}
