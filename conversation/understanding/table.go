package understanding

import (
	"hash/maphash"
	"iter"
	"math/bits"
	"strings"
)

// A featureTable finds what a model knows of a feature. The models' tens of
// thousands of names stay where they are, in text embedded in the program; the
// table holds where each begins, 12 bytes a slot, and nothing for the collector to
// follow: maps of them took four times as much.
type featureTable struct {
	text  string
	seed  maphash.Seed
	slots []slot // a power of two, at least a third of them free
}

type slot struct {
	hash  uint32
	at    uint32 // where the name's line begins; 0, a comment's, is nobody's
	value int32
}

func newFeatureTable(text string) featureTable {
	lines := strings.Count(text, "\n") + 1
	return featureTable{text, maphash.MakeSeed(), make([]slot, 1<<bits.Len(uint(lines+lines/2)))}
}

// put keeps a value for the name whose line begins there.
func (t *featureTable) put(at int, name string, value int32) {
	hash := uint32(maphash.String(t.seed, name))
	i := t.home(hash)
	for t.slots[i].at != 0 {
		i = t.home(i + 1)
	}
	t.slots[i] = slot{hash, uint32(at), value}
}

// find returns what was put for the name.
func (t *featureTable) find(name []byte) (value int32, ok bool) {
	hash := uint32(maphash.Bytes(t.seed, name))
	for i := t.home(hash); t.slots[i].at != 0; i = t.home(i + 1) {
		if s := &t.slots[i]; s.hash == hash && t.begins(s.at, name) {
			return s.value, true
		}
	}
	return 0, false
}

// begins reports whether the line that begins there is the name's.
func (t *featureTable) begins(at uint32, name []byte) bool {
	end := int(at) + len(name)
	return end < len(t.text) && t.text[end] == ':' && t.text[at:end] == string(name)
}

// home is where a search for the hash begins.
func (t *featureTable) home(hash uint32) uint32 { return hash & uint32(len(t.slots)-1) }

// names gives every name that was put, in no order.
func (t *featureTable) names() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, s := range t.slots {
			name, _, _ := strings.Cut(t.text[s.at:], ":")
			if s.at != 0 && !yield(name) {
				return
			}
		}
	}
}

// modelLines gives the lines of a model's text that are no comments, with where they
// begin.
func modelLines(text string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		at := 0
		for line := range strings.Lines(text) {
			if line[0] != '#' && !yield(at, strings.TrimSuffix(line, "\n")) {
				return
			}
			at += len(line)
		}
	}
}
