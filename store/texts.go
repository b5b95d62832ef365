package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

var (
	// The brand that is most behind, of those with something that is not indexed yet.
	staleTexts = both(`select b.brand, coalesce(k.id, '') from brands b left join text_marks k on k.brand = b.brand
		where exists (select 1 from messages m where m.brand = b.brand and m.id > coalesce(k.id, '') and m.id < $1)
		or exists (select 1 from notes n where n.brand = b.brand and n.id > coalesce(k.id, '') and n.id < $1 and n.kind = 'note')
		order by coalesce(k.id, ''), b.brand limit 1`)
	newMessages = both(`select id, customer, body from messages where brand = $1 and id > $2 and id < $3 order by id limit $4`)
	newNotes    = both(`select id, customer, body from notes /* indexed by notes_written */
		where brand = $1 and id > $2 and id < $3 and kind = 'note' order by id limit $4`)

	addMark  = both(`insert into text_marks (brand, id) select brand, '' from brands where brand = $1 on conflict (brand) do nothing`)
	lockMark = both(`select id from text_marks where brand = $1 and id = $2 for update skip locked`)
	moveMark = both(`update text_marks set id = $2 where brand = $1`)
	addTexts = rows(
		`insert into texts (brand, id, customer, words) select b.brand, u.id, u.customer, array_to_tsvector(string_to_array(u.words, ' '))
		 from brands b, unnest($2::text[], $3::text[], $4::text[]) as u(id, customer, words) where b.brand = $1 and (exists (select 1 from messages m where m.brand = $1 and m.id = u.id)
			or exists (select 1 from notes n where n.brand = $1 and n.customer = u.customer and n.id = u.id))
		 on conflict (brand, id) do nothing`,
		`insert into texts (brand, id, customer) select $1, $2, $3 where exists (select 1 from messages where brand = $1 and id = $2)
			or exists (select 1 from notes where brand = $1 and customer = $3 and id = $2)
		 on conflict (brand, id) do nothing`)
	thereTexts = both(`select id from texts where brand = $1 and id = any($2)`)
	// One statement for all: FTS5 writes what it holds to disk before each one.
	addTextWords = pair(``, `insert into texts_words (rowid, words) select t.row, '_' || $1 || ' ' || (u.value ->> 1)
		from json_each($2) u cross join texts t on t.brand = $1 and t.id = u.value ->> 0`)
	// The words that there are, each once.
	addTerms  = pair(``, `insert into text_terms (brand, word) select $1, value from json_each($2) where true on conflict (brand, word) do nothing`)
	findTerms = pair(``, `select word from text_terms where brand = $1 and word >= $2 and word < $3 order by word limit $4`)

	// Words that many texts hold are found among the newest texts, one by one;
	// words that few of those hold, by the index.
	findRecent = both(`select r.id, r.customer from (
			select id, customer, words from texts where brand = $1 and id < $2 order by id desc limit $5) r
		where r.words @@ $3::text::tsquery order by r.id desc limit $4`)
	findIndexed = both(`with hit as materialized (select id, customer from texts where brand = $1 and id < $2 and words @@ $3::text::tsquery)
		select id, customer from hit order by id desc limit $4`)
	// FTS5 gives rows newest first by itself, and stops when it has enough.
	findFTS = both(`select t.id, t.customer from texts_words w cross join texts t on t.row = w.rowid
		where w.texts_words match $3 and w.rowid < coalesce((select row + 1 from texts where brand = $1 and id < $2 order by id desc limit 1), 0)
		order by w.rowid desc limit $4`)

	foundMessages = both(`select ` + storedOf + ` from messages m where m.brand = $1 and m.id = any($2)`)
	foundNotes    = both(`select ` + noteColumns + ` from notes where brand = $1 and customer = any($2) and id = any($3)`)
)

// recentTexts is how many texts are looked into before the index is asked.
const recentTexts = 4000

// wordsToFind is a text as the index holds it: its letters and digits, in lower
// case without accents, each word once.
func wordsToFind(text string) []string {
	var words []string
	for _, w := range wordsIn(text) {
		words = append(words, strings.FieldsFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })...)
	}
	return words
}

