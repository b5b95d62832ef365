package phones

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

//go:embed web
var web embed.FS

const (
	maxBody = 32 << 10             // a text of 4,096 characters, escaped
	maxForm = MaxPicture + maxBody // with a picture
)

// Handler serves the page and an API that scripts phones; it belongs at
// /phones/. A number stands in a path as it is (+33639980001).
//
//	GET   /phones/                            the page
//	GET   /phones/network                     Snapshot: lines, switches, every phone with its newest messages
//	PATCH /phones/network                     Network, any of its fields: the carrier's own switches
//	GET   /phones/network/ledger?after=0      {"lines": [Entry…], "complete": true}
//	POST  /phones/                            Phone: adds one
//	GET   /phones/{number}                    Thread: the phone and all that is kept of its messages
//	PATCH /phones/{number}                    Phone, any of its fields but the number
//	POST  /phones/{number}/messages           texts a brand: {"text", "channel", "reply_to", "reaction", "key"},
//	                                          as JSON or, with a file "picture", multipart/form-data; 202 Message
//	POST  /phones/{number}/messages/{id}/retry  sends a failed text again; 202 Message
//	POST  /phones/{number}/read               {"channel"}: the thread was looked at
//	GET   /phones/pictures/{life}/{number}    a picture that a phone sent
//	GET   /phones/socket                      what changes, as it changes (socket.go)
//
// With curl:
//
//	curl -d '{"number":"+33639980042","name":"Marie"}' localhost:8080/phones/
//	curl -d '{"text":"où est mon colis ?"}' localhost:8080/phones/+33639980042/messages
//	curl -F picture=@lampe.jpg -F text=cassée localhost:8080/phones/+33639980042/messages
//	curl -X PATCH -d '{"network":{"off":true}}' localhost:8080/phones/+33639980042
//
// Refusals are application/problem+json with a stable code. There is no
// authentication: whoever reaches it holds every phone, so it is for loopback
// and tests. Pages of other origins are refused.
func (c *Carrier) Handler() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, h func(http.ResponseWriter, *http.Request) error) {
		mux.HandleFunc(pattern, c.answer(h))
	}
	handle("GET /phones/{$}", asset("index.html"))
	handle("GET /phones/assets/{file}", func(w http.ResponseWriter, r *http.Request) error {
		return asset(r.PathValue("file"))(w, r)
	})
	handle("GET /phones/socket", c.socket)
	handle("GET /phones/network", c.getNetwork)
	handle("PATCH /phones/network", c.patchNetwork)
	handle("GET /phones/network/ledger", c.getLedger)
	handle("GET /phones/pictures/{life}/{number}", c.picture)
	handle("POST /phones/{$}", c.postPhone)
	handle("GET /phones/{number}", c.getPhone)
	handle("PATCH /phones/{number}", c.patchPhone)
	handle("POST /phones/{number}/messages", c.postMessage)
	handle("POST /phones/{number}/messages/{id}/retry", c.postRetry)
	handle("POST /phones/{number}/read", c.postRead)
	handle("/phones/", func(_ http.ResponseWriter, r *http.Request) error {
		return refuse("no_page", "%s %s leads nowhere", r.Method, r.URL.Path)
	})
	mux.Handle("GET /phones", http.RedirectHandler("/phones/", http.StatusMovedPermanently))
	return guard(c.options.Origins, mux)
}

// guard keeps pages of other origins from texting, and foreign content from
// running in ours.
func guard(origins []string, next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	for _, o := range origins {
		// A malformed origin in the configuration allows nobody.
		_ = cross.AddTrustedOrigin(o)
	}
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		gateway.Problem(w, http.StatusForbidden, "bad_origin", http.StatusText(http.StatusForbidden),
			"a page of another origin may not use these phones")
	}))
	inner := cross.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "+
			"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		inner.ServeHTTP(w, r)
	})
}

// asset serves one file of the page.
func asset(name string) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		data, err := web.ReadFile("web/" + name)
		if err != nil {
			return refuse("no_page", "there is no %s", name)
		}
		w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
		w.Header().Set("Cache-Control", "no-cache")
		_, err = w.Write(data)
		return err
	}
}

func (c *Carrier) getNetwork(w http.ResponseWriter, _ *http.Request) error {
	return reply(w, http.StatusOK, c.Snapshot())
}

func (c *Carrier) patchNetwork(w http.ResponseWriter, r *http.Request) error {
	n := c.Network()
	if err := read(w, r, &n); err != nil {
		return err
	}
	if err := c.SetNetwork(n); err != nil {
		return err
	}
	return reply(w, http.StatusOK, n)
}

