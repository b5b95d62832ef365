package api

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Scope is one thing that a key may do.
type Scope string

// Scopes of keys.
const (
	PromptsWrite      Scope = "prompts:write"
	PromptsRead       Scope = "prompts:read"
	BulkWrite         Scope = "bulk:write"
	BulkRead          Scope = "bulk:read"
	EventsWrite       Scope = "events:write"
	CustomersWrite    Scope = "customers:write"
	CustomersRead     Scope = "customers:read"
	ConsentsWrite     Scope = "consents:write"
	ConsentsRead      Scope = "consents:read"
	ConversationsRead Scope = "conversations:read"
	ReportsRead       Scope = "reports:read"
)

// Scopes lists every scope.
func Scopes() []Scope {
	return []Scope{PromptsWrite, PromptsRead, BulkWrite, BulkRead, EventsWrite, CustomersWrite, CustomersRead,
		ConsentsWrite, ConsentsRead, ConversationsRead, ReportsRead}
}

func parseScopes(names []string) ([]Scope, error) {
	if len(names) == 0 {
		return Scopes(), nil
	}
	var scopes []Scope
	for _, name := range names {
		if !slices.Contains(Scopes(), Scope(name)) {
			known := make([]string, 0, len(Scopes()))
			for _, s := range Scopes() {
				known = append(known, string(s))
			}
			return nil, fmt.Errorf("there is no scope %q%s; choose among %s", name, gateway.Suggest(name, known), strings.Join(known, ", "))
		}
		if !slices.Contains(scopes, Scope(name)) {
			scopes = append(scopes, Scope(name))
		}
	}
	return scopes, nil
}

const (
	keyPrefix = "ck_" // so that scanners of leaked secrets can know it
	keyBytes  = 32
	base62    = 62 // the alphabet of big.Int.Text: 0-9 a-z A-Z
	keyDigits = 43 // of 32 bytes in base 62
)

// NewKey mints a key of a brand; no scope means all of them. The secret is shown
// once; the Key that is to be stored holds its hash only. An unknown scope is an
// error that lists the known ones.
func NewKey(brand conversation.BrandID, name string, scopes []string) (secret string, k gateway.Key, err error) {
	checked, err := parseScopes(scopes)
	if err != nil {
		return "", gateway.Key{}, err
	}
	var bytes [keyBytes]byte
	_, _ = rand.Read(bytes[:]) // never fails (crypto/rand)
	digits := new(big.Int).SetBytes(bytes[:]).Text(base62)
	secret = keyPrefix + strings.Repeat("0", keyDigits-len(digits)) + digits
	k = gateway.Key{Brand: brand, Name: name, Hash: hash(secret), Created: time.Now().UTC()}
	for _, s := range checked {
		k.Scopes = append(k.Scopes, string(s))
	}
	return secret, k, nil
}

// hash is the hex sha256 of a secret. A secret of 256 random bits needs no salt
// and no slowness.
func hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// authenticate finds the key of a request and checks its scope.
func (a *API) authenticate(r *http.Request, scope Scope) (gateway.Key, error) {
	kind, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	secret = strings.TrimSpace(secret)
	if !strings.EqualFold(kind, "Bearer") || len(secret) != len(keyPrefix)+keyDigits || !strings.HasPrefix(secret, keyPrefix) {
		return gateway.Key{}, errNoKey
	}
	sum := hash(secret)
	key, err := a.store.Key(r.Context(), sum)
	switch {
	case errors.Is(err, gateway.ErrNotFound):
		return gateway.Key{}, errNoKey
	case err != nil:
		return gateway.Key{}, fmt.Errorf("find key: %w", err)
	case subtle.ConstantTimeCompare([]byte(key.Hash), []byte(sum)) != 1:
		return gateway.Key{}, errNoKey
	}
	if !slices.Contains(key.Scopes, string(scope)) {
		return gateway.Key{}, problem("missing_scope", fmt.Sprintf("it needs the scope %s; make a key that has it: causette key add --scope %s", scope, scope))
	}
	return key, nil
}

var errNoKey = problem("unauthorized", "send Authorization: Bearer ck_…; causette key add makes a key")
