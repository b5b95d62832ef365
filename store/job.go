package store

import (
	"context"
	"fmt"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

var (
	addJobs = insert("jobs", "id text, customer text, kind text, payload bytea, due bigint",
		"on conflict (brand, id) do nothing")
	endJobs  = both(`delete from jobs where brand = $1 and id = any($2)`)
	moveJob  = both(`update jobs set due = $3 where brand = $1 and id = $2`)
	takeJobs = both(`update jobs set due = ` + now + ` + $1, attempts = attempts + 1
		where (brand, id) in (
			select brand, id from jobs where due <= ` + now + ` and kind <> 'event' order by due, brand, id limit $2 for update skip locked)
		returning brand, id, customer, kind, payload, due, attempts`)
	takeEvents = both(`update jobs set due = ` + now + ` + $2, attempts = attempts + 1
		where brand = $1 and id in (
			select id from jobs where brand = $1 and due <= ` + now + ` and kind = 'event' order by due, id limit $3 for update skip locked)
		returning brand, id, customer, kind, payload, due, attempts`)
)

func (t *tx) writeJobs(ctx context.Context, brand conversation.BrandID, jobs []gateway.JobRow, done []string) error {
	if len(jobs) > 0 {
		payloads, due := make([][]byte, len(jobs)), make([]int64, len(jobs))
		for i, j := range jobs {
			payloads[i], due[i] = nonNil(j.Payload), micros(j.Due)
		}
		err := t.put(ctx, addJobs, string(brand),
			texts(jobs, func(j gateway.JobRow) string { return j.ID }),
			texts(jobs, func(j gateway.JobRow) conversation.CustomerID { return j.Customer }),
			texts(jobs, func(j gateway.JobRow) string { return j.Kind }),
			payloads, due)
		if err != nil {
			return err
		}
	}
	if len(done) == 0 {
		return nil
	}
	return t.put(ctx, endJobs, string(brand), done)
}

// TakeJobs implements gateway.Store. A job's Due is when its lease ends.
func (s *Store) TakeJobs(ctx context.Context, limit int, lease time.Duration) ([]gateway.JobRow, error) {
	return s.takeJobs(ctx, takeJobs, lease.Microseconds(), limit)
}

// TakeEvents implements gateway.Store.
func (s *Store) TakeEvents(ctx context.Context, brand conversation.BrandID, limit int, lease time.Duration) ([]gateway.JobRow, error) {
	return s.takeJobs(ctx, takeEvents, string(brand), lease.Microseconds(), limit)
}

func (s *Store) takeJobs(ctx context.Context, st *statement, args ...any) ([]gateway.JobRow, error) {
	var jobs []gateway.JobRow
	err := s.write(ctx, func(x *session) error {
		return x.query(ctx, st, func(scan scanner) error {
			var j gateway.JobRow
			var due int64
			err := scan(&j.Brand, &j.ID, &j.Customer, &j.Kind, &j.Payload, &due, &j.Attempts)
			j.Due = moment(due)
			jobs = append(jobs, j)
			return err
		}, args...)
	})
	if err != nil {
		return nil, fmt.Errorf("take jobs: %w", err)
	}
	return jobs, nil
}

// MoveJob implements gateway.Store.
func (s *Store) MoveJob(ctx context.Context, brand conversation.BrandID, id string, due time.Time) error {
	err := s.write(ctx, func(x *session) error {
		if due.IsZero() {
			_, err := x.exec(ctx, endJobs, string(brand), []string{id})
			return err
		}
		_, err := x.exec(ctx, moveJob, string(brand), id, micros(due))
		return err
	})
	if err != nil {
		return fmt.Errorf("move a job of %s: %w", brand, err)
	}
	return nil
}

// nonNil is an empty value where there is none: columns have no nulls.
func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
