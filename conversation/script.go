package conversation

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/causette/causette/conversation/understanding"
)

// Script is everything that one brand's assistant says, asks and decides by,
// parsed and checked. It never changes and may be used by many goroutines.
type Script struct {
	brand   BrandInfo
	dir     string
	source  []byte
	version string

	warnings Problems // what a person should look at

	books       map[string]phrasebook // by language
	rules       rules
	preferences []preference
	skip, back  []string // words that skip a preference question or go back to the one before, normalised
	faq         []faqEntry
	examples    understanding.Examples
	prompts     map[string]*promptText
	hours       hours
	escalation  escalation
	gate        gateRules

	machines machines
	zones    sync.Map // IANA name → *time.Location
}

// parsed source of a script: what Source returns and LoadScript reads.
type scriptSource struct {
	Brand BrandInfo    `json:"brand"`
	Files []sourceFile `json:"files"`
}

type sourceFile struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// ParseScript reads the *.yaml files of a folder as one script for the brand.
// Its error is Problems, all of them, when the files themselves are at fault;
// what is only amiss stands in Warnings.
func ParseScript(brand BrandInfo, fsys fs.FS, dir string) (*Script, error) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, fmt.Errorf("read scripts: %w", err)
	}
	src := scriptSource{Brand: brand}
	for _, entry := range entries {
		if entry.IsDir() || path.Ext(entry.Name()) != ".yaml" {
			continue
		}
		text, err := fs.ReadFile(fsys, path.Join(dir, entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("read scripts: %w", err)
		}
		src.Files = append(src.Files, sourceFile{path.Join(dir, entry.Name()), string(text)})
	}
	if len(src.Files) == 0 {
		return nil, Problems{{File: dir, Why: "holds no *.yaml file"}}
	}
	return src.parse(dir, true)
}

// LoadScript reads what Source returned: the same script, with the same version.
func LoadScript(source []byte) (*Script, error) {
	var src scriptSource
	if err := json.Unmarshal(source, &src); err != nil {
		return nil, fmt.Errorf("load script: %w", err)
	}
	s, err := src.parse("script", false)
	if err != nil {
		return nil, fmt.Errorf("load script: %w", err)
	}
	return s, nil
}

// Version is the sha256 of the source, in hexadecimal.
func (s *Script) Version() string { return s.version }

// Source is the whole script as stored: LoadScript reads it again.
func (s *Script) Source() []byte { return slices.Clone(s.source) }

// Warnings are what a person should look at although the script can be run, at
// file:line.
func (s *Script) Warnings() Problems { return slices.Clone(s.warnings) }

// Brand is the brand that the script was parsed for.
func (s *Script) Brand() BrandInfo { return s.brand }

// sections are the top-level fields of the files of a script.
var sections = []string{"language", "copy", "rules", "preferences", "skip", "back", "faq", "prompts", "hours", "escalation", "gate"}

// parse reads the files. A stored script need not be whole: one of an older
// program lacks what only newer ones say, and its conversations go on.
func (src scriptSource) parse(dir string, whole bool) (*Script, error) {
	s := &Script{brand: src.Brand, dir: dir, books: map[string]phrasebook{}}
	var found Problems
	if len(s.brand.Languages) == 0 {
		found = append(found, Problem{File: dir, Why: "the brand has no language"})
	}
	s.rules = defaultRules
	s.gate = defaultGate()
	seen := map[string]string{} // section → the file that had it
	for _, file := range src.Files {
		root, ok := parseYAML(file.Name, []byte(file.Text), &found)
		if !ok {
			continue
		}
		fields := root.fields(sections...)
		language := fields["language"].text()
		for _, section := range sections {
			n := fields[section]
			if n.absent() || section == "language" {
				continue
			}
			if first, twice := seen[section]; twice && section != "copy" {
				n.wrong("is in %s already", first)
				continue
			}
			seen[section] = file.Name
			switch section {
			case "copy":
				if !slices.Contains(understanding.Languages[:], language) {
					n.wrong("needs, in the same file, language: one of %s", strings.Join(understanding.Languages[:], ", "))
					continue
				}
				s.parseCopy(n, language)
			case "rules":
				s.rules = parseRules(n)
			case "preferences":
				s.preferences = s.parsePreferences(n)
			case "skip":
				s.skip = normalised(n.words())
			case "back":
				s.back = normalised(n.words())
			case "faq":
				s.parseFAQ(n)
			case "prompts":
				s.parsePrompts(n)
			case "hours":
				s.hours = parseHours(n)
			case "escalation":
				s.escalation = s.parseEscalation(n)
			case "gate":
				s.gate = parseGate(n, defaultGate())
			}
		}
	}
	if _, own := seen["escalation"]; !own {
		s.escalation = s.plainEscalation()
	}
	if whole {
		s.checkCopy(&found)
	}
	if _, err := time.LoadLocation(s.brand.Timezone); err != nil {
		found = append(found, Problem{File: dir, Why: fmt.Sprintf("the brand's time zone %q is unknown", s.brand.Timezone)})
	}
	found, s.warnings = found.split()
	if len(found) > 0 {
		return nil, append(found, s.warnings...)
	}
	var err error
	if s.source, err = json.Marshal(src); err != nil {
		return nil, fmt.Errorf("keep the script's source: %w", err)
	}
	sum := sha256.Sum256(s.source)
	s.version = hex.EncodeToString(sum[:])
	return s, nil
}

