package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
)

// A search reads at most so many customers for each word, and looks into at
// most so many conversations; who types on finds fewer.
const (
	maxFound  = 5000
	maxLooked = 200
)

var (
	findWords = both(`select customer from words where brand = $1 and word >= $2 and word < $3 order by word, customer limit $4`)
	findPhone = both(`select customer from addresses where brand = $1 and address >= $2 and address < $3 order by address limit $4`)
)

// search finds customers who have a word beginning with each of the search's,
// or whose number begins so: newest first, one page.
func (s *Store) search(ctx context.Context, q agents.Query) ([]agents.Row, error) {
	var places []place
	words := wordsIn(q.Search)
	for _, b := range q.Brands {
		ids, err := s.named(ctx, b, words)
		if err != nil {
			return nil, err
		}
		for _, prefix := range numbersOf(q.Search) {
			more, err := s.found(ctx, findPhone, b, prefix)
			if err != nil {
				return nil, err
			}
			ids = append(ids, more...)
		}
		slices.Sort(ids)
		ids = slices.Compact(ids)
		for _, id := range ids[:min(len(ids), maxLooked)] {
			places = append(places, place{Brand: b, Customer: id})
		}
	}
	rows, err := s.rows(ctx, places)
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(r agents.Row) bool { return !inView(r, q) || !holds(r, q.Search, words) })
	slices.SortFunc(rows, func(a, b agents.Row) int { return cmp.Compare(newestOf(b), newestOf(a)) })
	return rows[:min(len(rows), q.Limit)], nil
}

// named are the customers who have all of the words. A word that very many have
// says nothing where another says more: that one is left to holds.
func (s *Store) named(ctx context.Context, brand conversation.BrandID, words []string) ([]conversation.CustomerID, error) {
	var all, many []conversation.CustomerID
	narrowed := false
	for _, w := range words {
		ids, err := s.found(ctx, findWords, brand, w)
		if err != nil {
			return nil, err
		}
		if len(ids) == maxFound {
			many = ids
			continue
		}
		slices.Sort(ids)
		if !narrowed {
			all, narrowed = slices.Compact(ids), true
			continue
		}
		all = slices.DeleteFunc(all, func(id conversation.CustomerID) bool {
			_, there := slices.BinarySearch(ids, id)
			return !there
		})
	}
	if !narrowed {
		return many, nil
	}
	return all, nil
}

func (s *Store) found(ctx context.Context, st *statement, brand conversation.BrandID, prefix string) ([]conversation.CustomerID, error) {
	var ids []conversation.CustomerID
	err := s.read.query(ctx, st, func(scan scanner) error {
		var id conversation.CustomerID
		err := scan(&id)
		ids = append(ids, id)
		return err
	}, string(brand), prefix, prefix+"\U0010FFFF", maxFound)
	return ids, err
}

// numbersOf is how addresses begin that a search may mean: as agents type
// numbers, with or without the country's code, which is then France's,
// Belgium's or Switzerland's, where the brands are.
func numbersOf(search string) []string {
	compact := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" .-()/", r) {
			return -1
		}
		return r
	}, search)
	digits := strings.TrimPrefix(compact, "+")
	if len(digits) < 4 || phonenumbers.NormalizeDigitsOnly(digits) != digits {
		return nil
	}
	var numbers []string
	switch national, isNational := strings.CutPrefix(digits, "0"); {
	case strings.HasPrefix(compact, "+"):
		numbers = []string{digits}
	case strings.HasPrefix(national, "0"):
		numbers = []string{national[1:]}
	case isNational:
		numbers = []string{"33" + national, "32" + national, "41" + national}
	default:
		numbers = []string{digits}
	}
	var prefixes []string
	for _, n := range numbers {
		prefixes = append(prefixes, "+"+n, "whatsapp:+"+n)
	}
	return prefixes
}

// holds says whether a row is still found by what was looked for: words of
// names that changed since stay in the index. Who was found by number is.
func holds(r agents.Row, search string, words []string) bool {
	if len(numbersOf(search)) > 0 {
		return true
	}
	is := wordsOf(&r.Conversation.Customer)
	return !slices.ContainsFunc(words, func(w string) bool {
		return !slices.ContainsFunc(is, func(i string) bool { return strings.HasPrefix(i, w) })
	})
}

// inView says whether a conversation is of the query's view.
func inView(r agents.Row, q agents.Query) bool {
	d := r.Conversation.Desk
	switch q.View {
	case agents.ViewMine:
		return d.Open() && d.Status != conversation.DeskQueued && d.Owner == q.Agent
	case agents.ViewQueue:
		return d.Open() && d.Status == conversation.DeskQueued
	case agents.ViewBot:
		return !d.Open()
	}
	return true
}

func newestOf(r agents.Row) conversation.MessageID {
	if r.Last == nil {
		return ""
	}
	return r.Last.ID
}
