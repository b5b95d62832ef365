package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

const incidentColumns = `brand, id, kind, match, body, since, until, agent`

var (
	putIncident = both(`insert into incidents (` + incidentColumns + `) values ($1, $2, $3, $4, $5, $6, $7, $8)
		on conflict (brand, id) do update set kind = excluded.kind, match = excluded.match, body = excluded.body,
			since = excluded.since, until = excluded.until, agent = excluded.agent`)
	endIncident = both(`update incidents set until = $3 where brand = $1 and id = $2 and (until = 0 or until > $3)`)

	// Those that are on come first; ids sort by when they were made.
	readIncidents = both(`select ` + incidentColumns + ` from incidents where brand = $1
		order by case when until = 0 or until > $2 then 0 else 1 end, id desc limit $3`)
	openIncidents = both(`select ` + incidentColumns + ` from incidents where (until = 0 or until > $1) and since <= $1 order by brand, since, id`)
)

// PutIncident implements agents.IncidentStore.
func (s *Store) PutIncident(ctx context.Context, i agents.Incident) error {
	body, err := encode(i.Text)
	if err != nil {
		return err
	}
	err = s.write(ctx, func(x *session) error {
		_, err := x.exec(ctx, putIncident, string(i.Brand), i.ID, string(i.Kind), i.Match, body, micros(i.Since), micros(i.Until), string(i.By))
		return err
	})
	if err != nil {
		return fmt.Errorf("keep an incident of %s: %w", i.Brand, err)
	}
	return nil
}

// EndIncident implements agents.IncidentStore.
func (s *Store) EndIncident(ctx context.Context, brand conversation.BrandID, id string, at time.Time) error {
	var ended int64
	err := s.write(ctx, func(x *session) (err error) {
		ended, err = x.exec(ctx, endIncident, string(brand), id, micros(at))
		return err
	})
	if err == nil && ended == 0 {
		err = gateway.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("end incident %s of %s: %w", id, brand, err)
	}
	return nil
}

// ReadIncidents implements agents.IncidentStore.
func (s *Store) ReadIncidents(ctx context.Context, brand conversation.BrandID, now time.Time, limit int) ([]agents.Incident, error) {
	return s.incidents(ctx, readIncidents, string(brand), micros(now), limit)
}

// OpenIncidents implements agents.IncidentStore.
func (s *Store) OpenIncidents(ctx context.Context, now time.Time) ([]agents.Incident, error) {
	return s.incidents(ctx, openIncidents, micros(now))
}

func (s *Store) incidents(ctx context.Context, st *statement, args ...any) ([]agents.Incident, error) {
	var list []agents.Incident
	err := s.read.query(ctx, st, func(scan scanner) error {
		var i agents.Incident
		var body []byte
		var since, until int64
		err := scan(&i.Brand, &i.ID, &i.Kind, &i.Match, &body, &since, &until, &i.By)
		if err == nil {
			err = json.Unmarshal(body, &i.Text)
		}
		i.Since, i.Until = moment(since), moment(until)
		list = append(list, i)
		return err
	}, args...)
	if err != nil {
		return nil, fmt.Errorf("read incidents: %w", err)
	}
	return list, nil
}
