package understanding

import (
	"maps"
	"math"
	"slices"
)

// Examples recognise the questions that a script answers, from sentences that
// ask them. The score is the share of a text's weight that an example covers
// and of an example's weight that the text covers, words that few questions
// use weighing most.
type Examples struct {
	sentences []example
	weights   map[string]float64 // stem → idf
	unseen    float64            // of a stem in no example
	telling   float64            // the least that tells questions apart
}

type example struct {
	name  string
	stems []string // sorted, each once
	total float64
}

const (
	matchThreshold = 0.55 // the least score that answers
	matchMargin    = 0.10 // the least lead over the next question
	longThreshold  = 0.75 // the least score that answers long or angry texts
	tellingIn      = 2    // a word of at most so many questions must be shared
)

// NewExamples learns from the example sentences of each question.
func NewExamples(questions map[string][]string) Examples {
	e := Examples{weights: map[string]float64{}}
	seenIn := map[string]int{} // questions, not sentences
	for _, name := range slices.Sorted(maps.Keys(questions)) {
		known := map[string]bool{}
		for _, sentence := range questions[name] {
			stems := stemsOf(fold(sentence).words())
			if len(stems) == 0 {
				continue
			}
			e.sentences = append(e.sentences, example{name: name, stems: stems})
			for _, s := range stems {
				known[s] = true
			}
		}
		for s := range known {
			seenIn[s]++
		}
	}
	n := float64(len(questions))
	for s, count := range seenIn {
		e.weights[s] = math.Log(1 + n/float64(count))
	}
	e.unseen, e.telling = math.Log(1+n), math.Log(1+n/tellingIn)
	for i := range e.sentences {
		e.sentences[i].total = e.weigh(e.sentences[i].stems)
	}
	return e
}

func (e Examples) weigh(stems []string) float64 {
	total := 0.0
	for _, s := range stems {
		w, ok := e.weights[s]
		if !ok {
			w = e.unseen
		}
		total += w
	}
	return total
}

// Match finds the question that the text asks. ok is false when no example is
// near enough, when two questions are as near, or when the text is long or
// angry and more than the question is on the customer's mind.
func (e Examples) Match(r Reading) (name string, score float64, ok bool) {
	stems := stemsOf(r.Words)
	if len(stems) == 0 {
		return "", 0, false
	}
	total := e.weigh(stems)
	best := map[string]float64{}
	for _, x := range e.sentences {
		shared, tells := 0.0, false
		for _, s := range x.stems {
			if _, found := slices.BinarySearch(stems, s); found {
				shared += e.weights[s]
				tells = tells || e.weights[s] >= e.telling
			}
		}
		if !tells {
			continue
		}
		best[x.name] = max(best[x.name], 2*shared/(total+x.total))
	}
	second := 0.0
	for _, candidate := range slices.Sorted(maps.Keys(best)) {
		switch s := best[candidate]; {
		case s > score:
			name, score, second = candidate, s, score
		case s > second:
			second = s
		}
	}
	least := matchThreshold
	if r.Long || r.Angry {
		least = longThreshold
	}
	return name, score, score >= least && score-second >= matchMargin
}

// stemsOf gives the stems of the words that carry meaning, sorted.
func stemsOf(words []string) []string {
	var stems []string
	for _, w := range words {
		if len(w) > 2 || w[0] <= '9' {
			stems = append(stems, stem(w))
		}
	}
	slices.Sort(stems)
	return slices.Compact(stems)
}

// Endings of inflection in the seven languages, longest first. A light stemmer
// is enough here: both sides are stemmed alike.
var endings = [...]string{
	"issement", "issons", "ements", "azioni", "aciones", "ungen", "ement", "ments", "ation", "acion", "acao", "azione",
	"ions", "ung", "ando", "endo", "iert", "eren", "eert", "ing", "ies", "ees", "ent", "ons", "ez", "er", "es", "ed",
	"ee", "en", "em", "as", "os", "ar", "ir", "is", "it", "re", "e", "s", "a", "o", "i", "n", "t",
}

// stem cuts one ending off, leaving at least four letters.
func stem(word string) string {
	for _, end := range endings {
		if n := len(word) - len(end); n >= 4 && word[n:] == end {
			return word[:n]
		}
	}
	return word
}
