package transcript

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/causette/causette/conversation"
)

// fields are the name=value pairs of an event's line. Each is taken once; what
// is left was misspelt.
type fields struct {
	values map[string]string
	bad    error
	zone   *time.Location
}

// parseFields reads `a=1 b="two words" c`.
func parseFields(text string, zone *time.Location) (*fields, error) {
	f := &fields{values: map[string]string{}, zone: zone}
	for rest := strings.TrimSpace(text); rest != ""; rest = strings.TrimSpace(rest) {
		end := strings.IndexAny(rest, "= ")
		if end < 0 || rest[end] == ' ' {
			name, after, _ := strings.Cut(rest, " ")
			f.values[name], rest = "true", after
			continue
		}
		name, value := rest[:end], rest[end+1:]
		if strings.HasPrefix(value, `"`) {
			closing := strings.IndexByte(value[1:], '"')
			if closing < 0 {
				return nil, fmt.Errorf("the quote of %s is never closed", name)
			}
			f.values[name], rest = value[1:1+closing], value[closing+2:]
			continue
		}
		f.values[name], rest, _ = strings.Cut(value, " ")
	}
	return f, nil
}

func (f *fields) text(name string) string {
	v := f.values[name]
	delete(f.values, name)
	return v
}

func (f *fields) truth(name string) bool { return f.text(name) == "true" }

func (f *fields) wrong(name, v, want string) {
	if f.bad == nil {
		f.bad = fmt.Errorf("%s=%q is not %s", name, v, want)
	}
}

// optional gives a pointer where the field is there.
func (f *fields) optional(name string) *string {
	if _, ok := f.values[name]; !ok {
		return nil
	}
	v := f.text(name)
	return &v
}

func (f *fields) number(name string) *int64 {
	s := f.optional(name)
	if s == nil {
		return nil
	}
	n, err := strconv.ParseInt(*s, 10, 64)
	if err != nil {
		f.wrong(name, *s, "a whole number")
	}
	return &n
}

func (f *fields) date(name string) time.Time {
	v := f.text(name)
	if v == "" {
		return time.Time{}
	}
	for _, layout := range [...]string{"2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, v, f.zone); err == nil {
			return t
		}
	}
	f.wrong(name, v, "a date such as 2026-11-24 or 2026-11-24T09:41")
	return time.Time{}
}

// money reads "149.90".
func money(v, currency string) (conversation.Money, bool) {
	x, err := strconv.ParseFloat(v, 64)
	if err != nil || x < 0 || x > 1e9 {
		return conversation.Money{}, false
	}
	return conversation.Money{Amount: int64(math.Round(x * 100)), Currency: currency}, true
}

// lines reads `2 x Bougie Figuier 29.00; Lampe Ondine 149.90 (out)`.
func (f *fields) lines(name, currency string) []conversation.Line {
	v := f.text(name)
	if v == "" {
		return nil
	}
	var list []conversation.Line
	for _, item := range strings.Split(v, ";") {
		l := conversation.Line{Quantity: 1}
		item = strings.TrimSpace(item)
		item, l.Out = strings.CutSuffix(item, " (out)")
		if count, rest, ok := strings.Cut(item, " x "); ok {
			if n, err := strconv.Atoi(count); err == nil {
				l.Quantity, item = n, rest
			}
		}
		if i := strings.LastIndexByte(item, ' '); i > 0 {
			if price, ok := money(item[i+1:], currency); ok {
				l.Price, item = price, item[:i]
			}
		}
		l.Name = item
		l.SKU = strings.ToLower(strings.ReplaceAll(item, " ", "-"))
		list = append(list, l)
	}
	return list
}

func (f *fields) done() error {
	if f.bad != nil {
		return f.bad
	}
	for name := range f.values {
		return fmt.Errorf("unknown field %q", name)
	}
	return nil
}

// Types of the shop's events.
var shopTypes = []string{
	"cart.updated", "cart.abandoned", "order.placed", "order.shipped", "order.out_for_delivery", "order.delivery_missed",
	"order.delivered", "order.cancelled", "order.refunded", "return.requested", "return.received", "subscription.renewing",
	"points.changed", "product.viewed", "product.back_in_stock", "customer.updated",
}

