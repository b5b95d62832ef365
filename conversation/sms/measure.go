package sms

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Measure is what the author of a text and the console see of it.
type Measure struct {
	Encoding   Encoding  `json:"encoding"`
	Characters int       `json:"characters"` // Unicode code points
	Units      int       `json:"units"`      // septets in GSM-7, UTF-16 units in UCS-2
	Segments   int       `json:"segments"`
	Forcing    []Forcing `json:"forcing,omitempty"` // in order of appearance; none in GSM-7
}

// Forcing is a character outside GSM-7: one is enough to make a text UCS-2.
type Forcing struct {
	Rune  rune
	Count int
	// Replacement is what Offer writes where the character first stands. It is
	// empty for one that only has to go, such as a zero-width space, so look at
	// Replaceable. A combining accent shows the letter it makes: é.
	Replacement string
	// Replaceable is false for what means something that GSM-7 cannot say:
	// emoji, other scripts.
	Replaceable bool
}

type forcingJSON struct {
	Character   string `json:"character"`
	Code        string `json:"code"`
	Count       int    `json:"count"`
	Replacement string `json:"replacement"`
	Replaceable bool   `json:"replaceable"`
}

// MarshalJSON writes the character itself and its code point, since half of
// these characters look like nothing:
// {"character":"’","code":"U+2019","count":2,"replacement":"'","replaceable":true}.
func (f Forcing) MarshalJSON() ([]byte, error) {
	return json.Marshal(forcingJSON{string(f.Rune), fmt.Sprintf("%U", f.Rune), f.Count, f.Replacement, f.Replaceable})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (f *Forcing) UnmarshalJSON(data []byte) error {
	var in forcingJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return fmt.Errorf("read forcing character: %w", err)
	}
	r, size := utf8.DecodeRuneInString(in.Character)
	if size == 0 || size != len(in.Character) {
		return fmt.Errorf("read forcing character: %q is not one character", in.Character)
	}
	*f = Forcing{Rune: r, Count: in.Count, Replacement: in.Replacement, Replaceable: in.Replaceable}
	return nil
}

// MeasureOf measures text. Count is cheaper where the encoding and the number of
// segments are enough.
func MeasureOf(text string) Measure {
	m := measure(text)
	if m.Encoding == UCS2 {
		_, m.Forcing, _ = rewrite(text)
	}
	return m
}

// measure is MeasureOf without the forcing characters.
func measure(text string) Measure {
	encoding, units, segments := count(text)
	return Measure{
		Encoding:   encoding,
		Characters: utf8.RuneCountInString(text),
		Units:      units,
		Segments:   segments,
	}
}
