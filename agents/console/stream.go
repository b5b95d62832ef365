package console

import (
	"encoding/json"
	"net/http"
	"time"
)

// stream is an answer that goes on, as server-sent events: "data: " and a JSON
// document each. A page that has gone is noticed by its request's context.
type stream struct {
	w  http.ResponseWriter
	to *http.ResponseController
}

func newStream(w http.ResponseWriter) *stream {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // proxies hand it on as it comes
	s := &stream{w, http.NewResponseController(w)}
	// The server's limit is for reading a request, and would end the context.
	_ = s.to.SetReadDeadline(time.Time{})
	return s
}

func (s *stream) say(body any) {
	text, err := json.Marshal(body)
	if err != nil { // the answers are ours: they marshal
		panic(err)
	}
	s.write("data: " + string(text) + "\n\n")
}

// beat says nothing, so that what is between does not take the page for gone.
func (s *stream) beat() { s.write(":\n\n") }

// write leaves out its errors: the page has gone, and the context says so.
func (s *stream) write(text string) {
	_ = s.to.SetWriteDeadline(time.Now().Add(writeWait))
	_, _ = s.w.Write([]byte(text))
	_ = s.to.Flush()
	_ = s.to.SetWriteDeadline(time.Time{})
}
