package sms

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCount(t *testing.T) {
	tests := []struct {
		name     string
		text     string
		encoding Encoding
		units    int
		segments int
	}{
		{"an empty text is one empty message", "", GSM7, 0, 1},
		{"160 letters fit one message", strings.Repeat("a", 160), GSM7, 160, 1},
		{"161 letters need a header and so two", strings.Repeat("a", 161), GSM7, 161, 2},
		{"306 letters fill two parts of 153", strings.Repeat("a", 306), GSM7, 306, 2},
		{"307 letters need a third", strings.Repeat("a", 307), GSM7, 307, 3},
		{"80 euro signs fit one message", strings.Repeat("€", 80), GSM7, 160, 1},
		{"an escape pair is not cut at 153", strings.Repeat("a", 152) + "€" + strings.Repeat("a", 152), GSM7, 306, 3},
		{"an escape pair may end a part", strings.Repeat("a", 151) + "€" + strings.Repeat("a", 153), GSM7, 306, 2},
		{"an escape pair that leaves a septet empty at the end costs no part", strings.Repeat("a", 152) + "€" + strings.Repeat("a", 7), GSM7, 161, 2},
		{"every extension character costs two", "^{}[]~|\\€\f", GSM7, 20, 1},
		{"the French letters of the alphabet stay in it", "àéèùìòäöüñæÇÉÄÖÜÆ", GSM7, 17, 1},
		{"a cedilla on a capital is in the alphabet", "Ça", GSM7, 2, 1},
		{"a cedilla on a small letter is not", "ça", UCS2, 2, 1},
		{"70 units fit one message", strings.Repeat("ê", 70), UCS2, 70, 1},
		{"71 units need two", strings.Repeat("ê", 71), UCS2, 71, 2},
		{"134 units fill two parts of 67", strings.Repeat("ê", 134), UCS2, 134, 2},
		{"135 units need a third", strings.Repeat("ê", 135), UCS2, 135, 3},
		{"35 emoji fit one message", strings.Repeat("😀", 35), UCS2, 70, 1},
		{"a surrogate pair is not cut at 67", strings.Repeat("😀", 67), UCS2, 134, 3},
		{"a character outside at the end turns all of it", strings.Repeat("a", 160) + "’", UCS2, 161, 3},
		{"extension characters cost one in UCS-2", "ê" + strings.Repeat("€", 69), UCS2, 70, 1},
		{"bytes that are not UTF-8 are one unit each", "a\xff\xfe", UCS2, 3, 1},
		{"NUL and escape are not in the alphabet", "\x00\x1b", UCS2, 2, 1},
		{"a count beyond what may be sent is still the true one", strings.Repeat("a", 153*300), GSM7, 153 * 300, 300},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			encoding, segments := Count(tt.text)
			if encoding != tt.encoding || segments != tt.segments {
				t.Errorf("Count = %s, %d; want %s, %d", encoding, segments, tt.encoding, tt.segments)
			}
			if m := MeasureOf(tt.text); m.Units != tt.units {
				t.Errorf("units = %d, want %d", m.Units, tt.units)
			}
			checkParts(t, tt.text)
		})
	}
}

// checkParts says what holds for the parts of any text.
func checkParts(t *testing.T, text string) {
	t.Helper()
	encoding, segments := Count(text)
	parts := Split(text)
	if len(parts) != segments {
		t.Errorf("%q: %d parts, %d segments", text, len(parts), segments)
	}
	if strings.Join(parts, "") != text {
		t.Errorf("%q: the parts do not join to the text: %q", text, parts)
	}
	limit := encoding.Part()
	if segments == 1 {
		limit = encoding.Single()
	}
	for i, part := range parts {
		units := 0
		for _, r := range part {
			if encoding == GSM7 {
				units += septets(r)
			} else {
				units += utf16Units(r)
			}
		}
		if units > limit {
			t.Errorf("%q: part %d has %d units, more than %d", text, i+1, units, limit)
		}
		if i < len(parts)-1 && units < limit-1 {
			t.Errorf("%q: part %d has %d units and leaves more than one empty", text, i+1, units)
		}
		if utf8.ValidString(text) && !utf8.ValidString(part) {
			t.Errorf("%q: part %d cuts a character: %q", text, i+1, part)
		}
	}
}

func TestSplitMovesAPairWholeToTheNextPart(t *testing.T) {
	a152 := strings.Repeat("a", 152)
	if got, want := Split(a152+"€"+a152), []string{a152, "€" + a152[:151], "a"}; !slices.Equal(got, want) {
		t.Errorf("escape pair: %q", got)
	}
	e66 := strings.Repeat("ê", 66)
	if got, want := Split(e66+"😀"+e66), []string{e66, "😀" + strings.Repeat("ê", 65), "ê"}; !slices.Equal(got, want) {
		t.Errorf("surrogate pair: %q", got)
	}
}

func TestFit(t *testing.T) {
	tests := []struct {
		name     string
		segments int
		limit    int
		allowed  int // 0 when the text fits
	}{
		{"ten segments fit Twilio in France", 10, 10, 0},
		{"eleven do not", 11, 10, 10},
		{"255 parts are the protocol's limit", 255, 0, 0},
		{"256 are too many without a limit", 256, 0, MaxParts},
		{"a limit above the protocol's is the protocol's", 256, 1000, MaxParts},
		{"a limit below one is the protocol's", 2, -1, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := Fit(strings.Repeat("a", 153*tt.segments), tt.limit)
			var long *TooLongError
			if tt.allowed == 0 {
				if err != nil {
					t.Fatalf("refused: %v", err)
				}
				return
			}
			if !errors.As(err, &long) {
				t.Fatalf("not refused as too long: %v", err)
			}
			if want := (TooLongError{GSM7, tt.segments, tt.allowed}); *long != want {
				t.Errorf("error says %+v, want %+v", *long, want)
			}
			if !strings.Contains(err.Error(), "GSM-7") {
				t.Errorf("message does not name the encoding: %v", err)
			}
		})
	}
}

func TestTheAlphabetHasTheStandardsSize(t *testing.T) {
	ones, twos := 0, 0
	for r := rune(0); r <= utf8.MaxRune; r++ {
		switch septets(r) {
		case 1:
			ones++
		case 2:
			twos++
		}
	}
	if ones != 127 || twos != 10 {
		t.Errorf("%d basic and %d extension characters, want 127 (128 without the escape) and 10", ones, twos)
	}
	// Positions of §6.2.1 that tell a table with a character too many or too few.
	for position, r := range map[int]rune{0x00: '@', 0x09: 'Ç', 0x10: 'Δ', 0x1F: 'É', 0x20: ' ', 0x40: '¡', 0x60: '¿', 0x7F: 'à'} {
		i := position
		if position > 0x1B {
			i-- // the escape is not in basic
		}
		if got := []rune(basic)[i]; got != r {
			t.Errorf("0x%02X is %c, want %c", position, got, r)
		}
	}
}
