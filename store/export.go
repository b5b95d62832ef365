package store

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// exportFormat names the form of the document, for programs that read it.
const exportFormat = "causette.customer/1"

// ExportCustomer implements agents.PrivacyStore: one JSON object with a list for
// each table that holds something of the customer, row by row. Each list is as it
// was when it was written.
func (s *Store) ExportCustomer(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID, w io.Writer) error {
	c, err := s.Conversation(ctx, brand, gateway.Who{Customer: customer})
	if err != nil {
		return fmt.Errorf("export a customer: %w", err)
	}
	customer = c.Customer.ID
	ids, err := s.former(ctx, brand, customer)
	if err != nil {
		return fmt.Errorf("export a customer: %w", err)
	}
	out := bufio.NewWriter(w)
	head, err := json.Marshal(map[string]any{"format": exportFormat, "brand": brand, "customer": customer, "exported": s.read.clock().UTC()})
	if err != nil {
		return fmt.Errorf("export a customer: %w", err)
	}
	_, _ = out.Write(head[:len(head)-1]) // a writer keeps its error for Flush
	for i := range personal {
		h := &personal[i]
		if h.section == "" {
			continue
		}
		fmt.Fprintf(out, ",\n%q:[", h.section)
		first := true
		write := func(row map[string]any) error {
			text, err := json.Marshal(row)
			if err != nil {
				return err
			}
			if !first {
				_ = out.WriteByte(',')
			}
			first = false
			_ = out.WriteByte('\n')
			_, err = out.Write(text)
			return err
		}
		for i, id := range ids {
			if i > 0 && h.merges != remains {
				break
			}
			if err := s.exportRows(ctx, brand, conversation.CustomerID(id), h, write); err != nil {
				return fmt.Errorf("export %s of a customer: %w", h.table, err)
			}
		}
		_ = out.WriteByte(']')
	}
	suppressed, err := s.suppressionsOf(ctx, brand, c)
	if err != nil {
		return fmt.Errorf("export a customer: %w", err)
	}
	text, err := json.Marshal(suppressed)
	if err != nil {
		return fmt.Errorf("export a customer: %w", err)
	}
	fmt.Fprintf(out, ",\n\"suppressions\":%s}\n", text)
	if err := out.Flush(); err != nil {
		return fmt.Errorf("export a customer: %w", err)
	}
	return nil
}

// exportRows reads a customer's rows of one table, as what a person reads: times
// as such, JSON as objects, without what is empty.
func (s *Store) exportRows(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID, h *holding, each func(map[string]any) error) error {
	text := h.rows().postgres
	if s.engine == sqliteEngine {
		text = h.rows().sqlite
	}
	rows, err := s.db.QueryContext(ctx, text, string(brand), string(customer))
	if err != nil {
		return classify(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return classify(err)
	}
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return classify(err)
		}
		row := make(map[string]any, len(columns))
		for i, name := range columns {
			if v := h.shown(name, values[i]); v != nil && name != "brand" {
				row[name] = v
			}
		}
		if err := each(row); err != nil {
			return err
		}
	}
	return classify(rows.Err())
}

// shown is a value as the export has it; nil for nothing.
func (h *holding) shown(column string, v any) any {
	if b, ok := v.([]byte); ok && utf8.Valid(b) {
		v = string(b)
	}
	switch t := v.(type) {
	case string:
		switch {
		case t == "":
			return nil
		case slices.Contains(h.objects, column) && json.Valid([]byte(t)):
			return json.RawMessage(t)
		}
	case int64:
		switch {
		case slices.Contains(h.times, column) && (t <= 0 || t == math.MaxInt64):
			return nil
		case slices.Contains(h.times, column):
			return moment(t)
		}
	}
	return v
}

// suppressionsOf is what the customer's addresses stand on the list for.
func (s *Store) suppressionsOf(ctx context.Context, brand conversation.BrandID, c conversation.Conversation) ([]map[string]any, error) {
	secret, err := s.Secret(ctx)
	if err != nil {
		return nil, err
	}
	addresses, err := s.read.list(ctx, findCustomerAddresses, string(brand), string(c.Customer.ID))
	if err != nil {
		return nil, err
	}
	hashes := map[string]string{}
	for _, a := range addresses {
		hashes[secret.Address(brand, conversation.Address(a))] = strings.TrimPrefix(a, "whatsapp:")
	}
	list := []map[string]any{}
	err = s.read.query(ctx, findSuppressed, func(scan scanner) error {
		var hash, medium, purpose string
		var at int64
		err := scan(&hash, &medium, &purpose, &at)
		list = append(list, map[string]any{"address": hashes[hash], "medium": medium, "purpose": purpose, "at": moment(at)})
		return err
	}, string(brand), slices.Sorted(maps.Keys(hashes)))
	return list, err
}

var (
	findCustomerAddresses = both(`select address from addresses where brand = $1 and customer = $2 order by address`)
	lockCustomerAccounts  = both(`select account from accounts where brand = $1 and customer = $2 order by account for update`)
)

// list reads one column of texts.
func (x *session) list(ctx context.Context, s *statement, args ...any) ([]string, error) {
	var list []string
	err := x.query(ctx, s, func(scan scanner) error {
		var text string
		err := scan(&text)
		list = append(list, text)
		return err
	}, args...)
	return list, err
}