// IndexTexts implements agents.TextStore: one brand's next texts, behind the
// mark that another node may be moving. SQLite's ids are in the order of its
// commits, since it has one writer.
func (s *Store) IndexTexts(ctx context.Context, lag time.Duration, limit int) (int, error) {
	below := above
	if s.engine == postgres && lag > 0 {
		var now int64
		if err := s.read.one(ctx, databaseNow, []any{&now}); err != nil {
			return 0, fmt.Errorf("index texts: %w", err)
		}
		below = idAt(moment(now).Add(-lag))
	}
	var brand conversation.BrandID
	var mark string
	err := s.read.one(ctx, staleTexts, []any{&brand, &mark}, below)
	if errors.Is(err, gateway.ErrNotFound) {
		return 0, nil
	}
	if err == nil {
		var list []text
		if list, err = s.newTexts(ctx, brand, mark, below, limit); err == nil && len(list) > 0 {
			return len(list), s.addTexts(ctx, brand, mark, list)
		}
	}
	if err != nil {
		return 0, fmt.Errorf("index texts: %w", err)
	}
	return 0, nil
}

var databaseNow = both(`select ` + now)

// idAt is below the ids that are made from a moment on: UUIDs of version 7
// begin with their milliseconds.
func idAt(t time.Time) string {
	hex := fmt.Sprintf("%012x", t.UnixMilli())
	return hex[:8] + "-" + hex[8:]
}

// text is what somebody said or noted.
type text struct {
	id       string
	customer string
	words    string
}

// newTexts reads messages and notes behind the mark, in the order of their ids.
func (s *Store) newTexts(ctx context.Context, brand conversation.BrandID, mark, below string, limit int) ([]text, error) {
	var list []text
	for _, st := range []*statement{newMessages, newNotes} {
		n := 0
		var last string
		err := s.read.query(ctx, st, func(scan scanner) error {
			var t text
			var body string
			err := scan(&t.id, &t.customer, &body)
			words := wordsToFind(body)
			slices.Sort(words)
			t.words = strings.Join(slices.Compact(words), " ")
			list = append(list, t)
			last = t.id
			n++
			return err
		}, string(brand), mark, below, limit)
		if err != nil {
			return nil, err
		}
		if n == limit { // there is more: what comes after it waits for it
			list = slices.DeleteFunc(list, func(t text) bool { return t.id > last })
			below = last
		}
	}
	slices.SortFunc(list, func(a, b text) int { return cmp.Compare(a.id, b.id) })
	return list[:min(len(list), limit)], nil
}

var errMoved = errors.New("another node indexed them")

func (s *Store) addTexts(ctx context.Context, brand conversation.BrandID, mark string, list []text) error {
	last := list[len(list)-1].id
	list = slices.DeleteFunc(list, func(t text) bool { return t.words == "" })
	ids := texts(list, func(t text) string { return t.id })
	customers := texts(list, func(t text) string { return t.customer })
	words := texts(list, func(t text) string { return t.words })
	terms := func(yield func(string) bool) {
		for _, t := range list {
			for w := range strings.SplitSeq(t.words, " ") {
				if len(w) > prefixes && !yield(w) {
					return
				}
			}
		}
	}
	err := s.transact(ctx, func(x *session) error {
		if err := x.put(ctx, addMark, string(brand)); err != nil {
			return err
		}
		var id string
		if err := x.one(ctx, lockMark, []any{&id}, string(brand), mark); errors.Is(err, gateway.ErrNotFound) {
			return errMoved
		} else if err != nil {
			return err
		}
		if err := x.put(ctx, addTexts, string(brand), ids, customers, words); err != nil {
			return err
		}
		if x.engine == sqliteEngine {
			there, err := x.list(ctx, thereTexts, string(brand), ids)
			if err != nil {
				return err
			}
			slices.Sort(there)
			list = slices.DeleteFunc(list, func(t text) bool { // erased since it was read
				_, found := slices.BinarySearch(there, t.id)
				return !found
			})
			if err := x.put(ctx, addTextWords, string(brand), zipped{ids, words}); err != nil {
				return err
			}
			if err := x.put(ctx, addTerms, string(brand), slices.Compact(slices.Sorted(terms))); err != nil {
				return err
			}
		}
		return x.put(ctx, moveMark, string(brand), last)
	})
	if err != nil && !errors.Is(err, errMoved) {
		return fmt.Errorf("index texts of %s: %w", brand, err)
	}
	return nil
}

