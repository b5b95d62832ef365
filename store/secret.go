package store

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/causette/causette/gateway"
)

var (
	readSecret = both(`select secret, secret_print from installation for update`)
	keepSecret = both(`update installation set secret = $1, secret_print = $2`)
	anyKeyed   = both(`select (select count(*) from brands where chained > 0) + (select count(*) from (select 1 from suppressions limit 1) s)`)
)

// ErrSecret says that the installation's secret is not the one with which its
// database was begun: with another one nothing of the ledger could be proved, and
// nobody would be found on the list of those who are not written to.
var ErrSecret = errors.New("this is not the secret that the database was begun with: put that one back as secret: in the configuration")

// Secret is the installation's: the one that was given at open, else one that is
// made once and kept in the database.
func (s *Store) Secret(ctx context.Context) (gateway.Secret, error) {
	if kept := s.secret.Load(); kept != nil {
		return *kept, nil
	}
	var secret gateway.Secret
	err := s.transact(ctx, func(x *session) (err error) {
		secret, err = x.secretOf(ctx, s.given)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the installation's secret: %w", err)
	}
	s.secret.Store(&secret)
	return secret, nil
}

func (x *session) secretOf(ctx context.Context, given gateway.Secret) (gateway.Secret, error) {
	var kept, print string
	if err := x.one(ctx, readSecret, []any{&kept, &print}); err != nil {
		return nil, err
	}
	own := gateway.Secret(kept) // as it is written: so it may move into the configuration
	switch {
	case len(given) == 0 && kept == "" && print != "":
		return nil, fmt.Errorf("%w: there is none", ErrSecret)
	case len(given) == 0 && kept == "":
		random := make([]byte, gateway.MinSecret)
		_, _ = rand.Read(random) // never fails
		own = gateway.Secret(hex.EncodeToString(random))
		return own, x.put(ctx, keepSecret, string(own), own.Print())
	case len(given) == 0 && own.Print() != print:
		return nil, fmt.Errorf("%w: the one in the database was changed", ErrSecret)
	case len(given) == 0:
		return own, nil
	case given.Print() == print && kept == "":
		return given, nil
	case given.Print() != print && print != "":
		var keyed int
		if err := x.one(ctx, anyKeyed, []any{&keyed}); err != nil {
			return nil, err
		}
		switch {
		case keyed > 0 && kept != "":
			return nil, fmt.Errorf("%w: the database keeps it itself (select secret from installation)", ErrSecret)
		case keyed > 0:
			return nil, ErrSecret
		}
	}
	return given, x.put(ctx, keepSecret, "", given.Print())
}
