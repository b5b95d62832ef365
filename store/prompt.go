package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

var (
	addPrompts = insert("prompts", `id text, customer text, status text, campaign text, code text, request text, verdict text, merged text, created bigint, changed bigint`,
		"on conflict (brand, id) do update set status = excluded.status, code = excluded.code, verdict = excluded.verdict, merged = excluded.merged, changed = excluded.changed")
	changePrompts = update("prompts", "id text", "status text, code text, verdict text, merged text, changed bigint")
	readPrompt    = both(`select id, customer, status, request, verdict, merged, created, changed from prompts where brand = $1 and id = $2`)
	readPrompts   = both(`select id, customer, status, request, verdict, merged, created, changed from prompts where brand = $1 and id = any($2)`)
	promptThread  = both(`select ` + storedColumns + `
		from messages /* indexed by messages_prompt */ where brand = $1 and prompt = $2 and prompt <> '' order by id limit $3`)
	// What was said last of each.
	deliveries = pair(
		`select u.id, m.id, m.medium, m.status from unnest($2::text[]) u(id)
		 cross join lateral (select * from messages x where x.brand = $1 and x.prompt = u.id and x.prompt <> '' order by x.id desc limit 1) m`,
		`select r.prompt, m.id, m.medium, m.status from (select value as prompt, (
			select x.id from messages x /* indexed by messages_prompt */ where x.brand = $1 and x.prompt = value and x.prompt <> ''
			order by x.id desc limit 1) as newest from json_each($2)) r
		 cross join messages m on m.brand = $1 and m.id = r.newest`)
)

// writePrompts adds the prompts that the turns saw first, and changes the others.
func (t *tx) writePrompts(ctx context.Context, brand conversation.BrandID, p []gateway.PromptRow) error {
	type row = gateway.PromptRow
	var added, changed []row
	for _, r := range p {
		if r.New() {
			added = append(added, r)
		} else {
			changed = append(changed, r)
		}
	}
	if len(added) > 0 {
		requests, err := encoded(added, func(r row) any { return r.Request })
		if err != nil {
			return err
		}
		verdicts, err := encoded(added, func(r row) any { return r.Verdict })
		if err != nil {
			return err
		}
		err = t.put(ctx, addPrompts, string(brand),
			texts(added, func(r row) string { return r.ID }),
			texts(added, func(r row) conversation.CustomerID { return r.Customer }),
			texts(added, func(r row) conversation.PromptStatus { return r.Status }),
			texts(added, func(r row) string { return r.Request.Campaign }),
			texts(added, refusal),
			requests, verdicts,
			texts(added, func(r row) string { return r.Into }),
			moments(added, func(r row) time.Time { return r.Created }),
			moments(added, func(r row) time.Time { return r.Changed }))
		if err != nil {
			return err
		}
	}
	if len(changed) == 0 {
		return nil
	}
	verdicts, err := encoded(changed, func(r row) any { return r.Verdict })
	if err != nil {
		return err
	}
	return t.put(ctx, changePrompts, string(brand),
		texts(changed, func(r row) string { return r.ID }),
		texts(changed, func(r row) conversation.PromptStatus { return r.Status }),
		texts(changed, refusal),
		verdicts,
		texts(changed, func(r row) string { return r.Into }),
		moments(changed, func(r row) time.Time { return r.Changed }))
}

// refusal is the code of a refused prompt.
func refusal(r gateway.PromptRow) string {
	if r.Status == conversation.PromptRefused {
		return r.Verdict.Code
	}
	return ""
}

// encoded is a column of JSON.
func encoded[T any](list []T, of func(T) any) ([]string, error) {
	column := make([]string, len(list))
	for i, one := range list {
		var err error
		if column[i], err = encode(of(one)); err != nil {
			return nil, err
		}
	}
	return column, nil
}

// maxPromptMessages bounds what is read of a prompt: it is said on two media at
// most.
const maxPromptMessages = 16

// Prompt reads a prompt and the messages that said it, oldest first; those of
// the prompt that it was merged into, where it was. ErrNotFound for none.
func (s *Store) Prompt(ctx context.Context, brand conversation.BrandID, id string) (gateway.PromptRow, []gateway.Stored, error) {
	fail := func(err error) (gateway.PromptRow, []gateway.Stored, error) {
		return gateway.PromptRow{}, nil, fmt.Errorf("read prompt %s of %s: %w", id, brand, err)
	}
	p, err := scanPrompt(func(dest ...any) error { return s.read.one(ctx, readPrompt, dest, string(brand), id) })
	if err != nil {
		return fail(err)
	}
	said := p.ID
	if p.Into != "" {
		said = p.Into
	}
	var list []gateway.Stored
	err = s.read.query(ctx, promptThread, func(scan scanner) error {
		m, err := scanStored(scan)
		list = append(list, m)
		return err
	}, string(brand), said, maxPromptMessages)
	if err != nil {
		return fail(err)
	}
	return p, list, nil
}

// PromptsOf implements agents.PromptStore.
func (s *Store) PromptsOf(ctx context.Context, brand conversation.BrandID, ids []string) ([]gateway.PromptRow, error) {
	var list []gateway.PromptRow
	err := s.read.query(ctx, readPrompts, func(scan scanner) error {
		p, err := scanPrompt(scan)
		list = append(list, p)
		return err
	}, string(brand), ids)
	if err != nil {
		return nil, fmt.Errorf("read prompts of %s: %w", brand, err)
	}
	return list, nil
}

// scanPrompt reads the columns of readPrompt and readPrompts.
func scanPrompt(scan scanner) (gateway.PromptRow, error) {
	var p gateway.PromptRow
	var request, verdict string
	var created, changed int64
	if err := scan(&p.ID, &p.Customer, &p.Status, &request, &verdict, &p.Into, &created, &changed); err != nil {
		return p, err
	}
	p.Created, p.Changed = moment(created), moment(changed)
	if err := json.Unmarshal([]byte(request), &p.Request); err != nil {
		return p, fmt.Errorf("what was asked: %w", err)
	}
	if err := json.Unmarshal([]byte(verdict), &p.Verdict); err != nil {
		return p, fmt.Errorf("the verdict: %w", err)
	}
	return p, nil
}

// Deliveries implements gateway.Tx.
func (t *tx) Deliveries(ctx context.Context, brand conversation.BrandID, prompts []string) (map[string]conversation.Delivery, error) {
	found := make(map[string]conversation.Delivery, len(prompts))
	if len(prompts) == 0 {
		return found, nil
	}
	err := t.query(ctx, deliveries, func(scan scanner) error {
		var d conversation.Delivery
		err := scan(&d.Prompt, &d.Message, &d.Medium, &d.Status)
		found[d.Prompt] = d
		return err
	}, string(brand), prompts)
	return found, t.fail("read deliveries", brand, err)
}