// FindTexts implements agents.TextStore.
func (s *Store) FindTexts(ctx context.Context, brands []conversation.BrandID, text, before string, limit int) ([]agents.FoundText, error) {
	words := wordsToFind(text)
	if len(words) == 0 {
		return nil, nil
	}
	limit = min(max(limit, 1), maxPage)
	var list []agents.FoundText
	for _, b := range brands {
		found, err := s.findTexts(ctx, b, words, cmp.Or(before, above), limit)
		if err != nil {
			return nil, fmt.Errorf("find texts of %s: %w", b, err)
		}
		read, err := s.foundTexts(ctx, b, found)
		if err != nil {
			return nil, fmt.Errorf("read texts of %s: %w", b, err)
		}
		list = append(list, read...)
	}
	slices.SortFunc(list, func(a, b agents.FoundText) int { return cmp.Compare(idOf(b.Item), idOf(a.Item)) })
	return list[:min(len(list), limit)], nil
}

func idOf(i agents.Item) conversation.MessageID {
	if i.Message != nil {
		return i.Message.ID
	}
	return i.Note.ID
}

// findTexts finds the ids and whose they are.
func (s *Store) findTexts(ctx context.Context, brand conversation.BrandID, words []string, before string, limit int) (list []text, err error) {
	ask := func(st *statement, args ...any) error {
		list = nil
		return s.read.query(ctx, st, func(scan scanner) error {
			var t text
			err := scan(&t.id, &t.customer)
			list = append(list, t)
			return err
		}, args...)
	}
	if s.engine == sqliteEngine {
		query, err := s.queryFTS(ctx, brand, words)
		if err != nil || query == "" {
			return nil, err
		}
		return list, ask(findFTS, string(brand), before, query, limit)
	}
	query := "'" + strings.Join(words, "' & '") + "'"
	if len(words[len(words)-1]) > 1 {
		query += ":*"
	}
	if err = ask(findRecent, string(brand), before, query, limit, recentTexts); err == nil && len(list) < limit {
		err = ask(findIndexed, string(brand), before, query, limit)
	}
	return list, err
}

// prefixes is the longest beginning that SQLite's index holds itself, in bytes;
// for a longer one the words that begin so are named, if they are few: FTS5
// would put the texts of all of them together before it gives the first.
const (
	prefixes = 4
	maxTerms = 64
)

// queryFTS says in FTS5's words what is looked for. The brand is a word too. A
// single letter stands for itself: as a beginning it would mean a large part of
// all texts. "" finds nothing.
func (s *Store) queryFTS(ctx context.Context, brand conversation.BrandID, words []string) (string, error) {
	last := words[len(words)-1]
	terms := []string{last}
	if len(last) > prefixes {
		terms = nil
		err := s.read.query(ctx, findTerms, func(scan scanner) error {
			var w string
			err := scan(&w)
			terms = append(terms, w)
			return err
		}, string(brand), last, last+"\U0010FFFF", maxTerms+1)
		if err != nil || len(terms) == 0 {
			return "", err
		}
	}
	end := `("` + strings.Join(terms, `" OR "`) + `")`
	if len(terms) > maxTerms || len(last) <= prefixes && len(last) > 1 {
		end = `"` + last + `"*`
	}
	all := append([]string{"_" + string(brand)}, words[:len(words)-1]...)
	return `"` + strings.Join(all, `" AND "`) + `" AND ` + end, nil
}

// foundTexts reads what was found, as it stands in its thread now.
func (s *Store) foundTexts(ctx context.Context, brand conversation.BrandID, found []text) ([]agents.FoundText, error) {
	if len(found) == 0 {
		return nil, nil
	}
	ids := texts(found, func(t text) string { return t.id })
	customers := texts(found, func(t text) string { return t.customer })
	slices.Sort(customers)
	customers = slices.Compact(customers)
	items := make(map[string]agents.Item, len(found))
	err := s.read.query(ctx, foundMessages, func(scan scanner) error {
		m, err := scanStored(scan)
		items[string(m.ID)] = agents.Item{Message: &m}
		return err
	}, string(brand), ids)
	if err == nil {
		err = s.read.query(ctx, foundNotes, func(scan scanner) error {
			n, err := scanNote(scan)
			items[string(n.ID)] = agents.Item{Note: &n}
			return err
		}, string(brand), customers, ids)
	}
	if err != nil {
		return nil, err
	}
	names, err := s.called(ctx, brand, customers)
	if err != nil {
		return nil, err
	}
	var list []agents.FoundText
	for _, t := range found {
		if item, there := items[t.id]; there {
			id := conversation.CustomerID(t.customer)
			list = append(list, agents.FoundText{Brand: brand, Customer: id, Name: names[id], Item: item})
		}
	}
	return list, nil
}
