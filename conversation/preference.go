package conversation

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A preference is one question of the preference dialogue.
type preference struct {
	name     string
	about    map[string]*template // "votre café", for "Oui pour votre café ?" and the summary
	question map[string]*template
	options  []preferenceOption
	free     bool
}

type preferenceOption struct {
	value  string
	label  map[string]*template
	accept []string
}

const (
	maxPreferences       = 12 // nobody answers more questions by text
	maxPreferenceOptions = 9
)

func (s *Script) parsePreferences(n node) []preference {
	var list []preference
	for _, item := range n.items() {
		f := item.fields("name", "about", "question", "options", "free")
		p := preference{name: f["name"].text(), free: f["free"].truth()}
		switch {
		case p.name == "":
			f["name"].wrong("is missing")
		case slices.ContainsFunc(list, func(o preference) bool { return o.name == p.name }):
			f["name"].wrong("%q is asked twice", p.name)
		}
		p.about = s.parseTexts(f["about"], always)
		p.question = s.parseTexts(f["question"], always)
		for _, o := range f["options"].items() {
			of := o.fields("value", "label", "accept")
			option := preferenceOption{value: of["value"].text(), label: s.parseTexts(of["label"], always), accept: of["accept"].words()}
			if option.value == "" {
				of["value"].wrong("is missing")
			}
			p.options = append(p.options, option)
		}
		switch {
		case p.free && len(p.options) > 0:
			f["options"].wrong("a free question has none")
		case !p.free && len(p.options) < 2:
			f["options"].wrong("are fewer than two")
		case len(p.options) > maxPreferenceOptions:
			f["options"].wrong("are more than %d", maxPreferenceOptions)
		}
		list = append(list, p)
	}
	if len(list) > maxPreferences {
		n.wrong("asks %d questions; at most %d", len(list), maxPreferences)
	}
	return list
}

// slotPreference remembers which question is asked, by its place.
const slotPreference = "preference.at"

// askPreferences begins the dialogue, or begins it again to change an answer.
func (t *turn) askPreferences(purpose Purpose) {
	t.decide("preference.asked")
	if len(t.preferences) == 0 {
		t.say("preference.none")
		return
	}
	intro := t.text("preference.intro", "count", strconv.Itoa(len(t.preferences)))
	if values := t.preferenceValues(); values != "" {
		intro = t.text("preference.current", "values", values)
	}
	t.askPreference(0, purpose, intro)
}

func (t *turn) askPreference(i int, purpose Purpose, before string) {
	p := t.preferences[i]
	text := t.render(t.localised(p.question, t.lang), nil)
	if before != "" {
		text = before + "\n" + text
	}
	q := Question{
		Dialogue: PreferenceDialogue, Name: p.name, Free: p.free, Purpose: purpose,
		Subject: t.render(t.localised(p.about, t.lang), nil),
	}
	for _, o := range p.options {
		q.Options = append(q.Options, Option{Value: o.value, Label: t.render(t.localised(o.label, t.lang), nil), Accept: o.accept})
	}
	if len(q.Options) > 0 {
		text += "\n" + strings.TrimPrefix(numbered(q.Options), listed)
	}
	t.slot(slotPreference, strconv.Itoa(i))
	t.ask(q, text)
}

// preferenceAnswered keeps an answer and asks the next question; "passer"
// leaves one out, "retour" goes back to the one before.
func (t *turn) preferenceAnswered(q Question, value string) {
	i := slices.IndexFunc(t.preferences, func(p preference) bool { return p.name == q.Name })
	if i < 0 { // the script has changed since
		t.decide("preference.gone")
		t.finish(PreferenceDialogue, onAnswered)
		return
	}
	switch value {
	case valueBack:
		t.decide("preference.back")
		t.askPreference(max(i-1, 0), q.Purpose, "")
		return
	case valueSkip:
		t.decide("preference.skipped")
	case valueDecline:
		t.decide("preference.declined")
		t.say("preference.later")
		t.finish(PreferenceDialogue, onDeclined)
		return
	default:
		t.decide("preference.answered")
		kept := maps.Clone(t.c.Customer.Preferences)
		if kept == nil {
			kept = map[string]string{}
		}
		kept[q.Name] = cutRunes(oneLine(value), maxValue)
		t.c.Customer.Preferences = kept
		t.notice("preference.changed", "name", q.Name, "value", kept[q.Name])
	}
	if i+1 < len(t.preferences) {
		t.askPreference(i+1, q.Purpose, "")
		return
	}
	if values := t.preferenceValues(); values != "" {
		t.say("preference.done", "values", values)
	} else {
		t.say("preference.later") // all were skipped
	}
	t.finish(PreferenceDialogue, onAnswered)
}

// preferenceValues sums up what is known: "votre café : Filtre, …".
func (t *turn) preferenceValues() string {
	colon := ": "
	if t.lang == "fr" {
		colon = " : "
	}
	var known []string
	for _, p := range t.preferences {
		value, ok := t.c.Customer.Preferences[p.name]
		if !ok {
			continue
		}
		for _, o := range p.options {
			if o.value == value {
				value = t.render(t.localised(o.label, t.lang), nil)
			}
		}
		known = append(known, t.render(t.localised(p.about, t.lang), nil)+colon+value)
	}
	if len(known) == 0 {
		return ""
	}
	return listed + strings.Join(known, "\n")
}
