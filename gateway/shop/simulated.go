package shop

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"strings"

	"github.com/causette/causette/conversation"
)

// Simulated is the demo's shop: a catalogue with its stock, and links to pay
// that lead nowhere. The same job always has the same answer, and stock is not
// used up, so that a replay shows what the first run showed.
type Simulated struct {
	stock map[string]conversation.Line // by SKU; Quantity is what is there
}

// NewSimulated makes a shop of a catalogue, in which Quantity is the stock.
func NewSimulated(catalogue []conversation.Line) *Simulated {
	s := &Simulated{stock: make(map[string]conversation.Line, len(catalogue))}
	for _, l := range catalogue {
		s.stock[l.SKU] = l
	}
	return s
}

// payHost is of a domain that is kept for examples (RFC 2606).
const payHost = "https://lumen.example/payer/"

// Do answers with a link to pay what is in stock, and the names of what is not.
func (s *Simulated) Do(_ context.Context, _ conversation.BrandID, _ conversation.Customer, job conversation.Job) (conversation.Result, error) {
	result := conversation.Result{Job: job.ID, Kind: job.Kind}
	wanted, err := reorder(job)
	if err != nil {
		result.Failed = err.Error()
		return result, nil
	}
	there := 0
	for _, l := range wanted.Lines {
		if have, sold := s.stock[l.SKU]; sold && have.Quantity >= l.Quantity {
			there++
		} else {
			result.OutOfStock = append(result.OutOfStock, l.Name)
		}
	}
	switch {
	case there > 0:
		sum := sha256.Sum256([]byte(job.ID))
		result.Link = payHost + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:5]))
	case len(wanted.Lines) == 0:
		result.Failed = "the order has no lines"
	}
	return result, nil
}
