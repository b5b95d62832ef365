package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

const ledgerColumns = `seq, medium, purpose, state, source, promise, rule, at, customer, event, ordinal, wording, evidence, nonce, commitment, hash`

var (
	addConsents = insert("consents", `customer text, event text, ordinal integer, medium text, purpose text, state text,
		source text, wording text, evidence text, promise text, rule text, at bigint, seq bigint, nonce text, commitment text, hash text`, "")
	ledger = both(`select customer, event, ordinal, seq, medium, purpose, state, source, wording, evidence, promise, rule, at
		from consents where brand = $1 and customer = any($2) order by at, event, ordinal`)

	// takeSeq with the chain's head, which whoever writes next waits for.
	takeChained   = both(`update brands set seq = seq + $2 where brand = $1 returning seq, chained, chain_hash, chain_seal, unchained`)
	moveHead      = both(`update brands set chained = $2, chain_hash = $3, chain_seal = $4 where brand = $1`)
	readChainHead = both(`select chained, chain_hash, chain_seal, unchained from brands where brand = $1`)
	outside       = both(`select count(*) from consents where brand = $1 and seq <= 0`)
	lastChained   = both(`select seq, hash from consents where brand = $1 and seq > 0 order by seq desc limit 1`)
	readChain     = both(`select ` + ledgerColumns + ` from consents where brand = $1 and seq > 0 and seq >= $2 and (seq > $2 or event > $3)
		order by seq, event limit $4`)
	ledgerBrands = both(`select brand from brands order by brand`)
)

// keepConsents keeps rows for Append, which locks the brand's row: only there
// does the next place in the chain stand fast, and a turn without consents pays
// nothing for it.
func (t *tx) keepConsents(brand conversation.BrandID, c []gateway.ConsentRow) error {
	for i := range c {
		r := &c[i]
		row := gateway.LedgerRow{
			Brand: brand, Medium: r.Medium, Purpose: r.Purpose, State: r.State, Source: r.Source, Rule: r.Rule, At: micros(r.At),
			Customer: r.Customer, Event: r.Event, Ordinal: r.Ordinal, Wording: r.Wording,
		}
		var err error
		if len(r.Evidence) > 0 {
			row.Evidence, err = encode(r.Evidence)
		}
		if err == nil && r.Promise != nil {
			row.Promise, err = encode(r.Promise)
		}
		if err != nil {
			return err
		}
		if t.consents == nil {
			t.consents = make(map[conversation.BrandID][]gateway.LedgerRow)
		}
		t.consents[brand] = append(t.consents[brand], row)
	}
	return nil
}

// chain locks the brand's row, takes n numbers of its log, and makes the rows
// that were kept the next ones of its chain.
func (t *tx) chain(ctx context.Context, brand conversation.BrandID, n int) (last int64, err error) {
	var head gateway.LedgerHead
	err = t.one(ctx, takeChained, []any{&last, &head.Seq, &head.Hash, &head.Seal, &head.Unchained}, string(brand), n)
	if err == nil && !t.secret.Sealed(brand, head) {
		// Somebody changed it: opt-outs are written all the same, behind what is
		// there, and the head stays as broken as it is.
		if e := t.one(ctx, lastChained, []any{&head.Seq, &head.Hash}, string(brand)); e != nil && !errors.Is(e, gateway.ErrNotFound) {
			err = e
		}
	}
	if err != nil {
		return 0, err
	}
	list := t.consents[brand]
	delete(t.consents, brand)
	for i := range list {
		head = t.secret.Next(head, &list[i])
	}
	type row = gateway.LedgerRow
	err = t.put(ctx, addConsents, string(brand),
		texts(list, func(r row) conversation.CustomerID { return r.Customer }),
		texts(list, func(r row) conversation.EventID { return r.Event }),
		numbers(list, func(r row) int { return r.Ordinal }),
		texts(list, func(r row) conversation.Medium { return r.Medium }),
		texts(list, func(r row) conversation.Purpose { return r.Purpose }),
		texts(list, func(r row) conversation.ConsentState { return r.State }),
		texts(list, func(r row) string { return r.Source }),
		texts(list, func(r row) string { return r.Wording }),
		texts(list, func(r row) string { return r.Evidence }),
		texts(list, func(r row) string { return r.Promise }),
		texts(list, func(r row) conversation.Rule { return r.Rule }),
		numbers(list, func(r row) int64 { return r.At }),
		numbers(list, func(r row) int64 { return r.Seq }),
		texts(list, func(r row) string { return r.Nonce }),
		texts(list, func(r row) string { return r.Commitment }),
		texts(list, func(r row) string { return r.Hash }))
	if err != nil {
		return 0, err
	}
	return last, t.put(ctx, moveHead, string(brand), head.Seq, head.Hash, head.Seal)
}

