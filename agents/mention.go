package agents

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/causette/causette/conversation"
)

// Mention is a note that names a colleague who should read it.
type Mention struct {
	ID       conversation.MessageID  `json:"id"` // the note's
	Brand    conversation.BrandID    `json:"brand"`
	Customer conversation.CustomerID `json:"customer"`
	Name     string                  `json:"name"` // the customer's
	By       conversation.AgentID    `json:"by"`
	ByName   string                  `json:"by_name"`
	Text     string                  `json:"text"`
	At       time.Time               `json:"at"`
	Read     bool                    `json:"read"`

	To conversation.AgentID `json:"-"` // who is named
}

// Mentions is a page of them, newest first.
type Mentions struct {
	Unread int       `json:"unread"` // of all
	Items  []Mention `json:"items"`
	Next   string    `json:"next"`
}

// MentionStore keeps who is named in which note; a note's turn writes it.
// Mentions come without ByName.
type MentionStore interface {
	// ReadMentions reads those of an agent in the brands, newest first, before a note ("" from the end).
	ReadMentions(ctx context.Context, to conversation.AgentID, brands []conversation.BrandID, before conversation.MessageID, limit int) ([]Mention, error)
	// Unread counts those that the agent has not read.
	Unread(ctx context.Context, to conversation.AgentID, brands []conversation.BrandID) (int, error)
	// MarkRead notes that the agent read one; gateway.ErrNotFound when there is none.
	MarkRead(ctx context.Context, to conversation.AgentID, note conversation.MessageID, at time.Time) error
	// MentionsIn reads those of a customer's notes, whoever is named.
	MentionsIn(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID, notes []conversation.MessageID) ([]Mention, error)
}

// Mentions reads the notes that name the agent.
func (d *Desk) Mentions(ctx context.Context, by Agent, cursor string, limit int) (Mentions, error) {
	if err := Allow(by, See, ""); err != nil {
		return Mentions{}, err
	}
	if len(cursor) > maxCursor {
		return Mentions{}, &Fault{"cursor", "is none of ours"}
	}
	brands := idsOf(d.BrandsOf(by))
	unread, err := d.store.Unread(ctx, by.ID, brands)
	if err != nil {
		return Mentions{}, fmt.Errorf("count mentions: %w", err)
	}
	limit = pageOf(limit)
	list, err := d.store.ReadMentions(ctx, by.ID, brands, conversation.MessageID(cursor), limit)
	if err != nil {
		return Mentions{}, fmt.Errorf("list mentions: %w", err)
	}
	page := Mentions{Unread: unread, Items: d.calledBy(ctx, list)}
	if len(list) == limit {
		page.Next = string(list[limit-1].ID)
	}
	return page, nil
}

func (d *Desk) calledBy(ctx context.Context, list []Mention) []Mention {
	for i := range list {
		list[i].ByName = d.name(ctx, list[i].By)
	}
	return some(list)
}

// ReadMention marks a mention of the agent as read.
func (d *Desk) ReadMention(ctx context.Context, by Agent, id conversation.MessageID) error {
	if err := Allow(by, See, ""); err != nil {
		return err
	}
	if err := d.store.MarkRead(ctx, by.ID, id, d.moment()); err != nil {
		return fmt.Errorf("mark a mention: %w", err)
	}
	return nil
}

// mentioned are the colleagues whom a note's act lists and whom its text names.
func (d *Desk) mentioned(ctx context.Context, by Agent, brand conversation.BrandID, a Act) ([]conversation.AgentID, error) {
	if a.Kind != NoteDown || !strings.Contains(a.Text, "@") {
		return a.Mentions, nil
	}
	all, err := d.store.Agents(ctx)
	if err != nil {
		return nil, fmt.Errorf("find who is named: %w", err)
	}
	all = slices.DeleteFunc(all, func(c Agent) bool { return c.Disabled || c.ID == by.ID || !c.serves(brand) })
	ids := slices.Clone(a.Mentions)
	for _, id := range namedIn(a.Text, all) {
		if !slices.Contains(ids, id) && len(ids) < maxMentions {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// namedIn are the colleagues whom a note's text names with an @: by their whole
// name or their first one, whatever its accents and capitals; the longest name
// that fits is meant. A first name that two of them have names both.
func namedIn(text string, colleagues []Agent) []conversation.AgentID {
	type name struct {
		plain string
		id    conversation.AgentID
	}
	var names []name
	for _, a := range colleagues {
		whole := plainName(a.Name)
		first, _, _ := strings.Cut(whole, " ")
		names = append(names, name{whole, a.ID})
		if first != whole {
			names = append(names, name{first, a.ID})
		}
	}
	slices.SortStableFunc(names, func(a, b name) int { return cmp.Compare(len(b.plain), len(a.plain)) })
	var ids []conversation.AgentID
	rest := plainName(text)
	for {
		_, after, found := strings.Cut(rest, "@")
		if !found {
			return ids
		}
		rest = after
		longest := 0
		for _, n := range names {
			if n.plain == "" || len(n.plain) < longest || !startsWithName(after, n.plain) {
				continue
			}
			longest = len(n.plain)
			if !slices.Contains(ids, n.id) {
				ids = append(ids, n.id)
			}
		}
	}
}

// startsWithName says whether the text begins with the name and not with a
// longer word.
func startsWithName(text, name string) bool {
	rest, ok := strings.CutPrefix(text, name)
	if !ok {
		return false
	}
	next := []rune(rest[:min(len(rest), 4)])
	return len(next) == 0 || !unicode.IsLetter(next[0]) && !unicode.IsDigit(next[0])
}

// plainName is a text in lower case without accents, with single spaces.
func plainName(text string) string {
	plain := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(strings.ToLower(text)))
	return strings.Join(strings.Fields(plain), " ")
}