func (c *Carrier) getLedger(w http.ResponseWriter, r *http.Request) error {
	var after uint64
	if s := r.URL.Query().Get("after"); s != "" {
		if _, err := fmt.Sscanf(s, "%d", &after); err != nil {
			return refuse("bad_number", "after is the number of a line, not %q", s)
		}
	}
	lines, complete := c.Ledger(after)
	return reply(w, http.StatusOK, struct {
		Lines    []Entry `json:"lines"`
		Complete bool    `json:"complete"`
	}{lines, complete})
}

func (c *Carrier) postPhone(w http.ResponseWriter, r *http.Request) error {
	var p Phone
	if err := read(w, r, &p); err != nil {
		return err
	}
	if err := c.Add(p); err != nil {
		return err
	}
	t, err := c.Thread(p.Number)
	if err != nil {
		return err
	}
	return reply(w, http.StatusCreated, t)
}

func (c *Carrier) getPhone(w http.ResponseWriter, r *http.Request) error {
	t, err := c.Thread(numberOf(r))
	if err != nil {
		return err
	}
	return reply(w, http.StatusOK, t)
}

func (c *Carrier) patchPhone(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return err
	}
	// The body is laid over the phone as it is now, so a field left out stays.
	var wrong error
	changed, err := c.Change(numberOf(r), func(p *Phone) {
		edited := *p
		if wrong = unmarshal(body, &edited); wrong == nil {
			*p = edited
		}
	})
	if err := errors.Join(wrong, err); err != nil {
		return err
	}
	return reply(w, http.StatusOK, changed)
}

// draft is a text as the API takes it.
type draft struct {
	Channel  conversation.ChannelID `json:"channel"`
	Text     string                 `json:"text"`
	ReplyTo  conversation.CarrierID `json:"reply_to"`
	Reaction string                 `json:"reaction"`
	Key      string                 `json:"key"`
}

func (c *Carrier) postMessage(w http.ResponseWriter, r *http.Request) error {
	var d draft
	var picture *Picture
	var err error
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "multipart/form-data" {
		picture, err = form(w, r, &d)
	} else {
		err = read(w, r, &d)
	}
	if err != nil {
		return err
	}
	m, err := c.Text(numberOf(r), Text{
		Channel: d.Channel, Text: d.Text, ReplyTo: d.ReplyTo, Reaction: d.Reaction, Key: d.Key, Picture: picture,
	})
	if err != nil {
		return err
	}
	return reply(w, http.StatusAccepted, m)
}

// form reads a text with a picture.
func form(w http.ResponseWriter, r *http.Request, d *draft) (*Picture, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseMultipartForm(maxForm); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return nil, err
		}
		return nil, refuse("bad_form", "the form cannot be read: %v", err)
	}
	defer r.MultipartForm.RemoveAll()
	d.Channel = conversation.ChannelID(r.FormValue("channel"))
	d.Text, d.Key = r.FormValue("text"), r.FormValue("key")
	d.ReplyTo = conversation.CarrierID(r.FormValue("reply_to"))
	file, _, err := r.FormFile("picture")
	if errors.Is(err, http.ErrMissingFile) {
		return nil, nil
	}
	if err != nil {
		return nil, refuse("bad_form", "the picture cannot be read: %v", err)
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil {
		return nil, refuse("bad_form", "the picture cannot be read: %v", err)
	}
	return ReadPicture(data)
}

func (c *Carrier) postRetry(w http.ResponseWriter, r *http.Request) error {
	m, err := c.Retry(numberOf(r), conversation.CarrierID(r.PathValue("id")))
	if err != nil {
		return err
	}
	return reply(w, http.StatusAccepted, m)
}

func (c *Carrier) postRead(w http.ResponseWriter, r *http.Request) error {
	var d struct {
		Channel conversation.ChannelID `json:"channel"`
	}
	if err := read(w, r, &d); err != nil {
		return err
	}
	if err := c.See(numberOf(r), d.Channel); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func numberOf(r *http.Request) conversation.Address {
	return conversation.Address(r.PathValue("number"))
}

// read reads a JSON body over v. curl's own content type is taken for JSON.
func read(w http.ResponseWriter, r *http.Request, v any) error {
	switch kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind {
	case "", "application/json", "application/x-www-form-urlencoded":
	default:
		return refuse("unsupported_media", "%s is not taken here, application/json is", kind)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return err
	}
	return unmarshal(body, v)
}
