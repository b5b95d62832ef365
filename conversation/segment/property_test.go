package segment

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/causette/causette/conversation"
)

// naive is a segment as one would write it down without a parser: its text, and
// whether a customer belongs to it.
type naive struct {
	text string
	in   func(c *conversation.Conversation) bool
}

var skus = []string{"LAMPE-1", "LAMPE-2", "TASSE", "tasse-x", "É"}

// atom draws a condition.
func atom(t *rapid.T) naive {
	n := rapid.Int64Range(0, 6).Draw(t, "n")
	days := rapid.IntRange(1, 6).Draw(t, "days")
	sku := rapid.SampledFrom(skus).Draw(t, "sku")
	compare := rapid.SampledFrom([]string{"=", "!=", "<", "<=", ">", ">="}).Draw(t, "compare")
	holds := func(a int64) bool {
		switch compare {
		case "=":
			return a == n
		case "!=":
			return a != n
		case "<":
			return a < n
		case "<=":
			return a <= n
		case ">":
			return a > n
		}
		return a >= n
	}
	lang := rapid.SampledFrom([]string{"fr", "en", "de"}).Draw(t, "lang")
	return rapid.SampledFrom([]naive{
		{"vip", func(c *conversation.Conversation) bool { return c.Customer.VIP }},
		{"language = " + lang, func(c *conversation.Conversation) bool { return c.Customer.Language == lang }},
		{"language != " + lang, func(c *conversation.Conversation) bool {
			return c.Customer.Language != "" && c.Customer.Language != lang
		}},
		{"country in (FR, US)", func(c *conversation.Conversation) bool {
			k := c.Customer.Country
			if k == "" {
				k = c.Customer.Place.Country
			}
			return k == "FR" || k == "US"
		}},
		{fmt.Sprintf("points %s %d", compare, n), func(c *conversation.Conversation) bool {
			return c.Customer.Points != nil && holds(*c.Customer.Points)
		}},
		{fmt.Sprintf("value %s 0.0%d EUR", compare, n), func(c *conversation.Conversation) bool {
			return c.Customer.Value.Currency == "EUR" && holds(c.Customer.Value.Amount)
		}},
		{fmt.Sprintf("orders %s %d", compare, n), func(c *conversation.Conversation) bool {
			kept := int64(0)
			for _, o := range c.Customer.Orders {
				if o.Status != "cancelled" {
					kept++
				}
			}
			return holds(kept)
		}},
		{fmt.Sprintf("wrote within %dd", days), func(c *conversation.Conversation) bool {
			return !c.WroteAt.IsZero() && !c.WroteAt.Before(ago(days))
		}},
		{fmt.Sprintf("last_order older than %dd", days), func(c *conversation.Conversation) bool {
			return len(c.Customer.Orders) > 0 && c.Customer.Orders[0].Placed.Before(ago(days))
		}},
		{fmt.Sprintf("bought %q", sku), func(c *conversation.Conversation) bool { return buys(c, sku, 0) }},
		{fmt.Sprintf("bought %q within %dd", sku[:1]+"*", days), func(c *conversation.Conversation) bool {
			return buys(c, sku[:1]+"*", days)
		}},
		{"consent(sms, marketing)", func(c *conversation.Conversation) bool {
			k := c.Customer
			return k.Consent("sms", "marketing") == "given" && !k.Silenced && !k.Suspended && !k.Detached
		}},
		{"cart known", func(c *conversation.Conversation) bool {
			return c.Customer.Cart != nil && c.Customer.Cart.Total.Currency != ""
		}},
	}).Draw(t, "atom")
}

// buys is bought, with the stars of the tests only: none, or one at the end.
func buys(c *conversation.Conversation, pattern string, days int) bool {
	for _, o := range c.Customer.Orders {
		if o.Status == "cancelled" || days > 0 && o.Placed.Before(ago(days)) {
			continue
		}
		for _, l := range o.Lines {
			for _, text := range []string{l.SKU, l.Name} {
				text, p := strings.ToLower(text), strings.ToLower(pattern)
				if head, star := strings.CutSuffix(p, "*"); text == p || star && strings.HasPrefix(text, head) {
					return true
				}
			}
		}
	}
	return false
}

