package store

import (
	"context"
	"encoding/json"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

const noteColumns = `customer, id, event, kind, agent, type, body, steps, data, rule, version, at`

var (
	readNotes       = both(`select ` + noteColumns + ` from notes where brand = $1 and customer = $2 order by id desc limit $3`)
	readNotesBefore = both(`select ` + noteColumns + ` from notes where brand = $1 and customer = $2 and id < $4 order by id desc limit $3`)
)

func (s *Store) notes(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID, before string, limit int) ([]gateway.NoteRow, error) {
	st, args := readNotes, []any{string(brand), string(customer), limit}
	if before != "" {
		st, args = readNotesBefore, append(args, before)
	}
	var list []gateway.NoteRow
	err := s.read.query(ctx, st, func(scan scanner) error {
		n, err := scanNote(scan)
		list = append(list, n)
		return err
	}, args...)
	return list, err
}

func scanNote(scan scanner) (n gateway.NoteRow, err error) {
	var steps, data string
	var at int64
	err = scan(&n.Customer, &n.ID, &n.Event, &n.Kind, &n.Agent, &n.Type, &n.Text, &steps, &data, &n.Rule, &n.Version, &at)
	if err == nil && steps != "" {
		err = json.Unmarshal([]byte(steps), &n.Steps)
	}
	if err == nil && data != "" {
		err = json.Unmarshal([]byte(data), &n.Data)
	}
	n.At = moment(at)
	return n, err
}