// chainRest writes the consents of a group that appended nothing to the log after them.
func (t *tx) chainRest(ctx context.Context, brands []conversation.BrandID) error {
	for _, b := range brands {
		if len(t.consents[b]) == 0 {
			continue
		}
		if _, err := t.chain(ctx, b, 0); err != nil {
			return t.fail("write consents", b, err)
		}
	}
	return nil
}

// Consents implements gateway.Store.
func (s *Store) Consents(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID) ([]gateway.ConsentRow, error) {
	var list []gateway.ConsentRow
	ids, err := s.former(ctx, brand, customer)
	if err != nil {
		return nil, err
	}
	err = s.read.query(ctx, ledger, func(scan scanner) error {
		var r gateway.ConsentRow
		var evidence, promise string
		var at int64
		err := scan(&r.Customer, &r.Event, &r.Ordinal, &r.Seq, &r.Medium, &r.Purpose, &r.State,
			&r.Source, &r.Wording, &evidence, &promise, &r.Rule, &at)
		if err == nil && evidence != "" {
			err = json.Unmarshal([]byte(evidence), &r.Evidence)
		}
		if err == nil && promise != "" {
			err = json.Unmarshal([]byte(promise), &r.Promise)
		}
		r.At = moment(at)
		list = append(list, r)
		return err
	}, string(brand), ids)
	if err != nil {
		return nil, fmt.Errorf("read consents of %s: %w", brand, err)
	}
	return list, nil
}

var _ gateway.LedgerReader = (*Store)(nil)

// LedgerBrands lists the brands that have a ledger.
func (s *Store) LedgerBrands(ctx context.Context) ([]conversation.BrandID, error) {
	var list []conversation.BrandID
	err := s.read.query(ctx, ledgerBrands, func(scan scanner) error {
		var b conversation.BrandID
		err := scan(&b)
		list = append(list, b)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list the brands: %w", err)
	}
	return list, nil
}

// LedgerHead implements gateway.LedgerReader.
func (s *Store) LedgerHead(ctx context.Context, brand conversation.BrandID) (head gateway.LedgerHead, unchained int64, err error) {
	err = s.read.one(ctx, readChainHead, []any{&head.Seq, &head.Hash, &head.Seal, &head.Unchained}, string(brand))
	if err == nil {
		err = s.read.one(ctx, outside, []any{&unchained}, string(brand))
	}
	if err != nil {
		return head, 0, fmt.Errorf("read the head of the ledger of %s: %w", brand, err)
	}
	return head, unchained, nil
}

// ConsentHolds implements agents.ChainStore.
func (s *Store) ConsentHolds(ctx context.Context, brand conversation.BrandID, seq int64) (bool, error) {
	secret, err := s.Secret(ctx)
	if err != nil {
		return false, err
	}
	return secret.Holds(ctx, s, brand, seq)
}

func scanLedger(scan scanner, brand conversation.BrandID) (gateway.LedgerRow, error) {
	r := gateway.LedgerRow{Brand: brand}
	err := scan(&r.Seq, &r.Medium, &r.Purpose, &r.State, &r.Source, &r.Promise, &r.Rule, &r.At,
		&r.Customer, &r.Event, &r.Ordinal, &r.Wording, &r.Evidence, &r.Nonce, &r.Commitment, &r.Hash)
	return r, err
}

// ledgerPage is how many rows of a ledger are held at a time.
const ledgerPage = 1000

// LedgerRows implements gateway.LedgerReader.
func (s *Store) LedgerRows(ctx context.Context, brand conversation.BrandID, from int64, each func(*gateway.LedgerRow) bool) error {
	after := ""
	for {
		page := make([]gateway.LedgerRow, 0, ledgerPage)
		err := s.read.query(ctx, readChain, func(scan scanner) error {
			r, err := scanLedger(scan, brand)
			page = append(page, r)
			return err
		}, string(brand), from, after, ledgerPage)
		if err != nil {
			return fmt.Errorf("read the ledger of %s: %w", brand, err)
		}
		for i := range page {
			if !each(&page[i]) {
				return nil
			}
		}
		if len(page) < ledgerPage {
			return nil
		}
		last := page[len(page)-1]
		from, after = last.Seq, string(last.Event)
	}
}
