package gateway

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"strings"

	"github.com/causette/causette/conversation"
)

// The ledger of consents is a chain, one in each brand:
//
//	commitment = HMAC(nonce, personal fields)
//	hash       = HMAC(secret, hash of the row before | seq | public fields | commitment)
//
// Who changes, inserts, removes or moves a row without the installation's secret
// breaks it from there on. Erasure takes away the personal fields with the nonce:
// the commitment then tells nothing, and the chain stays whole.

// MinSecret is how long an installation's secret is at least, in bytes: as long
// as what HMAC-SHA-256 makes with it (RFC 2104, section 3).
const MinSecret = 32

// Secret keys everything that only this installation can have made.
type Secret []byte

// LedgerRow is a row of the ledger as it is stored.
type LedgerRow struct {
	Brand conversation.BrandID
	Seq   int64 // 1, 2, 3 …; 0 is from before there was a chain

	Medium  conversation.Medium
	Purpose conversation.Purpose
	State   conversation.ConsentState
	Source  string
	Promise string // JSON, "" for none
	Rule    conversation.Rule
	At      int64 // microseconds since 1970

	// What erasure takes away.
	Customer conversation.CustomerID
	Event    conversation.EventID
	Ordinal  int
	Wording  string
	Evidence string // JSON, "" for none
	Nonce    string // hex

	Commitment string // hex
	Hash       string // hex
}

// LedgerHead is the end of a brand's chain.
type LedgerHead struct {
	Seq       int64
	Hash      string
	Seal      string // "" before the first row
	Unchained int64  // rows from before there was a chain
}

// Next makes row the next one of the chain, and returns the chain's new head. A
// head that was tampered with is not mended by what is written after it.
func (s Secret) Next(h LedgerHead, row *LedgerRow) LedgerHead {
	sealed := s.Sealed(row.Brand, h)
	nonce := make([]byte, sha256.Size)
	_, _ = rand.Read(nonce) // never fails
	row.Nonce = hex.EncodeToString(nonce)
	row.Commitment = row.commit()
	row.Seq = h.Seq + 1
	row.Hash = s.Link(h.Hash, row)
	h.Seq, h.Hash = row.Seq, row.Hash
	if h.Seal = s.Seal(row.Brand, h); !sealed {
		h.Seal = brokenSeal
	}
	return h
}

const brokenSeal = "broken"

// Sealed says that the head is as it was written; before the first row there is
// no seal.
func (s Secret) Sealed(brand conversation.BrandID, h LedgerHead) bool {
	return h.Seal == s.Seal(brand, h) || h.Seal == "" && h.Seq == 0 && h.Hash == ""
}

// Link is the hash of a row that follows another.
func (s Secret) Link(before string, r *LedgerRow) string {
	m := s.mac("ledger")
	put(m, string(r.Brand), before, string(r.Medium), string(r.Purpose), string(r.State), r.Source, r.Promise, string(r.Rule), r.Commitment)
	number(m, r.Seq, r.At)
	return sum(m)
}

// Seal proves a head: what was cut off at a chain's end cannot be hidden by
// pointing at an earlier row.
func (s Secret) Seal(brand conversation.BrandID, h LedgerHead) string {
	m := s.mac("head")
	put(m, string(brand), h.Hash)
	number(m, h.Seq, h.Unchained)
	return sum(m)
}

// Address stands for an address on the list of those who are not written to.
func (s Secret) Address(brand conversation.BrandID, a conversation.Address) string {
	m := s.mac("address")
	put(m, string(brand), strings.TrimPrefix(string(a), "whatsapp:"))
	return sum(m)
}

// Print is how the secret is known again.
func (s Secret) Print() string { return sum(s.mac("print")) }

// Erase takes the personal fields away, and leaves the mark of an erasure that
// only this installation can have made. Nothing of a chained row that its hash
// covers changes.
func (s Secret) Erase(r *LedgerRow) {
	r.Event = s.erased(r)
	r.Customer, r.Ordinal, r.Wording, r.Evidence, r.Nonce = "", 0, "", "", ""
}

// Erased says that the row's personal fields were taken away by an erasure.
func (s Secret) Erased(r *LedgerRow) bool {
	return r.Nonce == "" && r.Customer == "" && r.Ordinal == 0 && r.Wording == "" && r.Evidence == "" && r.Event == s.erased(r)
}

func (s Secret) erased(r *LedgerRow) conversation.EventID {
	m := s.mac("erased")
	put(m, string(r.Brand), r.Hash)
	number(m, r.Seq)
	return conversation.EventID("erased:" + sum(m))
}

// commit binds the row to its personal fields.
func (r *LedgerRow) commit() string {
	nonce, err := hex.DecodeString(r.Nonce)
	if err != nil || len(nonce) != sha256.Size {
		return ""
	}
	m := hmac.New(sha256.New, nonce)
	put(m, string(r.Customer), string(r.Event), r.Wording, r.Evidence)
	number(m, int64(r.Ordinal))
	return sum(m)
}

// Sound says that the row's personal fields are those that it was written with,
// or were erased.
func (s Secret) Sound(r *LedgerRow) bool {
	return r.Nonce != "" && r.Commitment == r.commit() || s.Erased(r)
}

// mac begins a keyed hash of one kind.
func (s Secret) mac(kind string) hash.Hash {
	m := hmac.New(sha256.New, s)
	put(m, kind)
	return m
}

// put adds texts, each with its length: no two lists of texts are the same bytes.
func put(m hash.Hash, list ...string) {
	for _, t := range list {
		number(m, int64(len(t)))
		_, _ = m.Write([]byte(t)) // a hash takes everything
	}
}

func number(m hash.Hash, list ...int64) {
	for _, n := range list {
		_, _ = m.Write(binary.BigEndian.AppendUint64(nil, uint64(n)))
	}
}

func sum(m hash.Hash) string { return hex.EncodeToString(m.Sum(nil)) }