// event reads what happened from "order.shipped id=o1 number=LU-1042".
func (r *runner) event(text string) (conversation.Event, error) {
	kind, rest, _ := strings.Cut(text, " ")
	e := conversation.Event{Type: conversation.EventType(kind), Time: r.now}
	f, err := parseFields(rest, r.zone)
	if err != nil {
		return e, err
	}
	if at := f.date("at"); !at.IsZero() { // told late
		e.Time = at
	}
	currency := r.script.Brand().Currency
	switch {
	case slices.Contains(shopTypes, kind):
		e.Shop = shopEvent(kind, f, currency, e.Time)
	case kind == string(conversation.PromptRequested):
		e.Prompt = r.prompt(f)
	case kind == string(conversation.PromptCancelled):
		e.Prompt = &conversation.Prompt{ID: f.text("id")}
		e.Delivery = r.delivery(e.Prompt.ID)
	case kind == string(conversation.JoinRequested):
		e.Join = r.join(f)
	case kind == string(conversation.LinkClicked):
		e.Click = &conversation.Click{Code: f.text("code"), Prompt: f.text("prompt"), URL: f.text("url")}
	case kind == string(conversation.JobDone):
		res := &conversation.Result{Job: r.job, Kind: f.text("kind"), Link: f.text("link"), Failed: f.text("failed")}
		if out := f.text("out"); out != "" {
			for _, name := range strings.Split(out, ";") {
				res.OutOfStock = append(res.OutOfStock, strings.TrimSpace(name))
			}
		}
		e.Result = res
	case kind == string(conversation.ConsentRecorded):
		e.Consent = &conversation.Consent{
			Medium: conversation.Medium(f.text("medium")), Purpose: conversation.Purpose(f.text("purpose")),
			State: conversation.ConsentState(f.text("state")), Source: f.text("source"), At: e.Time,
		}
	case kind == string(conversation.SendRefused):
		e.Refusal = &conversation.Refusal{
			Channel: r.channel, Medium: r.medium, Code: f.text("code"), OptOut: f.truth("opt_out"), Invalid: f.truth("invalid"),
			Prompt: f.text("prompt"),
		}
		if m := f.text("medium"); m != "" {
			e.Refusal.Medium, e.Refusal.Channel = conversation.Medium(m), channelOf(m)
		}
	default:
		return e, fmt.Errorf("unknown event %q", kind)
	}
	return e, f.done()
}

func shopEvent(kind string, f *fields, currency string, at time.Time) *conversation.ShopEvent {
	s := &conversation.ShopEvent{Account: f.text("account")}
	switch family, _, _ := strings.Cut(kind, "."); family {
	case "customer":
		p := &conversation.Profile{
			First: f.optional("first"), Last: f.optional("last"), Email: f.optional("email"), Language: f.optional("language"),
			Timezone: f.optional("timezone"), Country: f.optional("country"), Region: f.optional("region"), Points: f.number("points"),
		}
		if m := f.optional("prefers"); m != nil {
			p.Prefers = (*conversation.Medium)(m)
		}
		if vip := f.optional("vip"); vip != nil {
			yes := *vip == "true"
			p.VIP = &yes
		}
		s.Customer = p
	case "points":
		s.Points = f.number("points")
	case "cart":
		s.Cart = &conversation.Cart{ID: f.text("id"), Lines: f.lines("lines", currency), Link: f.text("link"), Updated: at}
		for _, l := range s.Cart.Lines {
			s.Cart.Total.Amount += l.Price.Amount * int64(l.Quantity)
			s.Cart.Total.Currency = currency
		}
	case "order":
		s.Order = &conversation.Order{
			ID: f.text("id"), Number: f.text("number"), Status: f.text("status"), Lines: f.lines("lines", currency),
			Carrier: f.text("carrier"), Tracking: f.text("tracking"), Invoice: f.text("invoice"),
			Expected: f.date("expected"), Placed: f.date("placed"), Changed: at,
		}
	case "return":
		s.Return = &conversation.Return{ID: f.text("id"), Order: f.text("order"), Status: f.text("status"), Changed: at}
	case "product":
		s.Product = &conversation.Line{SKU: f.text("sku"), Name: f.text("name")}
	}
	return s
}

// message reads a customer's text, with its attributes in braces at the end:
// "voici {media=image/jpeg}".
func (r *runner) message(text string) (conversation.Event, error) {
	in := &conversation.Inbound{
		Channel: r.channel, Medium: r.medium, From: r.address, To: "36105", At: r.now,
		Carrier: conversation.CarrierID(fmt.Sprintf("in%d", r.count+1)),
	}
	e := conversation.Event{Type: conversation.MessageReceived, Time: r.now, Message: in}
	if open := strings.LastIndex(text, "{"); open >= 0 && strings.HasSuffix(text, "}") {
		f, err := parseFields(text[open+1:len(text)-1], r.zone)
		if err != nil {
			return e, err
		}
		text = strings.TrimSpace(text[:open])
		if m := f.text("medium"); m != "" {
			in.Medium = conversation.Medium(m)
			in.Channel = channelOf(m)
		}
		if media := f.text("media"); media != "" {
			in.Media = []conversation.Media{{URL: "https://media.example/1", Type: media}}
		}
		if at := f.date("at"); !at.IsZero() {
			in.At, e.Time = at, at
		}
		in.OptOut, in.Reaction, in.Masked = f.text("opt_out"), f.truth("reaction"), f.truth("masked")
		if back := f.number("quotes"); back != nil { // -1: the last question asked, -2: the one before
			i := len(r.asked) + int(*back)
			if i < 0 || i >= len(r.asked) {
				return e, fmt.Errorf("quotes=%d: %d questions were asked so far", *back, len(r.asked))
			}
			in.Quotes = r.asked[i]
		}
		if err := f.done(); err != nil {
			return e, err
		}
	}
	in.Text = strings.ReplaceAll(text, `\n`, "\n")
	return e, nil
}
