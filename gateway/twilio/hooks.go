package twilio

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// HooksPath is where Hooks is mounted: POST /hooks/twilio/{channel} for texts
// and POST /hooks/twilio/{channel}/status for status callbacks.
const HooksPath = "/hooks/twilio/"

// maxBody bounds a webhook. Twilio's largest is about 10 KiB.
const maxBody = 64 << 10

// Hooks is the http.Handler that Twilio calls, for every Twilio channel of the
// gateway. Both webhooks go the same way: find the channel, read, verify, parse,
// knock at the door, and answer after the door has.
type Hooks struct {
	door     gateway.Door
	channels map[conversation.ChannelID]*Channel
	log      *slog.Logger
	now      func() time.Time
	requests sync.Pool // of *request
}

// request is what one webhook needs while it is handled.
type request struct {
	body []byte
	form form
}

// NewHooks returns the handler for the channels. Events and reports go to the
// door; what it cannot take is logged.
func NewHooks(door gateway.Door, log *slog.Logger, channels ...*Channel) *Hooks {
	h := &Hooks{door: door, log: log, now: time.Now, channels: make(map[conversation.ChannelID]*Channel, len(channels))}
	for _, c := range channels {
		h.channels[c.config.ID] = c
	}
	h.requests.New = func() any { return &request{body: make([]byte, 0, 8<<10)} }
	return h
}

func (h *Hooks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.Path, HooksPath)
	id, isStatus := strings.CutSuffix(path, "/status")
	c := h.channels[conversation.ChannelID(id)]
	if !ok || c == nil {
		refuse(w, http.StatusNotFound, "unknown_channel", "no Twilio channel has this address")
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		refuse(w, http.StatusMethodNotAllowed, "method_not_allowed", "Twilio posts its webhooks")
		return
	}

	req := h.requests.Get().(*request)
	defer h.requests.Put(req)
	var err error
	req.body, err = readAll(http.MaxBytesReader(w, r.Body, maxBody), req.body[:0])
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		refuse(w, http.StatusRequestEntityTooLarge, "too_large", "a webhook has at most 64 KiB")
		return
	case err != nil:
		refuse(w, http.StatusBadRequest, "malformed", "the body could not be read")
		return
	}
	req.form = parseForm(req.body, req.form)
	defer clear(req.form) // the pool must not keep the text alive
	if !c.verify.verify(c.called(r), req.form, req.body, r.Header.Get("X-Twilio-Signature")) {
		refuse(w, http.StatusForbidden, "bad_signature", "X-Twilio-Signature does not match public_url and auth_token")
		return
	}
	if isStatus {
		h.status(w, r, c, req.form)
		return
	}
	h.receive(w, r, c, req.form)
}

// called is the URL as Twilio called it: the configured public one, since
// proxies rewrite the Host header, with the raw path and query.
func (c *Channel) called(r *http.Request) string {
	u := c.config.PublicURL + r.URL.EscapedPath()
	if r.URL.RawQuery != "" || r.URL.ForceQuery {
		u += "?" + r.URL.RawQuery
	}
	return u
}

// failed answers what the door could not take, so that Twilio comes again.
func (h *Hooks) failed(w http.ResponseWriter, c *Channel, err error) {
	if errors.Is(err, gateway.ErrBusy) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		gateway.Busy(w)
		return
	}
	h.log.Error("webhook failed", "brand", c.config.Brand, "channel", c.config.ID, "error", err)
	refuse(w, http.StatusInternalServerError, "internal", "the webhook could not be processed")
}

func acknowledge(w http.ResponseWriter) {
	w.Header()["Content-Type"] = textXML
	io.WriteString(w, "<Response/>") // a lost acknowledgement is Twilio's to repeat
}

var textXML = []string{"text/xml"}

// refuse answers as RFC 9457 writes it; the code is stable.
func refuse(w http.ResponseWriter, status int, code, detail string) {
	gateway.Problem(w, status, code, http.StatusText(status), detail)
}

// readAll is io.ReadAll into a buffer that is used again.
func readAll(r io.Reader, buf []byte) ([]byte, error) {
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
	}
}
