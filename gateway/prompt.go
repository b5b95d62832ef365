package gateway

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/causette/causette/conversation"
)

// PromptRow is what became of a prompt, as it is stored: its message, where it
// has one, carries its id.
type PromptRow struct {
	ID       string
	Customer conversation.CustomerID
	Status   conversation.PromptStatus
	Request  conversation.Prompt
	Verdict  conversation.Verdict
	Into     string // the prompt whose message says it, where that is another
	Created  time.Time
	Changed  time.Time
}

// New says that the prompt was not known before: what is written of one that was
// is its status, its verdict and where it was said.
func (p *PromptRow) New() bool { return p.Request.ID != "" }

// complete is a prompt with what only the gateway knows of it: the ways to its
// number, and where that number is. What an automation
// says of these stays.
func (g *Gateway) complete(brand conversation.BrandID, p *conversation.Prompt) *conversation.Prompt {
	if p == nil {
		return nil
	}
	whole := *p
	if len(whole.Routes) == 0 {
		whole.Routes = g.Routes(brand, whole.To)
	}
	if whole.Place.Country == "" {
		whole.Place = PlaceOf(whole.To)
	}
	return &whole
}

// Routes are the brand's ways to an address, in the order of the configuration;
// channels that are halted come last. An address that only WhatsApp knows has
// no other.
func (g *Gateway) Routes(brand conversation.BrandID, to conversation.Address) []conversation.Route {
	var list []conversation.Route
	halted := make(map[conversation.ChannelID]int)
	for _, r := range g.opt.Routes {
		medium := r.Channel.Medium()
		if r.Brand != brand || !to.IsPhone() && medium != conversation.WhatsApp {
			continue
		}
		id := r.Channel.ID()
		if g.lanes[id].why() != "" {
			halted[id] = 1
		}
		list = append(list, conversation.Route{Channel: id, Medium: medium, Contents: r.Contents, Mute: r.Mute, StopAt: r.StopAt})
	}
	slices.SortStableFunc(list, func(a, b conversation.Route) int { return cmp.Compare(halted[a.Channel], halted[b.Channel]) })
	return list
}

// Preview is what would become of a prompt now, without its effects. A customer
// who is not known is seen as one who would be made for it.
func (g *Gateway) Preview(ctx context.Context, brand conversation.BrandID, who Who, p conversation.Prompt) (conversation.Preview, error) {
	c, err := g.opt.Store.Conversation(ctx, brand, who)
	switch {
	case errors.Is(err, ErrNotFound) && who.Customer == "" && who.Address != "":
		c = conversation.Begin(brand, "")
	case errors.Is(err, ErrNotFound):
		return conversation.Preview{}, ErrUnknownCustomer
	case err != nil:
		return conversation.Preview{}, fmt.Errorf("preview a prompt: %w", err)
	}
	script, err := g.scripts.of(c)
	if err != nil {
		return conversation.Preview{}, fmt.Errorf("preview a prompt: %w", err)
	}
	return script.Preview(c, *g.complete(brand, &p), time.Now().UTC()), nil
}
