package storetest

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// linker is what short links ask of a store beside gateway.Store.
type linker interface {
	Link(ctx context.Context, code string) (conversation.BrandID, gateway.CodeRow, error)
}

func links(t *testing.T, open Opener) {
	until := time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC)
	link := func(c conversation.CustomerID, code string) gateway.CodeRow {
		return gateway.CodeRow{Customer: c, Code: conversation.Code{Code: code, Kind: "link", Expires: until,
			URL: "https://lumen.example/c/42?été=1&a=b", Prompt: "p1"}}
	}
	t.Run("a link is found by its code alone, with where it leads", func(t *testing.T) {
		w := begin(t, open)
		want := link(w.customer(ana), "abcdefgh23456722")
		w.write(gateway.Writes{Codes: []gateway.CodeRow{want, {Customer: want.Customer, Code: conversation.Code{Code: "photo", Kind: "upload", Expires: until}}}}, at(ana))
		brand, got, err := w.Store.(linker).Link(t.Context(), "abcdefgh23456722")
		w.must(err)
		if brand != lumen || !reflect.DeepEqual(got, want) {
			t.Errorf("got %s %+v, want %+v", brand, got, want)
		}
		got, err = w.Code(t.Context(), lumen, "abcdefgh23456722")
		w.must(err)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("in its brand: %+v, want %+v", got, want)
		}
		for _, code := range []string{"photo", "abcdefgh23456723", ""} {
			_, _, err = w.Store.(linker).Link(t.Context(), code)
			w.refused(err, gateway.ErrNotFound)
		}
	})
	t.Run("the first click is the one that is kept", func(t *testing.T) {
		w := begin(t, open)
		c := w.customer(ana)
		w.write(gateway.Writes{Codes: []gateway.CodeRow{link(c, "one"), link(c, "two")}}, at(ana))
		before := w.dbNow()
		w.write(gateway.Writes{Clicks: []string{"one", "nine"}}, at(ana))
		_, first, err := w.Store.(linker).Link(t.Context(), "one")
		w.must(err)
		w.write(gateway.Writes{Clicks: []string{"one"}}, at(ana))
		w.write(gateway.Writes{Codes: []gateway.CodeRow{link(c, "one")}}, at(ana))
		_, second, err := w.Store.(linker).Link(t.Context(), "one")
		w.must(err)
		_, other, err := w.Store.(linker).Link(t.Context(), "two")
		w.must(err)
		if first.Clicked.Before(before) || !second.Clicked.Equal(first.Clicked) || !other.Clicked.IsZero() {
			t.Errorf("clicked at %v, then %v; the other %v", first.Clicked, second.Clicked, other.Clicked)
		}
	})
}
