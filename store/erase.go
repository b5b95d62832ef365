package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// An erasure goes in batches, beside the turns: first the answers and errors that
// name the customer, then in one transaction whatever they are found by, with the
// keyed hashes of their addresses on the list of who is not written to, then what
// is kept under their id. Each part does nothing where it was done before, so that
// an erasure that was cut off is begun again.
const (
	eraseBatch  = 50    // messages, with their texts; other rows go ten times as many
	eraseWindow = 5_000 // rows of the log that are looked through at a time
)

var (
	dropAddresses     = both(`delete from addresses where brand = $1 and customer = $2`)
	dropAccounts      = both(`delete from accounts where brand = $1 and customer = $2`)
	dropConversations = both(`delete from conversations where brand = $1 and customer = $2`)
	dropCustomers     = both(`delete from customers where brand = $1 and id = $2`)
	dropTimers        = both(`delete from timers where brand = $1 and customer = $2`)
	dropDesk          = both(`delete from tickets where brand = $1 and customer = $2`)

	pageAnswers  = both(`select key, body from answers where brand = $1 and key > $2 order by key limit $3`)
	emptyAnswers = both(`update answers set body = $3 where brand = $1 and key = any($2)`)
	pagePoison   = both(`select event, body from poison where brand = $1 and event > $2 order by event limit $3`)
	dropPoison   = both(`delete from poison where brand = $1 and event = any($2)`)

	pageMessages = both(`select id, body, media from messages /* indexed by messages_thread */ where brand = $1 and customer = $2 order by id limit $3`)
	dropMessages = both(`delete from messages where brand = $1 and id = any($2)`)
	pageNotes    = both(`select id, body, '' from notes where brand = $1 and customer = $2 order by id limit $3`)
	dropNotes    = both(`delete from notes where brand = $1 and customer = $3 and id = any($2)`)

	logBounds = both(`select coalesce(min(seq), 0), coalesce(max(seq), 0) from events where brand = $1`)
	emptyLog  = both(`update events set payload = '{}' where brand = $1 and seq > $2 and seq <= $3 and customer = $4 and payload <> '{}'`)

	consentsOf    = both(`select ` + ledgerColumns + ` from consents where brand = $1 and customer = $2 order by event, ordinal limit $3`)
	eraseConsents = rows(
		`update consents t set customer = '', event = u.erased, ordinal = 0, wording = '', evidence = '', nonce = ''
			from unnest($3::text[], $4::integer[], $5::text[]) as u(event, ordinal, erased)
			where t.brand = $1 and t.customer = $2 and t.event = u.event and t.ordinal = u.ordinal`,
		`update consents set customer = '', event = $5, ordinal = 0, wording = '', evidence = '', nonce = ''
			where brand = $1 and customer = $2 and event = $3 and ordinal = $4`)
	closeRequests = both(`update privacy_requests set customer = '' where brand = $1 and customer = $2 and status = 'done'`)
)

// Why a customer goes: they asked, or nothing happened to them for long.
const (
	erasure   = "erasure"
	retention = "retention"
)

// EraseCustomer implements agents.PrivacyStore.
func (s *Store) EraseCustomer(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID, source string) error {
	err := s.erase(ctx, brand, customer, source, true)
	if err == nil && source == erasure {
		err = s.scrub(ctx)
	}
	if err != nil {
		return fmt.Errorf("erase a customer of %s: %w", brand, err)
	}
	return nil
}

// erase removes a customer. Where nothing happened to them since the log and the
// answers begin, these need not be looked through.
func (s *Store) erase(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID, source string, logged bool) error {
	for {
		err := s.eraseNamed(ctx, brand, customer, source, logged)
		if err == nil {
			break
		}
		var heir *heirError
		if !errors.As(err, &heir) {
			return err
		}
		customer = heir.customer
	}
	ids, err := s.former(ctx, brand, customer)
	for _, id := range ids {
		if err == nil {
			err = s.eraseRows(ctx, brand, conversation.CustomerID(id))
		}
		if err == nil && logged {
			err = s.eraseLog(ctx, brand, conversation.CustomerID(id))
		}
	}
	if err == nil && len(ids) > 1 { // last: an erasure that was cut off finds them again
		err = s.write(ctx, func(x *session) error { return x.put(ctx, dropMerged, string(brand), string(customer)) })
	}
	return err
}

// heirError says that a customer turned out to be another, who is meant now.
type heirError struct{ customer conversation.CustomerID }

func (e *heirError) Error() string { return "the customer is now " + string(e.customer) }