// tree draws a segment of conditions, written with as many parentheses as one likes.
func tree(t *rapid.T, depth int) naive {
	op := rapid.SampledFrom([]string{"atom", "and", "or", "not"}).Draw(t, "op")
	if depth == 0 || op == "atom" {
		return atom(t)
	}
	a := tree(t, depth-1)
	if op == "not" {
		return naive{"not (" + a.text + ")", func(c *conversation.Conversation) bool { return !a.in(c) }}
	}
	b := tree(t, depth-1)
	if op == "or" {
		return naive{"(" + a.text + " or " + b.text + ")", func(c *conversation.Conversation) bool { return a.in(c) || b.in(c) }}
	}
	return naive{"(" + a.text + ") and (" + b.text + ")", func(c *conversation.Conversation) bool { return a.in(c) && b.in(c) }}
}

// somebody draws a customer.
func somebody(t *rapid.T) *conversation.Conversation {
	c := conversation.Begin("lumen", "c")
	k := &c.Customer
	when := func(name string) time.Time {
		return now.Add(-time.Duration(rapid.IntRange(0, 7*24).Draw(t, name)) * time.Hour)
	}
	money := func(name string) conversation.Money {
		return conversation.Money{Amount: rapid.Int64Range(0, 6).Draw(t, name), Currency: rapid.SampledFrom([]string{"EUR", "USD", ""}).Draw(t, name+"'s currency")}
	}
	k.VIP, k.Silenced, k.Suspended, k.Detached = rapid.Bool().Draw(t, "vip"), rapid.Bool().Draw(t, "silenced"), rapid.Bool().Draw(t, "suspended"), rapid.Bool().Draw(t, "detached")
	k.Language = rapid.SampledFrom([]string{"", "fr", "en", "de"}).Draw(t, "language")
	k.Country = rapid.SampledFrom([]string{"", "FR", "DE"}).Draw(t, "country")
	k.Place.Country = rapid.SampledFrom([]string{"", "US", "DE"}).Draw(t, "place")
	k.Value = money("value")
	if rapid.Bool().Draw(t, "points known") {
		n := rapid.Int64Range(0, 6).Draw(t, "points")
		k.Points = &n
	}
	if rapid.Bool().Draw(t, "wrote") {
		c.WroteAt = when("wrote at")
	}
	if rapid.Bool().Draw(t, "cart") {
		k.Cart = &conversation.Cart{Total: money("cart's total")}
	}
	if rapid.Bool().Draw(t, "consented") {
		k.Consents = []conversation.Standing{{Medium: "sms", Purpose: "marketing", State: rapid.SampledFrom([]conversation.ConsentState{"given", "withdrawn"}).Draw(t, "state")}}
	}
	for i := range rapid.IntRange(0, 6).Draw(t, "orders") {
		k.Orders = append(k.Orders, conversation.Order{ID: fmt.Sprint(i), Placed: when("placed"), Total: money("total"),
			Status: rapid.SampledFrom([]string{"placed", "cancelled", "delivered"}).Draw(t, "status"),
			Lines:  []conversation.Line{{SKU: rapid.SampledFrom(skus).Draw(t, "line"), Name: rapid.SampledFrom(skus).Draw(t, "name")}}})
	}
	return &c
}

func TestWhatIsReadMeansWhatIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := tree(t, 4)
		s, err := Parse(want.text)
		if err != nil {
			t.Fatalf("%s: %v", want.text, err)
		}
		again, err := Parse(s.String())
		if err != nil || again.String() != s.String() {
			t.Fatalf("%s: printed as %s, which is read as %v, %v", want.text, s, again, err)
		}
		for range 4 {
			c := somebody(t)
			if got := s.Match(c, now); got != want.in(c) {
				t.Fatalf("%s: got %v for %+v", want.text, got, c)
			}
			if again.Match(c, now) != want.in(c) {
				t.Fatalf("%s means another than %s", s, want.text)
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, c := range cases {
		f.Add(c.text)
	}
	f.Add(`tag "` + "\xff")
	f.Add("not (((")
	c := ana()
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			var wrong *Error
			if !errors.As(err, &wrong) || wrong.At < 0 || wrong.At > len(wrong.Text) || wrong.Error() == "" {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		again, err := Parse(s.String())
		if err != nil || again.String() != s.String() || again.Match(c, now) != s.Match(c, now) {
			t.Fatalf("%q is printed as %q, which is read as %v, %v", text, s, again, err)
		}
		if s.Explain("fr") == "" || len(s.Check(c, now, "en")) == 0 {
			t.Fatalf("%q is not explained", text)
		}
	})
}
