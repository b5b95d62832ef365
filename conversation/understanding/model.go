package understanding

// model holds the weights that rank intents.
type model struct{}

func (lex *lexiconData) takeModel([]entry) error { lex.model = &model{}; return nil }

// intents ranks what the text asks for.
func (lex *lexiconData) intents(f folded, m marks, r Reading) []Guess {
	if r.Stop == Sure {
		return []Guess{{Stop, 1}}
	}
	if r.Keyword != "" {
		return []Guess{{r.Keyword, 1}}
	}
	var guesses []Guess
	for _, i := range Intents {
		if m[string(i)] != nil {
			guesses = append(guesses, Guess{i, 0.8})
		}
	}
	switch {
	case len(guesses) == 0 && r.Yes:
		guesses = append(guesses, Guess{Yes, 0.9})
	case len(guesses) == 0 && r.No:
		guesses = append(guesses, Guess{No, 0.9})
	case len(guesses) == 0 && r.WantsLanguage != "":
		guesses = append(guesses, Guess{LanguageSwitch, 0.9})
	}
	return guesses[:min(2, len(guesses))]
}
