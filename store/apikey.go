package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

var (
	addAPIKey = both(`insert into api_keys (brand, hash, name, scopes, created) values ($1, $2, $3, $4, $5)
		on conflict (brand, hash) do update set name = excluded.name, scopes = excluded.scopes`)
	readAPIKey = both(`select brand, name, hash, scopes, created from api_keys where hash = $1`)
)

// PutKey implements gateway.Store.
func (s *Store) PutKey(ctx context.Context, k gateway.Key) error {
	scopes, err := encode(k.Scopes)
	if err != nil {
		return err
	}
	err = s.write(ctx, func(x *session) error {
		_, err := x.exec(ctx, addAPIKey, string(k.Brand), k.Hash, k.Name, scopes, micros(k.Created))
		return err
	})
	if err != nil {
		return fmt.Errorf("put API key %s of %s: %w", k.Name, k.Brand, err)
	}
	return nil
}

// Key implements gateway.Store.
func (s *Store) Key(ctx context.Context, hash string) (gateway.Key, error) {
	var k gateway.Key
	var scopes []byte
	var created int64
	err := s.read.one(ctx, readAPIKey, []any{&k.Brand, &k.Name, &k.Hash, &scopes, &created}, hash)
	if err == nil {
		err = json.Unmarshal(scopes, &k.Scopes)
	}
	if err != nil {
		return gateway.Key{}, fmt.Errorf("find an API key: %w", err)
	}
	k.Created = moment(created)
	return k, nil
}

var (
	addAnswer = both(`insert into answers (brand, key, request, status, type, body, at) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (brand, key) do nothing`)
	readAnswer = both(`select request, status, type, body, at from answers where brand = $1 and key = $2`)
)

// Answer implements gateway.Store.
func (s *Store) Answer(ctx context.Context, brand conversation.BrandID, key string) (gateway.Answer, error) {
	var a gateway.Answer
	var at int64
	err := s.read.one(ctx, readAnswer, []any{&a.Request, &a.Status, &a.Type, &a.Body, &at}, string(brand), key)
	if err != nil {
		return gateway.Answer{}, fmt.Errorf("read an answer of %s: %w", brand, err)
	}
	a.At = moment(at)
	return a, nil
}

// PutAnswer implements gateway.Store.
func (s *Store) PutAnswer(ctx context.Context, brand conversation.BrandID, key string, a gateway.Answer) (gateway.Answer, error) {
	for {
		err := s.write(ctx, func(x *session) error {
			_, err := x.exec(ctx, addAnswer, string(brand), key, a.Request, a.Status, a.Type, nonNil(a.Body), micros(a.At))
			return err
		})
		if err != nil {
			return gateway.Answer{}, fmt.Errorf("keep an answer of %s: %w", brand, err)
		}
		// It may be pruned between the two: then this one is kept.
		kept, err := s.Answer(ctx, brand, key)
		if !errors.Is(err, gateway.ErrNotFound) {
			return kept, err
		}
	}
}
