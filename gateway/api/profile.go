package api

import (
	"reflect"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Profile is what a shop may set on a customer; what is absent stays.
type Profile struct {
	First    *string              `json:"first_name,omitempty" maxLength:"100"`
	Last     *string              `json:"last_name,omitempty" maxLength:"100"`
	Email    *email               `json:"email,omitempty"`
	Language *tongue              `json:"language,omitempty"`
	Timezone *zone                `json:"timezone,omitempty"`
	Country  *country             `json:"country,omitempty"`
	Region   *region              `json:"region,omitempty"`
	Prefers  *conversation.Medium `json:"prefers,omitempty" enum:"sms,whatsapp" doc:"what they asked to be reached on"`
	VIP      *bool                `json:"vip,omitempty"`
	Value    *moneyInput          `json:"lifetime_value,omitempty"`
	Points   *int64               `json:"points,omitempty" minimum:"0" maximum:"1000000000000"`
	Tags     []tag                `json:"tags,omitempty" maxItems:"50"`
}

// CustomerInput is a customer as PUT, imports and events give one.
type CustomerInput struct {
	Phone    *phone  `json:"phone,omitempty"`
	External *string `json:"external_id,omitempty" minLength:"1" maxLength:"200" doc:"the shop's id of the customer"`
	Profile
}

func (c *CustomerInput) who() gateway.Who {
	var who gateway.Who
	if c.Phone != nil {
		who.Address = conversation.Address(*c.Phone)
	}
	if c.External != nil {
		who.Account = *c.External
	}
	return who
}

// profile is what the input sets, nil for nothing.
func (p *Profile) profile() *conversation.Profile {
	if reflect.ValueOf(p).Elem().IsZero() {
		return nil
	}
	out := &conversation.Profile{First: p.First, Last: p.Last, Email: (*string)(p.Email), Language: (*string)(p.Language),
		Timezone: (*string)(p.Timezone), Country: (*string)(p.Country), Region: (*string)(p.Region), Prefers: p.Prefers, VIP: p.VIP, Points: p.Points}
	if p.Value != nil {
		value := p.Value.money()
		out.Value = &value
	}
	if p.Tags != nil {
		out.Tags = make([]string, len(p.Tags))
		for i, t := range p.Tags {
			out.Tags[i] = string(t)
		}
	}
	return out
}

// tell is customer.updated, whose data is a profile; what stands beside the
// phone counts too.
func (p *Profile) tell(e *conversation.ShopEvent, _ conversation.EventType, _ time.Time) {
	if said := p.profile(); e.Customer == nil {
		e.Customer = said
	} else if said != nil {
		merge(e.Customer, said)
	}
}

// merge lets what is newer win.
func merge(into, from *conversation.Profile) {
	to, of := reflect.ValueOf(into).Elem(), reflect.ValueOf(from).Elem()
	for i := range of.NumField() {
		if !of.Field(i).IsZero() {
			to.Field(i).Set(of.Field(i))
		}
	}
}
