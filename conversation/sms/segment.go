package sms

import (
	"fmt"
	"unicode/utf8"
)

// MaxParts is the most parts a text may have: their number is one octet of the
// header (3GPP TS 23.040 §9.2.3.24.1). Carriers allow fewer, Twilio 10 in France.
const MaxParts = 255

// Count says how text would travel and in how many segments. It allocates
// nothing. The count is the true one even beyond MaxParts (see Fit).
//
// An empty text is one empty message. Bytes that are not UTF-8 count as U+FFFD
// each, which is what goes on the air.
func Count(text string) (encoding Encoding, segments int) {
	encoding, _, segments = count(text)
	return encoding, segments
}

// count is Count with the units: septets in GSM-7, UTF-16 units in UCS-2.
func count(text string) (Encoding, int, int) {
	t := tally{part: GSM7.Part()}
	for i := 0; i < len(text); {
		var width int
		if c := text[i]; c < utf8.RuneSelf {
			width = int(widths[c])
			i++
		} else {
			r, size := utf8.DecodeRuneInString(text[i:])
			width = septets(r)
			i += size
		}
		if width == 0 {
			return countUCS2(text)
		}
		t.add(width)
	}
	return GSM7, t.units, t.segments(GSM7.Single())
}

func countUCS2(text string) (Encoding, int, int) {
	t := tally{part: UCS2.Part()}
	for _, r := range text {
		t.add(utf16Units(r))
	}
	return UCS2, t.units, t.segments(UCS2.Single())
}

// tally fills parts one character at a time and never cuts a character: an
// escape pair and a surrogate pair move to the next part whole, and leave one
// unit of theirs empty.
type tally struct {
	part  int // units a part carries
	full  int // parts already closed
	used  int // units in the open part
	units int // units in all
}

// add counts one character and says whether it opened a part.
func (t *tally) add(width int) (opened bool) {
	t.units += width
	t.used += width
	if t.used > t.part {
		t.full++
		t.used = width
		return true
	}
	return false
}

// segments is 1 for what fits a message without a header.
func (t *tally) segments(single int) int {
	if t.units <= single {
		return 1
	}
	return t.full + 1
}

// Split cuts text into the parts that travel. Joined, they are text again, byte
// for byte; their number is Count's.
//
// Only the pairs that a handset could not put together are kept whole. An emoji
// of several code points may lie across two parts, as it does on the air.
func Split(text string) []string {
	encoding, segments := Count(text)
	if segments == 1 {
		return []string{text}
	}
	width := septets
	if encoding == UCS2 {
		width = utf16Units
	}
	parts := make([]string, 0, segments)
	t := tally{part: encoding.Part()}
	start := 0
	for i, r := range text {
		if t.add(width(r)) {
			parts = append(parts, text[start:i])
			start = i
		}
	}
	return append(parts, text[start:])
}

// TooLongError says that a text has more segments than may be sent.
type TooLongError struct {
	Encoding Encoding
	Segments int // what the text needs
	Limit    int // what is allowed
}

func (e *TooLongError) Error() string {
	return fmt.Sprintf("text needs %d segments in %s, at most %d may be sent", e.Segments, e.Encoding, e.Limit)
}

// Fit returns a *TooLongError when text has more than limit segments. A limit
// below 1 or above MaxParts is MaxParts; Tariff.Limit has those of countries.
func Fit(text string, limit int) error {
	if limit < 1 || limit > MaxParts {
		limit = MaxParts
	}
	if encoding, segments := Count(text); segments > limit {
		return &TooLongError{Encoding: encoding, Segments: segments, Limit: limit}
	}
	return nil
}
