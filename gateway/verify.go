package gateway

import (
	"context"
	"fmt"

	"github.com/causette/causette/conversation"
)

// LedgerReader reads a brand's ledger; package store satisfies it.
type LedgerReader interface {
	// LedgerHead reads the end of the brand's chain, and how many rows stand
	// outside of it.
	LedgerHead(ctx context.Context, brand conversation.BrandID) (head LedgerHead, outside int64, err error)
	// LedgerRows calls each with the chain's rows from seq on, in their order,
	// until it returns false. It holds a bounded number of them.
	LedgerRows(ctx context.Context, brand conversation.BrandID, from int64, each func(*LedgerRow) bool) error
}

// Break is the first row of a chain that is not as it was written.
type Break struct {
	Seq  int64
	What string // changed, missing, inserted, swapped, truncated, head
	Why  string // a sentence
}

// What a chain may be broken by.
const (
	RowChanged   = "changed"
	RowMissing   = "missing"
	RowInserted  = "inserted"
	RowSwapped   = "swapped"
	EndTruncated = "truncated"
	HeadChanged  = "head"
)

// Proof is what the verification of a brand's ledger came to.
type Proof struct {
	Brand     conversation.BrandID
	Rows      int64 // that are sound
	Erased    int64 // of them: their personal fields were taken away by an erasure
	Unchained int64 // rows from before there was a chain, which nothing proves
	Head      LedgerHead
	Broken    *Break // nil: all is as it was written
}

// Verify walks a brand's chain from its first row, holding a bounded part of it.
// Rows may be written meanwhile: the head is read after them, and what it names
// beyond them is walked too.
func (s Secret) Verify(ctx context.Context, from LedgerReader, brand conversation.BrandID) (Proof, error) {
	p := Proof{Brand: brand}
	fail := func(err error) (Proof, error) { return p, fmt.Errorf("verify the ledger of %s: %w", brand, err) }
	before := "" // the hash of the last sound row
	var broken LedgerRow
	for walked := int64(-1); ; walked = p.Head.Seq {
		rows := p.Rows
		err := from.LedgerRows(ctx, brand, p.Rows+1, func(r *LedgerRow) bool {
			if r.Seq != p.Rows+1 || r.Hash != s.Link(before, r) || !s.Sound(r) {
				broken = *r
				p.Broken = &Break{Seq: p.Rows + 1}
				return false
			}
			if p.Rows++; r.Nonce == "" {
				p.Erased++
			}
			before = r.Hash
			return true
		})
		if err == nil {
			p.Head, p.Unchained, err = from.LedgerHead(ctx, brand)
		}
		if err != nil {
			return fail(err)
		}
		if p.Broken != nil || p.Head.Seq <= p.Rows || p.Rows == rows && walked == p.Head.Seq {
			break
		}
	}
	switch {
	case p.Broken == nil:
		p.Broken = s.ends(brand, p.Head, p.Unchained, p.Rows, before)
	case p.Broken.Seq > p.Head.Seq && s.Sealed(brand, p.Head):
		p.Broken.What, p.Broken.Why = RowInserted, fmt.Sprintf("the chain was written up to row %d and goes on after it", p.Head.Seq)
	default:
		why, err := s.explain(ctx, from, &broken, before, p.Broken.Seq)
		if err != nil {
			return fail(err)
		}
		p.Broken = &why
	}
	return p, nil
}

