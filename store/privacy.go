package store

import (
	"context"
	"fmt"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

const requestColumns = `id, kind, customer, status, agent, asked, due, done`

var (
	putRequest = both(`insert into privacy_requests (brand, id, kind, customer, status, agent, asked, due, done) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		on conflict (brand, id) do update set customer = excluded.customer, status = excluded.status, done = excluded.done`)
	readRequest  = both(`select ` + requestColumns + ` from privacy_requests where brand = $1 and id = $2`)
	openRequests = both(`select ` + requestColumns + ` from privacy_requests /* indexed by privacy_open */ where brand = $1 and status <> 'done' order by due, id`)
	doneRequests = both(`select ` + requestColumns + ` from privacy_requests where brand = $1 and status = 'done' order by id desc limit $2`)
)

// PutPrivacyRequest implements agents.PrivacyStore.
func (s *Store) PutPrivacyRequest(ctx context.Context, r agents.PrivacyRequest) error {
	err := s.write(ctx, func(x *session) error {
		return x.put(ctx, putRequest, string(r.Brand), r.ID, string(r.Kind), string(r.Customer), string(r.Status), string(r.By), micros(r.Asked), micros(r.Due), micros(r.Done))
	})
	if err != nil {
		return fmt.Errorf("keep a privacy request of %s: %w", r.Brand, err)
	}
	return nil
}

func scanRequest(scan scanner, brand conversation.BrandID) (agents.PrivacyRequest, error) {
	r := agents.PrivacyRequest{Brand: brand}
	var asked, due, done int64
	err := scan(&r.ID, &r.Kind, &r.Customer, &r.Status, &r.By, &asked, &due, &done)
	r.Asked, r.Due, r.Done = moment(asked), moment(due), moment(done)
	return r, err
}

// PrivacyRequest implements agents.PrivacyStore.
func (s *Store) PrivacyRequest(ctx context.Context, brand conversation.BrandID, id string) (r agents.PrivacyRequest, err error) {
	found := false
	err = s.read.query(ctx, readRequest, func(scan scanner) (err error) {
		found = true
		r, err = scanRequest(scan, brand)
		return err
	}, string(brand), id)
	if err == nil && !found {
		err = gateway.ErrNotFound
	}
	if err != nil {
		return r, fmt.Errorf("read a privacy request of %s: %w", brand, err)
	}
	return r, nil
}

// PrivacyRequests implements agents.PrivacyStore.
func (s *Store) PrivacyRequests(ctx context.Context, brand conversation.BrandID, done int) ([]agents.PrivacyRequest, error) {
	var list []agents.PrivacyRequest
	add := func(scan scanner) error {
		r, err := scanRequest(scan, brand)
		list = append(list, r)
		return err
	}
	err := s.read.query(ctx, openRequests, add, string(brand))
	if err == nil && done > 0 {
		err = s.read.query(ctx, doneRequests, add, string(brand), min(done, maxPage))
	}
	if err != nil {
		return nil, fmt.Errorf("list privacy requests of %s: %w", brand, err)
	}
	return list, nil
}
