package understanding

import "fmt"

// bare is the reading of a text that is known word for word. Most texts that
// customers send are such ("STOP", "oui", "2"): they are read once, with the
// lexicon, and looked up ever after.
type bare struct{ reading Reading }

// Longest text looked up, in bytes.
const bareBytes = 48

// readBare looks the whole text up; ok is false when it must be read.
func (lex *lexiconData) readBare(text string) (Reading, bool) {
	if len(text) > bareBytes {
		return Reading{}, false
	}
	var (
		letters [2 * bareBytes]byte
		spaces  [bareBytes]gap
	)
	s, buf, _ := foldInto(text, letters[:0], spaces[:0])
	if s.yes || s.no || s.stop || s.angry || s.thanks {
		return Reading{}, false
	}
	b, ok := lex.bare[string(buf)]
	if !ok {
		return Reading{}, false
	}
	r := b.reading
	r.Words = append([]string(nil), r.Words...)
	r.Intents = append([]Guess(nil), r.Intents...)
	return r, true
}

// fillBare reads every keyword, plain answer and small number once.
func (lex *lexiconData) fillBare() {
	learn := func(text string) {
		if len(text) > bareBytes {
			return
		}
		r := lex.read(text, "")
		for _, language := range Languages {
			if other := lex.read(text, language); other.Number != r.Number || other.Language != r.Language {
				return // the hint matters
			}
		}
		lex.bare[r.Text] = bare{r}
	}
	for word := range lex.keywords {
		learn(word)
	}
	for _, list := range []phrases{lex.yes, lex.no, lex.polite} {
		for phrase := range list.set {
			learn(phrase)
		}
	}
	for n := range 100 {
		learn(fmt.Sprint(n))
	}
}

func (lex *lexiconData) takeKeywords(entries []entry) error {
	for _, e := range entries {
		for _, item := range e.items {
			switch word := Normalise(item); e.name {
			case "stop", "start", "help":
				lex.keywords[word] = Intent(e.name)
			case "cancels":
				lex.keywords[word] = Stop
				lex.cancels[word] = true
			default:
				return fmt.Errorf("line %d: %q is not stop, start, help or cancels", e.line, e.name)
			}
		}
	}
	return nil
}

// keyword reports the keyword that the whole text is.
func (lex *lexiconData) keyword(f folded) (Intent, bool) {
	return lex.keywords[f.text], lex.cancels[f.text]
}