// eraseNamed removes whatever the customer is found by.
func (s *Store) eraseNamed(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID, source string, logged bool) error {
	c, err := s.Conversation(ctx, brand, gateway.Who{Customer: customer})
	if errors.Is(err, gateway.ErrNotFound) {
		return nil // that was done before
	}
	if err != nil {
		return err
	}
	if c.Customer.ID != customer {
		return &heirError{c.Customer.ID}
	}
	addresses, err := s.read.list(ctx, findCustomerAddresses, string(brand), string(customer))
	if err != nil {
		return err
	}
	ids, err := s.former(ctx, brand, customer)
	if err != nil {
		return err
	}
	names := namesOf(&c.Customer, addresses)
	for _, id := range ids[1:] {
		names = append(names, []byte(id))
	}
	if !logged {
		names = nil
	}
	if err := s.eraseNaming(ctx, brand, names); err != nil {
		return err
	}
	for {
		err := s.detach(ctx, brand, customer, source)
		if errors.Is(err, gateway.ErrTransient) && ctx.Err() == nil {
			continue
		}
		if err != nil {
			return err
		}
		return s.eraseNaming(ctx, brand, names) // of what was answered meanwhile
	}
}

// namesOf is what a text holds that names the customer.
func namesOf(c *conversation.Customer, addresses []string) [][]byte {
	names := [][]byte{[]byte(c.ID)}
	for _, a := range append(addresses, string(c.Phone), c.Email) {
		if a = strings.TrimPrefix(strings.TrimPrefix(a, "whatsapp:"), "lid:"); a != "" {
			names = append(names, []byte(strings.TrimPrefix(a, "+")))
		}
	}
	for _, a := range c.Accounts { // short ones stand in many a number
		names = append(names, []byte(`"`+a+`"`))
	}
	return names
}

// eraseNaming empties answers to idempotency keys that name the customer: the
// keys stay, so that nothing is done twice. Events that failed go altogether.
func (s *Store) eraseNaming(ctx context.Context, brand conversation.BrandID, names [][]byte) error {
	if len(names) == 0 {
		return nil
	}
	for _, kind := range []struct {
		page, end *statement
		args      []any
	}{{pageAnswers, emptyAnswers, []any{[]byte{}}}, {pagePoison, dropPoison, nil}} {
		after := ""
		for {
			n := 0
			var keys []string
			err := s.read.query(ctx, kind.page, func(scan scanner) error {
				var body []byte
				err := scan(&after, &body)
				if n++; slices.ContainsFunc(names, func(name []byte) bool { return bytes.Contains(body, name) }) {
					keys = append(keys, after)
				}
				return err
			}, string(brand), after, 10*eraseBatch)
			if err == nil && len(keys) > 0 {
				err = s.write(ctx, func(x *session) error {
					return x.put(ctx, kind.end, append([]any{string(brand), keys}, kind.args...)...)
				})
			}
			if err != nil {
				return err
			}
			if n < 10*eraseBatch {
				break
			}
		}
	}
	return nil
}

// detach takes the customer away from whatever finds them, in one transaction
// with the list of who is not written to, unless a message is on its way to them:
// then nothing follows it, and what becomes of it is waited for.
func (s *Store) detach(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID, source string) error {
	var flying *gateway.InFlightError
	var head *int64
	of := []any{string(brand), string(customer)}
	err := s.Group(ctx, gateway.GroupID(uuid.NewString()), []conversation.BrandID{brand}, func(g gateway.Tx) error {
		t := g.(*tx)
		if _, err := t.list(ctx, lockCustomerAccounts, of...); err != nil { // before customers, as every transaction
			return err
		}
		rows, err := t.Lock(ctx, brand, []gateway.Who{{Customer: customer}})
		if err != nil || rows[0] == nil {
			return err
		}
		row := rows[0]
		if heir := row.Conversation.Customer.ID; heir != customer {
			return &heirError{heir}
		}
		cancel := gateway.Writes{Cancels: []gateway.Withdrawal{{Customer: customer, Scope: conversation.CancelAll, Rule: "privacy.erased"}}}
		if f := row.Flight; f != nil && t.Now().Before(f.Lease) {
			flying = &gateway.InFlightError{Until: f.Lease}
			return errors.Join(t.Write(ctx, brand, cancel), t.put(ctx, dropTimers, of...))
		}
		addresses, err := t.list(ctx, findCustomerAddresses, of...)
		if err != nil {
			return err
		}
		if err := t.suppress(ctx, t.secret, brand, suppressionsLeft(&row.Conversation, addresses, source, t)); err != nil {
			return err
		}
		for _, st := range []*statement{dropAddresses, dropAccounts, dropTimers, dropDesk, dropConversations, dropCustomers} {
			if err := t.put(ctx, st, of...); err != nil {
				return err
			}
		}
		head, err = t.Append(ctx, brand, []gateway.Entry{{Type: "customer.erased", Customer: customer, Payload: []byte("{}"), At: t.Now()}})
		return err
	})
	switch {
	case err != nil:
		return err
	case flying != nil:
		return flying
	case head != nil:
		return s.Notify(ctx, map[conversation.BrandID]int64{brand: *head})
	}
	return nil
}