// ends compares the head with where the sound rows end.
func (s Secret) ends(brand conversation.BrandID, head LedgerHead, outside, rows int64, last string) *Break {
	switch {
	case !s.Sealed(brand, head):
		return &Break{rows, HeadChanged, fmt.Sprintf("the head, which names row %d as the last one, is not as it was written", head.Seq)}
	case head.Seq > rows:
		return &Break{rows + 1, EndTruncated, fmt.Sprintf("the chain was written up to row %d and ends with row %d", head.Seq, rows)}
	case head.Seq < rows:
		return &Break{head.Seq + 1, RowInserted, fmt.Sprintf("the chain was written up to row %d and goes on after it", head.Seq)}
	case head.Hash != last:
		return &Break{rows, HeadChanged, "the head has another hash than the last row"}
	case outside > head.Unchained:
		return &Break{0, RowInserted, fmt.Sprintf("%d rows stand outside of the chain, %d are from before there was one", outside, head.Unchained)}
	case outside < head.Unchained:
		return &Break{0, RowMissing, fmt.Sprintf("%d rows stand outside of the chain, %d were there before there was one", outside, head.Unchained)}
	}
	return nil
}

// explain says what became of the row that should stand at a place: it looks
// once through what follows, whether it stands further on.
func (s Secret) explain(ctx context.Context, from LedgerReader, r *LedgerRow, before string, place int64) (Break, error) {
	if r.Seq < place {
		return Break{r.Seq, RowInserted, fmt.Sprintf("a second row says that it is row %d", r.Seq)}, nil
	}
	var moved *LedgerRow // that stood at the place, or would by its hash
	shifted := int64(0)  // by how many places what follows has moved up
	last := *r
	first := true
	err := from.LedgerRows(ctx, r.Brand, r.Seq, func(next *LedgerRow) bool {
		if first { // the row itself
			first = false
			return true
		}
		if shifted == 0 {
			for k := int64(1); k <= maxShift && last.Seq == r.Seq; k++ {
				if next.Hash == s.Link(last.Hash, at(next, next.Seq+k)) {
					shifted = k
				}
			}
		}
		if next.Hash == s.Link(before, at(next, place)) && s.Sound(next) {
			one := *next
			moved = &one
			return false
		}
		last = *next
		return true
	})
	switch {
	case err != nil:
		return Break{}, err
	case moved != nil && r.Seq > place:
		return Break{place, RowSwapped, fmt.Sprintf("it stands as row %d now", moved.Seq)}, nil
	case moved != nil && shifted > 0:
		return Break{place, RowSwapped, fmt.Sprintf("it was moved behind others: it stands as row %d now", moved.Seq)}, nil
	case moved != nil && s.follows(r, moved, &last):
		return Break{place, RowSwapped, fmt.Sprintf("it changed places with row %d", moved.Seq)}, nil
	case moved != nil:
		return Break{place, RowInserted, fmt.Sprintf("it was put before the row that was written here and that says now that it is row %d", moved.Seq)}, nil
	case r.Seq == place && r.Hash == s.Link(before, r):
		return Break{place, RowChanged, "its personal fields are not those that it was written with"}, nil
	case r.Seq > place && r.Seq-place == 1:
		return Break{place, RowMissing, fmt.Sprintf("row %d follows row %d", r.Seq, place-1)}, nil
	case r.Seq > place:
		return Break{place, RowMissing, fmt.Sprintf("row %d follows row %d: %d rows are missing", r.Seq, place-1, r.Seq-place)}, nil
	case shifted > 0:
		return Break{place, RowMissing, fmt.Sprintf("what follows has moved up by %d", shifted)}, nil
	}
	return Break{place, RowChanged, "it is not the row that was written here"}, nil
}

// maxShift is by how many removed rows what follows may have moved up to be
// recognised as such; beyond it the first of them counts as changed.
const maxShift = 64

// follows says that a row was written at the place where moved stands now;
// beside it is the row that stands before that place now.
func (s Secret) follows(r, moved, beside *LedgerRow) bool {
	before := beside.Hash
	if moved.Seq == r.Seq+1 { // neighbours
		before = moved.Hash
	}
	return r.Hash == s.Link(before, at(r, moved.Seq))
}

// at is a row as it would be at another place.
func at(r *LedgerRow, seq int64) *LedgerRow {
	one := *r
	one.Seq = seq
	return &one
}
