package agents

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/causette/causette/conversation"
)

// Consented is a row of the consents' ledger: what was agreed to or withdrawn,
// and the proof of it.
type Consented struct {
	Medium   conversation.Medium       `json:"medium"`
	Purpose  conversation.Purpose      `json:"purpose"`
	State    conversation.ConsentState `json:"state"`
	Source   string                    `json:"source"`
	Wording  string                    `json:"wording"`
	Evidence map[string]string         `json:"evidence"`
	Promise  *conversation.Promise     `json:"promise"` // how often they were told that they would hear from the brand
	Rule     conversation.Rule         `json:"rule"`
	At       time.Time                 `json:"at"`
	Chain    string                    `json:"chain"` // ChainWhole, ChainBroken; "" from before there was a chain
}

// How a row stands in the ledger's chain.
const (
	ChainWhole  = "whole"  // it is as it was written, and follows the row before
	ChainBroken = "broken" // it proves nothing
)

// ChainStore proves rows of the ledger.
type ChainStore interface {
	ConsentHolds(ctx context.Context, brand conversation.BrandID, seq int64) (bool, error)
}

// maxProven bounds how many rows are proven for one look at them, the newest.
const maxProven = 50

// Consents reads what a customer agreed to and withdrew, newest first.
func (d *Desk) Consents(ctx context.Context, by Agent, brand conversation.BrandID, customer conversation.CustomerID) ([]Consented, error) {
	if err := Allow(by, See, brand); err != nil {
		return nil, err
	}
	ledger, err := d.store.Consents(ctx, brand, customer)
	if err != nil {
		return nil, fmt.Errorf("read consents: %w", err)
	}
	list := make([]Consented, 0, len(ledger))
	for _, r := range slices.Backward(ledger) {
		c := Consented{Medium: r.Medium, Purpose: r.Purpose, State: r.State, Source: r.Source, Wording: r.Wording,
			Evidence: r.Evidence, Promise: r.Promise, Rule: r.Rule, At: r.At}
		if c.Evidence == nil {
			c.Evidence = map[string]string{}
		}
		if r.Seq > 0 && len(list) < maxProven {
			holds, err := d.store.ConsentHolds(ctx, brand, r.Seq)
			if err != nil {
				return nil, fmt.Errorf("prove consents: %w", err)
			}
			if c.Chain = ChainBroken; holds {
				c.Chain = ChainWhole
			}
		}
		list = append(list, c)
	}
	return list, nil
}
