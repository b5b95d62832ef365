package segment

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Error is what is wrong with a segment, and where.
type Error struct {
	At   int    // byte offset
	Text string // the segment
	Why  string
}

func (e *Error) Error() string {
	column := utf8.RuneCountInString(e.Text[:e.At]) + 1
	return fmt.Sprintf("column %d%s: %s", column, e.near(), e.Why)
}

// near quotes what stands at the error.
func (e *Error) near() string {
	rest := strings.TrimSpace(e.Text[e.At:])
	if rest == "" {
		return ", at the end"
	}
	for i := range rest {
		if i > 0 && unicode.IsSpace(rune(rest[i])) || i >= 20 {
			rest = rest[:i]
			break
		}
	}
	return fmt.Sprintf(", at %q", rest)
}

// token is a word, a quoted text or a sign, and where it begins.
type token struct {
	kind tokenKind
	text string // of a quoted one without its quotes
	at   int
}

type tokenKind int

const (
	end tokenKind = iota
	bare
	quoted
	sign
)

// is compares a bare word, in whatever case, or a sign.
func (t token) is(text string) bool {
	return t.kind == bare && strings.EqualFold(t.text, text) || t.kind == sign && t.text == text
}

// next reads the token that begins at or after p.pos.
func (p *parser) next() (token, error) {
	for p.pos < len(p.text) {
		r, n := utf8.DecodeRuneInString(p.text[p.pos:])
		if !unicode.IsSpace(r) {
			break
		}
		p.pos += n
	}
	t := token{at: p.pos}
	if p.pos >= len(p.text) {
		return t, nil
	}
	rest := p.text[p.pos:]
	switch {
	case rest[0] == '"':
		return p.quoted()
	case strings.HasPrefix(rest, "!="), strings.HasPrefix(rest, "<="), strings.HasPrefix(rest, ">="):
		t.kind, t.text = sign, rest[:2]
	case strings.IndexByte("(),=<>", rest[0]) >= 0:
		t.kind, t.text = sign, rest[:1]
	default:
		n := strings.IndexFunc(rest, func(r rune) bool { return !isBare(r) })
		if n < 0 {
			n = len(rest)
		}
		if n == 0 {
			return t, p.wrong(p.pos, "this sign means nothing here; quote texts: \"…\"")
		}
		t.kind, t.text = bare, rest[:n]
	}
	p.pos += len(t.text)
	return t, nil
}

// isBare says which letters a word has without quotes.
func isBare(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune("_-.:/*+@", r)
}

// quoted reads "…", in which \" is a quote and \\ a backslash.
func (p *parser) quoted() (token, error) {
	t := token{kind: quoted, at: p.pos}
	var b strings.Builder
	for i := p.pos + 1; i < len(p.text); i++ {
		switch c := p.text[i]; {
		case c == '"':
			t.text, p.pos = b.String(), i+1
			return t, nil
		case c == '\\' && i+1 < len(p.text) && (p.text[i+1] == '"' || p.text[i+1] == '\\'):
			i++
			b.WriteByte(p.text[i])
		default:
			b.WriteByte(c)
		}
	}
	return t, p.wrong(t.at, "the quote is not closed")
}

func (p *parser) wrong(at int, why string, args ...any) error {
	return &Error{At: at, Text: p.text, Why: fmt.Sprintf(why, args...)}
}
