package api

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// incoming is one event that may go through the door.
type incoming struct {
	id    string // as the source named it
	who   gateway.Who
	event conversation.Event
}

const maxFuture = time.Hour // a shop's clock may be wrong by so much

// event is an event as a source tells it. Its type says what data holds.
type event struct {
	ID       string        `json:"id" minLength:"1" maxLength:"200" doc:"an id that stays the same when the event is sent again"`
	Type     eventType     `json:"type"`
	Time     time.Time     `json:"time,omitzero" doc:"when it happened; absent, now"`
	Customer eventCustomer `json:"customer" doc:"{\"phone\": \"+33612345678\"} or {\"external_id\": \"c_42\"}"`
	Data     any           `json:"data,omitempty"`
}

// eventCustomer is whom an event happened to, and what else is said of them.
type eventCustomer struct{ CustomerInput }

// TransformSchema says that one of the two names is needed.
func (eventCustomer) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	s.Description = "Whom it happened to: phone, external_id or both. What else stands here is kept as customer.updated would."
	s.AnyOf = []*huma.Schema{{Required: []string{"phone"}}, {Required: []string{"external_id"}}}
	return s
}

func (c *eventCustomer) check(r *reader, at string) {
	if c.Phone == nil && c.External == nil {
		r.fault(at, "names nobody; send phone, external_id or both")
	}
}

// shapes says what the data of each type of event holds.
var shapes = []struct {
	name  string
	types []conversation.EventType
	data  func() shopData
}{
	{"CartEvent", []conversation.EventType{"cart.updated", "cart.abandoned"}, func() shopData { return new(cartData) }},
	{"OrderPlacedEvent", []conversation.EventType{"order.placed"}, func() shopData { return new(placedData) }},
	{"OrderEvent", []conversation.EventType{"order.shipped", "order.out_for_delivery", "order.delivery_missed", "order.delivered", "order.cancelled", "order.refunded"},
		func() shopData { return new(orderData) }},
	{"ReturnEvent", []conversation.EventType{"return.requested", "return.received"}, func() shopData { return new(returnData) }},
	{"RenewalEvent", []conversation.EventType{"subscription.renewing"}, func() shopData { return new(renewalData) }},
	{"PointsEvent", []conversation.EventType{"points.changed"}, func() shopData { return new(pointsData) }},
	{"ProductEvent", []conversation.EventType{"product.viewed", "product.back_in_stock"}, func() shopData { return new(lineInput) }},
	{"CustomerEvent", []conversation.EventType{customerUpdated}, func() shopData { return new(Profile) }},
}

const customerUpdated conversation.EventType = "customer.updated"

// shopData is the data of an event, which it writes into what the shop tells.
type shopData interface {
	tell(e *conversation.ShopEvent, kind conversation.EventType, at time.Time)
}

// eventType is one of the types that the shapes list.
type eventType conversation.EventType

// Schema says what a request may say.
func (eventType) Schema(huma.Registry) *huma.Schema { return oneOf(eventTypes...) }

// dataOf makes the empty data of a type, nil for an unknown one.
var dataOf = func() map[conversation.EventType]func() shopData {
	all := map[conversation.EventType]func() shopData{}
	for _, shape := range shapes {
		for _, t := range shape.types {
			all[t] = shape.data
		}
	}
	return all
}()

// eventTypes are the known ones, sorted.
var eventTypes = func() []string {
	var list []string
	for t := range dataOf {
		list = append(list, string(t))
	}
	slices.Sort(list)
	return list
}()

// Schema describes an event as one of its shapes.
func (event) Schema(reg huma.Registry) *huma.Schema {
	one := &huma.Schema{}
	for _, shape := range shapes {
		type head event // without this method
		s := huma.SchemaFromType(reg, reflect.TypeFor[head]())
		s.Properties["type"] = oneOf(shape.types...)
		s.Properties["data"] = reg.Schema(reflect.TypeOf(shape.data()), true, shape.name+"Data")
		if shape.types[0] != customerUpdated { // what changed may stand beside the phone
			s.Required = append(s.Required, "data")
		}
		reg.Map()[shape.name] = s
		one.OneOf = append(one.OneOf, &huma.Schema{Ref: componentPrefix + shape.name})
	}
	return one
}

// event reads one event. What it returns is whole only if no fault was noted.
func (r *reader) event(v any, at string) incoming {
	var given event
	r.object(v, at, reflect.ValueOf(&given).Elem())
	if _, ok := v.(map[string]any); !ok {
		return incoming{}
	}
	in := incoming{id: given.ID, who: given.Customer.who(), event: conversation.Event{
		ID: conversation.EventID("api:" + given.ID), Type: conversation.EventType(given.Type), Time: given.Time, Shop: &conversation.ShopEvent{}}}
	if in.event.Time.IsZero() {
		in.event.Time = r.now.Truncate(time.Microsecond)
	}
	if in.event.Time.After(r.now.Add(maxFuture)) {
		r.fault(at+"/time", "lies in the future; send when it happened")
	}
	in.event.Shop.Account = in.who.Account
	in.event.Shop.Customer = given.Customer.profile()
	empty, known := dataOf[in.event.Type]
	if !known {
		return in
	}
	if given.Data == nil {
		given.Data = map[string]any{}
	}
	data := empty()
	r.value(given.Data, at+"/data", nil, reflect.ValueOf(data).Elem())
	data.tell(in.event.Shop, in.event.Type, in.event.Time)
	if in.event.Type == customerUpdated && in.event.Shop.Customer == nil {
		r.fault(at+"/data", "changes nothing; send at least one of %s", strings.Join(namesOf[Profile](), ", "))
	}
	return in
}