func normalised(words []string) []string {
	for i, w := range words {
		words[i] = understanding.Normalise(w)
	}
	return words
}

// phrase finds the copy in a language, else in English, else in the brand's first.
func (s *Script) phrase(language, key string) *template {
	for _, l := range [...]string{language, s.fallback(), s.brand.Languages[0]} {
		for _, k := range [...]string{key, phrases[key].instead} {
			if t := s.books[l][k]; t != nil {
				return t
			}
		}
	}
	return nil
}

// fallback is spoken to customers of a language that the brand has no full
// copy for: English where the brand speaks it.
func (s *Script) fallback() string {
	if slices.Contains(s.brand.Languages, "en") {
		return "en"
	}
	return s.brand.Languages[0]
}

// speaks is the language to answer in: the customer's if there is copy for it.
func (s *Script) speaks(language string) string {
	if s.books[language] != nil {
		return language
	}
	if language != "" {
		return s.fallback()
	}
	return s.brand.Languages[0]
}

// localised picks a text of the script's data by language.
func (s *Script) localised(texts map[string]*template, language string) *template {
	for _, l := range [...]string{language, s.fallback(), s.brand.Languages[0]} {
		if t := texts[l]; t != nil {
			return t
		}
	}
	return nil
}

// parseTexts reads a text that the brand's every language needs.
func (s *Script) parseTexts(n node, allowed []string) map[string]*template {
	texts := map[string]*template{}
	if n.absent() {
		n.wrong("is missing")
		return texts
	}
	given := n.texts()
	for _, language := range slices.Sorted(maps.Keys(given)) {
		m := given[language]
		if !slices.Contains(understanding.Languages[:], language) {
			m.wrong("unknown language%s", nearest(language, understanding.Languages[:]))
			continue
		}
		t, err := parseTemplate(m.text(), allowed)
		if err != nil {
			m.wrong("%v", err)
			continue
		}
		texts[language] = &t
	}
	for _, language := range s.brand.Languages {
		if _, ok := given[language]; !ok {
			n.wrong("is missing in %s", language)
		}
	}
	return texts
}

// ErrUnknownZone is a time zone that the machine's tables do not have.
var errUnknownZone = errors.New("unknown time zone")

// zone finds a location by its IANA name.
func (s *Script) zone(name string) (*time.Location, error) {
	if name == "" {
		return nil, errUnknownZone
	}
	if l, ok := s.zones.Load(name); ok {
		return l.(*time.Location), nil
	}
	l, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %q", errUnknownZone, name)
	}
	s.zones.Store(name, l)
	return l, nil
}

// For is the same script for a brand that is configured otherwise.
func (s *Script) For(brand BrandInfo) (*Script, error) {
	var src scriptSource
	if err := json.Unmarshal(s.source, &src); err != nil {
		return nil, fmt.Errorf("reread the script: %w", err)
	}
	src.Brand = brand
	return src.parse(s.dir, true)
}
