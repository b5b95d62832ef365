package store

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// statement is one statement as each engine wants it: PostgreSQL takes whole
// columns as arrays, SQLite a prepared statement run for each row.
type statement struct {
	postgres string
	sqlite   string // with ? for parameters
	order    []int  // of which argument each ? is
	each     bool   // on SQLite: run once for each row of the columns

	// For PostgreSQL with two more parameters: how many rows it has to change, and
	// what they are.
	counted func() string
}

// now stands for the database's clock in microseconds. On PostgreSQL it is a
// subquery, so that it is taken once and an index can be searched with it; on
// SQLite, where the process is the only machine, it is written as a number.
const now = "{now}"

const postgresNow = "(select (extract(epoch from clock_timestamp()) * 1000000)::bigint)"

var (
	parameter = regexp.MustCompile(`\$(\d+)`)
	anyOf     = regexp.MustCompile(`= any\((\$\d+)\)`)
	hint      = regexp.MustCompile(`/\* (indexed by \w+) \*/`)
)

// both makes a statement of one text in PostgreSQL's words. For SQLite "= any($n)"
// becomes a search in a JSON array, and row locks go: there is one writer.
func both(text string) *statement {
	lite := anyOf.ReplaceAllString(text, "in (select value from json_each($1))")
	lite = strings.ReplaceAll(lite, " for update skip locked", "")
	lite = strings.ReplaceAll(lite, " for update", "")
	return pair(text, lite)
}

// pair makes a statement of a text for each engine. "/* indexed by i */" is live
// on SQLite, which keeps no statistics and may else read all of the brand.
func pair(postgres, sqlite string) *statement {
	s := &statement{postgres: strings.ReplaceAll(postgres, now, postgresNow)}
	sqlite = hint.ReplaceAllString(sqlite, "$1")
	s.sqlite = parameter.ReplaceAllStringFunc(sqlite, func(p string) string {
		n, err := strconv.Atoi(p[1:])
		if err != nil {
			panic(fmt.Sprintf("statement: %s: %v", p, err))
		}
		s.order = append(s.order, n-1)
		return "?"
	})
	s.counted = sync.OnceValue(func() string {
		n := 0
		for _, p := range parameter.FindAllString(s.postgres, -1) {
			i, _ := strconv.Atoi(p[1:])
			n = max(n, i)
		}
		return fmt.Sprintf("with changed as (%s returning 1) select causette_changed(count(*), $%d, $%d) from changed", s.postgres, n+1, n+2)
	})
	return s
}

// rows makes a statement that SQLite runs for each row of its columns.
func rows(postgres, sqlite string) *statement {
	s := pair(postgres, sqlite)
	s.each = true
	return s
}

// insert makes the insertion of many rows of one brand: argument 1 is the
// brand, the others are the columns, declared as "name type, name type". It
// selects from the brand's own row, because only then does Citus send it to
// the brand's machine.
func insert(table, columns, tail string) *statement {
	names, types := declared(columns)
	marks := make([]string, len(names))
	arrays := make([]string, len(names))
	for i := range names {
		marks[i] = fmt.Sprintf("$%d", i+2)
		arrays[i] = fmt.Sprintf("$%d::%s[]", i+2, types[i])
	}
	list := strings.Join(names, ", ")
	liteTail, _, _ := strings.Cut(tail, "returning") // it counts rows; RETURNING costs it a journal of its own
	return rows(
		fmt.Sprintf("insert into %s (brand, %s) select b.brand, u.%s from brands b, unnest(%s) as u(%s) where b.brand = $1 %s",
			table, list, strings.Join(names, ", u."), strings.Join(arrays, ", "), list, tail),
		fmt.Sprintf("insert into %s (brand, %s) values ($1, %s) %s", table, list, strings.Join(marks, ", "), liteTail))
}

// update makes the update of many rows of one brand: argument 1 is the brand,
// then come the columns that find a row, then those that change.
func update(table, keys, sets string) *statement {
	found, foundTypes := declared(keys)
	changed, changedTypes := declared(sets)
	var assign, liteAssign, where, liteWhere, arrays []string
	n := 2
	for i, k := range found {
		where = append(where, fmt.Sprintf("t.%s = u.%s", k, k))
		liteWhere = append(liteWhere, fmt.Sprintf("%s = $%d", k, n))
		arrays = append(arrays, fmt.Sprintf("$%d::%s[]", n, foundTypes[i]))
		n++
	}
	for i, c := range changed {
		assign = append(assign, fmt.Sprintf("%s = u.%s", c, c))
		liteAssign = append(liteAssign, fmt.Sprintf("%s = $%d", c, n))
		arrays = append(arrays, fmt.Sprintf("$%d::%s[]", n, changedTypes[i]))
		n++
	}
	return rows(
		fmt.Sprintf("update %s t set %s from unnest(%s) as u(%s) where t.brand = $1 and %s",
			table, strings.Join(assign, ", "), strings.Join(arrays, ", "),
			strings.Join(append(found, changed...), ", "), strings.Join(where, " and ")),
		fmt.Sprintf("update %s set %s where brand = $1 and %s",
			table, strings.Join(liteAssign, ", "), strings.Join(liteWhere, " and ")))
}

// declared splits "name type, name type".
func declared(columns string) (names, types []string) {
	for c := range strings.SplitSeq(columns, ",") {
		name, kind, _ := strings.Cut(strings.TrimSpace(c), " ")
		names, types = append(names, name), append(types, kind)
	}
	return names, types
}