// suppressionsLeft is what stays on the list of somebody who is not known any
// more: what they withdrew, and after an erasure marketing on every medium.
func suppressionsLeft(c *conversation.Conversation, addresses []string, source string, t *tx) []gateway.Suppression {
	var list []gateway.Suppression
	for _, a := range addresses {
		for _, m := range []conversation.Medium{conversation.SMS, conversation.WhatsApp} {
			for _, p := range []conversation.Purpose{conversation.Marketing, conversation.Transactional} {
				s := gateway.Suppression{Address: conversation.Address(a), Medium: m, Purpose: p, Source: source}
				for _, standing := range c.Customer.Consents {
					if standing.Medium == m && standing.Purpose == p && standing.State == conversation.Withdrawn {
						s.At = standing.At
					}
				}
				if s.At.IsZero() && (p == conversation.Transactional && c.Customer.Silenced || p == conversation.Marketing && (source == erasure || c.Customer.Suspended)) {
					s.At = t.Now()
				}
				if !s.At.IsZero() {
					list = append(list, s)
				}
			}
		}
	}
	return list
}

// eraseRows removes what is kept under the customer's id.
func (s *Store) eraseRows(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID) error {
	of := []any{string(brand), string(customer)}
	for {
		list, err := s.said(ctx, pageMessages, append(of, eraseBatch)...)
		if err == nil {
			err = s.dropSaid(ctx, brand, list, dropMessages)
		}
		if err != nil {
			return err
		}
		if len(list) < eraseBatch {
			break
		}
	}
	for {
		list, err := s.said(ctx, pageNotes, append(of, eraseBatch)...)
		if err == nil {
			err = s.dropSaid(ctx, brand, list, dropNotes, string(customer))
		}
		if err != nil {
			return err
		}
		if len(list) < eraseBatch {
			break
		}
	}
	for i := range personal {
		if h := &personal[i]; !h.stays {
			if err := s.dropAll(ctx, drops[h.table], append(of, 10*eraseBatch)...); err != nil {
				return err
			}
		}
	}
	if err := s.dropTexts(ctx, brand, customer); err != nil {
		return err
	}
	if err := s.eraseConsents(ctx, brand, customer); err != nil {
		return err
	}
	return s.write(ctx, func(x *session) error { return x.put(ctx, closeRequests, of...) })
}

// drops is how each table's rows go in batches.
var drops = func() map[string]*statement {
	list := make(map[string]*statement, len(personal))
	for i := range personal {
		list[personal[i].table] = personal[i].drop()
	}
	return list
}()

// dropAll runs a deletion with a limit until it finds nothing.
func (s *Store) dropAll(ctx context.Context, st *statement, args ...any) error {
	for {
		var n int64
		err := s.write(ctx, func(x *session) (err error) {
			n, err = x.exec(ctx, st, args...)
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

// eraseConsents takes the personal fields out of the ledger's rows. The rows and
// their hashes stay: the chain is whole.
func (s *Store) eraseConsents(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID) error {
	secret, err := s.Secret(ctx)
	for err == nil {
		var events, erased []string
		var ordinals []int64
		err = s.read.query(ctx, consentsOf, func(scan scanner) error {
			r, err := scanLedger(scan, brand)
			events, ordinals = append(events, string(r.Event)), append(ordinals, int64(r.Ordinal))
			if secret.Erase(&r); r.Seq <= 0 { // nothing proves it, and nothing may stand for two
				r.Event = conversation.EventID("erased:" + uuid.NewString())
			}
			erased = append(erased, string(r.Event))
			return err
		}, string(brand), string(customer), 10*eraseBatch)
		if err != nil || len(events) == 0 {
			return err
		}
		err = s.write(ctx, func(x *session) error {
			return x.put(ctx, eraseConsents, string(brand), string(customer), events, ordinals, erased)
		})
	}
	return err
}

// eraseLog empties what the log tells of the customer. Its rows stay: the log has
// no gaps.
func (s *Store) eraseLog(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID) error {
	var first, last int64
	if err := s.read.one(ctx, logBounds, []any{&first, &last}, string(brand)); err != nil {
		return err
	}
	for from := first - 1; from < last; from += eraseWindow {
		err := s.write(ctx, func(x *session) error {
			return x.put(ctx, emptyLog, string(brand), from, from+eraseWindow, string(customer))
		})
		if err != nil {
			return err
		}
	}
	return nil
}
