package agents

import (
	"slices"
	"strconv"
	"time"

	"github.com/causette/causette/conversation"
)

// reads is which of a template's languages the customer reads it in: as the turn
// has it, theirs, else English where the brand speaks it, else the brand's first.
func (d *Desk) reads(c *conversation.Conversation, languages []string) string {
	var spoken []string
	if b := d.brand(c.Brand); b != nil {
		spoken = b.Languages
	}
	var wanted []string
	if own := c.Customer.Language; own != "" {
		if slices.Contains(spoken, own) {
			wanted = append(wanted, own)
		}
		if slices.Contains(spoken, "en") {
			wanted = append(wanted, "en")
		}
	}
	for _, l := range slices.Concat(wanted, spoken, languages) {
		if slices.Contains(languages, l) {
			return l
		}
	}
	return ""
}

// brand is one of the desk's, nil where it has none of the name.
func (d *Desk) brand(id conversation.BrandID) *Brand {
	for i := range d.brands {
		if d.brands[i].ID == id {
			return &d.brands[i]
		}
	}
	return nil
}

// zone is whose days the customer counts in: theirs, else the brand's.
func (d *Desk) zone(c *conversation.Conversation) *time.Location {
	if z, err := time.LoadLocation(c.Customer.Timezone); err == nil && c.Customer.Timezone != "" {
		return z
	}
	if b := d.brand(c.Brand); b != nil && b.Zone != nil {
		return b.Zone
	}
	return time.UTC
}

// fact is a value for a placeholder, and where it is from.
type fact struct{ value, from, of string }

// factsOf is what a customer's row tells for the placeholders of a template: of
// their newest order where the template is about one, else of their cart.
func factsOf(c *conversation.Conversation, t *conversation.TemplateInfo, zone *time.Location) map[string]fact {
	facts := make(map[string]fact)
	if u := &c.Customer; !u.Detached && len(u.Accounts) < 2 {
		facts["first"] = fact{u.First, "customer", ""}
	}
	if p := c.Customer.Points; p != nil {
		facts["points"] = fact{strconv.FormatInt(*p, 10), "customer", ""}
	}
	order := slices.ContainsFunc(t.Variables, func(v conversation.VariableInfo) bool { return v.Name == "order" || v.Name == "carrier" })
	cart := c.Customer.Cart
	if (order || t.Purpose == conversation.Transactional || cart == nil) && len(c.Customer.Orders) > 0 {
		o := &c.Customer.Orders[0]
		link := o.Tracking
		if t.Purpose == conversation.Marketing { // it leads to a parcel, not to the shop
			link = ""
		}
		for name, value := range map[string]string{
			"order": o.Number, "carrier": o.Carrier, "link": link, "tracking": o.Tracking, "invoice": o.Invoice,
			"total": amountOf(o.Total), "product": firstOf(o.Lines), "date": day(o.Expected, zone),
		} {
			facts[name] = fact{value, "order", o.Number}
		}
		return facts
	}
	if cart != nil && t.Purpose == conversation.Marketing {
		for name, value := range map[string]string{"link": cart.Link, "total": amountOf(cart.Total), "product": firstOf(cart.Lines)} {
			facts[name] = fact{value, "cart", ""}
		}
	}
	return facts
}

func firstOf(lines []conversation.Line) string {
	if len(lines) == 0 {
		return ""
	}
	return lines[0].Name
}

// amountOf is an amount as the filter "money" takes it.
func amountOf(m conversation.Money) string {
	if m.Currency == "" {
		return ""
	}
	return m.Decimal() + " " + m.Currency
}

// day is a day as the filter "date" takes it.
func day(at time.Time, zone *time.Location) string {
	if at.IsZero() {
		return ""
	}
	return at.In(zone).Format(time.DateOnly)
}
