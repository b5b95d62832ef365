// Package api is the REST interface of automations: a shop, a CRM or a script
// tells what happened, keeps customers and consent, and reads conversations.
//
//	Authorization → rate limit → body → Idempotency-Key → Door or Store → answer
//
// A key belongs to one brand, so no request names one. Errors are RFC 9457
// problems with a stable code.
//
// Every route is declared once, with serve: its Go types for request and answer,
// its scope, its words. The OpenAPI 3.1 document is made of these declarations
// through huma's schemas when the API is made, and requests are read by the very
// same schemas. huma's own decoder is not used: it stops at a name that it does
// not know, where ours says which name was meant, what to send and where, in the
// words of the field; it also knows no body that is one event or an array of
// them, and no import that is answered line by line. openapi.yaml is the document
// as a test last saw it, so that a change of the API is seen in a review.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/conversation/sms"
	"github.com/causette/causette/gateway"
)

// Store is what the API reads beside the door; gateway.Store satisfies it.
type Store interface {
	gateway.SuppressionStore
	Conversation(ctx context.Context, brand conversation.BrandID, who gateway.Who) (conversation.Conversation, error)
	// Conversations reads a page, and says where the next one begins, "" for none.
	Conversations(ctx context.Context, brand conversation.BrandID, q gateway.ConversationQuery) ([]gateway.Listed, string, error)
	Thread(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID, before conversation.MessageID, limit int) ([]gateway.Stored, error)
	// Prompt reads a prompt and the messages that said it, oldest first.
	Prompt(ctx context.Context, brand conversation.BrandID, id string) (gateway.PromptRow, []gateway.Stored, error)
	Consents(ctx context.Context, brand conversation.BrandID, customer conversation.CustomerID) ([]gateway.ConsentRow, error)
	Key(ctx context.Context, hash string) (gateway.Key, error)
	Answer(ctx context.Context, brand conversation.BrandID, key string) (gateway.Answer, error)
	PutAnswer(ctx context.Context, brand conversation.BrandID, key string, a gateway.Answer) (gateway.Answer, error)
}

// Brand is what the API needs to know of a brand.
type Brand struct {
	ID       conversation.BrandID
	Country  string // ISO 3166-1: the region of phone numbers without a +
	Currency string // ISO 4217: of amounts that name none
}

// Options is what the API is made of.
type Options struct {
	Door    gateway.Door
	Store   Store
	Prompts Prompts
	Bulk    Bulk    // nil: there are no bulk jobs, nor are they described
	Reports Reports // nil: the same
	Brands  []Brand

	// Price is what a segment costs there; nil, or false: not known.
	Price func(conversation.ChannelID, conversation.Address) (sms.Price, bool)

	PerSecond float64          // requests of one key; 0: 50
	Burst     int              // requests of one key at once; 0: 100
	Now       func() time.Time // nil: time.Now
	Log       *slog.Logger     // nil: silent
}

// API answers under /v1/ and at /openapi.json.
type API struct {
	door        gateway.Door
	store       Store
	prompts     Prompts
	bulk        Bulk
	reports     Reports
	price       func(conversation.ChannelID, conversation.Address) (sms.Price, bool)
	brands      map[conversation.BrandID]Brand
	now         func() time.Time
	log         *slog.Logger
	mux         *http.ServeMux
	doc         *huma.OpenAPI
	description []byte // doc, as it is served
	limits      limits
	once        inFlight
}

// Bounds of bodies and pages.
const (
	maxBody     = 1 << 20 // 1,000 events of a kilobyte
	maxImport   = 32 << 20
	maxReplay   = 4 << 20 // an import whose answer is kept for its Idempotency-Key
	maxEvents   = 1000
	maxPage     = 200
	defaultPage = 50
)

// New makes the API.
func New(o Options) *API {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.PerSecond <= 0 {
		o.PerSecond = 50
	}
	if o.Burst <= 0 {
		o.Burst = 100
	}
	if o.Price == nil {
		o.Price = func(conversation.ChannelID, conversation.Address) (sms.Price, bool) { return sms.Price{}, false }
	}
	a := &API{door: o.Door, store: o.Store, prompts: o.Prompts, bulk: o.Bulk, reports: o.Reports, price: o.Price, now: o.Now, log: o.Log, mux: http.NewServeMux(),
		brands: make(map[conversation.BrandID]Brand, len(o.Brands)),
		limits: limits{perSecond: o.PerSecond, burst: o.Burst}}
	for _, b := range o.Brands {
		a.brands[b.ID] = b
	}
	a.doc = newDescription()
	a.routePrompts()
	a.routeTemplates()
	if a.bulk != nil {
		a.routeBulk()
	}
	a.routeEvents()
	a.routeCustomers()
	a.routeConsents()
	a.routeSuppressions()
	a.routeConversations()
	if a.reports != nil {
		a.routeReports()
	}
	a.description = written(a.doc)
	a.mux.HandleFunc("GET /openapi.json", a.serveDescription)
	return a
}

// Description is the OpenAPI 3.1 document, as JSON.
func (a *API) Description() []byte { return a.description }

// ServeHTTP answers; what no route takes is a problem too.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h, pattern := a.mux.Handler(r)
	if pattern != "" {
		a.mux.ServeHTTP(w, r)
		return
	}
	refused := refusedRoute{header: http.Header{}}
	h.ServeHTTP(&refused, r)
	switch refused.status {
	case http.StatusMethodNotAllowed:
		w.Header().Set("Allow", refused.header.Get("Allow"))
		problem("method_not_allowed", "use "+refused.header.Get("Allow")).Write(w)
	default:
		problem("no_such_address", "GET /openapi.json lists every address").Write(w)
	}
}

// refusedRoute hears what the ServeMux says of a request that no route takes.
type refusedRoute struct {
	header http.Header
	status int
}

func (w *refusedRoute) Header() http.Header         { return w.header }
func (w *refusedRoute) WriteHeader(status int)      { w.status = status }
func (w *refusedRoute) Write(b []byte) (int, error) { return len(b), nil }

// call is one authenticated request.
type call struct {
	*http.Request
	key   gateway.Key
	brand Brand
	body  []byte // of POST and PUT
	now   time.Time
}

// admit authenticates a request and takes its token.
func (a *API) admit(w http.ResponseWriter, r *http.Request, scope Scope) (*call, error) {
	key, err := a.authenticate(r, scope)
	if err != nil {
		return nil, err
	}
	brand, ok := a.brands[key.Brand]
	if !ok {
		return nil, problem("brand_gone", "make a key for a brand of the configuration")
	}
	c := &call{Request: r, key: key, brand: brand, now: a.now().UTC()}
	return c, a.limits.take(w, key.Hash, c.now)
}