type cartData struct {
	ID    string      `json:"id" minLength:"1" maxLength:"200" doc:"the cart's id"`
	Lines []lineInput `json:"lines,omitempty" maxItems:"100"`
	Total *moneyInput `json:"total" doc:"{\"amount\": 14990, \"currency\": \"EUR\"}"`
	Link  link        `json:"link,omitempty" doc:"where the customer finds the cart again"`
}

func (d *cartData) tell(e *conversation.ShopEvent, _ conversation.EventType, at time.Time) {
	e.Cart = &conversation.Cart{ID: d.ID, Lines: linesOf(d.Lines), Total: moneyOf(d.Total), Link: string(d.Link), Updated: at}
}

// OrderFacts is what every event of an order may say of it.
type OrderFacts struct {
	Number   string    `json:"number,omitempty" maxLength:"200" doc:"what the customer sees; absent, the id"`
	Carrier  string    `json:"carrier,omitempty" maxLength:"100"`
	Tracking link      `json:"tracking,omitempty" doc:"where the parcel is followed"`
	Invoice  link      `json:"invoice,omitempty"`
	Expected time.Time `json:"expected,omitzero" doc:"when it arrives"`
	Placed   time.Time `json:"placed,omitzero"`
}

type orderData struct {
	ID    string      `json:"id" minLength:"1" maxLength:"200" doc:"the order's id"`
	Lines []lineInput `json:"lines,omitempty" maxItems:"100"`
	Total *moneyInput `json:"total,omitempty"`
	OrderFacts
}

func (d *orderData) tell(e *conversation.ShopEvent, kind conversation.EventType, at time.Time) {
	e.Order = &conversation.Order{ID: d.ID, Number: d.Number, Status: strings.TrimPrefix(string(kind), "order."), Lines: linesOf(d.Lines),
		Total: moneyOf(d.Total), Carrier: d.Carrier, Tracking: string(d.Tracking), Invoice: string(d.Invoice),
		Expected: d.Expected, Placed: d.Placed, Changed: at}
}

// placedData is an order that nobody heard of before: more of it is needed.
type placedData struct {
	ID    string      `json:"id" minLength:"1" maxLength:"200" doc:"the order's id"`
	Lines []lineInput `json:"lines" maxItems:"100" doc:"what was ordered: customers ask about it and order it again"`
	Total *moneyInput `json:"total" doc:"{\"amount\": 14990, \"currency\": \"EUR\"}"`
	OrderFacts
}

func (d *placedData) tell(e *conversation.ShopEvent, kind conversation.EventType, at time.Time) {
	(&orderData{d.ID, d.Lines, d.Total, d.OrderFacts}).tell(e, kind, at)
	e.Order.Number = cmp.Or(e.Order.Number, e.Order.ID)
	if e.Order.Placed.IsZero() {
		e.Order.Placed = at
	}
}

type returnData struct {
	ID    string `json:"id" minLength:"1" maxLength:"200" doc:"the return's id"`
	Order string `json:"order" minLength:"1" maxLength:"200" doc:"the id of the order that comes back"`
}

func (d *returnData) tell(e *conversation.ShopEvent, kind conversation.EventType, at time.Time) {
	e.Return = &conversation.Return{ID: d.ID, Order: d.Order, Status: strings.TrimPrefix(string(kind), "return."), Changed: at}
}

// renewalData is a subscription that renews. A conversation keeps orders and no
// subscriptions, so that nothing of it stays on the customer: an order that does
// not exist yet must not answer "where is my parcel".
type renewalData struct {
	ID     string      `json:"id" minLength:"1" maxLength:"200" doc:"the subscription's id"`
	Number string      `json:"number,omitempty" maxLength:"200"`
	Lines  []lineInput `json:"lines,omitempty" maxItems:"100"`
	Total  *moneyInput `json:"total,omitempty"`
	Renews time.Time   `json:"renews" doc:"when it renews"`
}

func (*renewalData) tell(*conversation.ShopEvent, conversation.EventType, time.Time) {}

type pointsData struct {
	Points int64 `json:"points" minimum:"0" maximum:"1000000000000" doc:"the new balance"`
}

func (d *pointsData) tell(e *conversation.ShopEvent, _ conversation.EventType, _ time.Time) {
	e.Points = &d.Points
}

// lineInput is an article.
type lineInput struct {
	SKU      string      `json:"sku" minLength:"1" maxLength:"200" doc:"the article's reference"`
	Name     string      `json:"name" minLength:"1" maxLength:"300" doc:"what customers call it"`
	Quantity *int        `json:"quantity,omitempty" minimum:"1" maximum:"100000" doc:"absent, 1"`
	Price    *moneyInput `json:"price,omitempty" doc:"of one"`
	Out      bool        `json:"out_of_stock,omitempty"`
}

func (l *lineInput) tell(e *conversation.ShopEvent, _ conversation.EventType, _ time.Time) {
	line := l.line()
	e.Product = &line
}

func (l *lineInput) line() conversation.Line {
	line := conversation.Line{SKU: l.SKU, Name: l.Name, Quantity: 1, Price: moneyOf(l.Price), Out: l.Out}
	if l.Quantity != nil {
		line.Quantity = *l.Quantity
	}
	return line
}

func linesOf(given []lineInput) []conversation.Line {
	var lines []conversation.Line
	for i := range given {
		lines = append(lines, given[i].line())
	}
	return lines
}
