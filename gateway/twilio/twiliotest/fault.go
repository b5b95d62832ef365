package twiliotest

import (
	"hash/fnv"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Fault is what goes wrong with one request to send a message.
type Fault string

const (
	None           Fault = ""
	AcceptReset    Fault = "accept, then reset the connection"
	Reset          Fault = "reset the connection"
	AcceptTruncate Fault = "accept, then truncate the 201"
	AcceptStall    Fault = "accept, then never answer"
	Stall          Fault = "never answer"
	TooMany        Fault = "429 with Retry-After"
	Broken         Fault = "500"
	AcceptBroken   Fault = "accept, then 500"
	HTML           Fault = "503 in HTML"
	AcceptHTML     Fault = "accept, then 503 in HTML"
	CallbackFirst  Fault = "call back, then answer 201"
	NoNumber       Fault = "400, 21211"
	OptedOut       Fault = "400, 21610"
)

// Faults lists every fault.
var Faults = []Fault{AcceptReset, Reset, AcceptTruncate, AcceptStall, Stall, TooMany, Broken, AcceptBroken, HTML, AcceptHTML, CallbackFirst, NoNumber, OptedOut}

// Accepts says whether the message is accepted all the same.
func (f Fault) Accepts() bool {
	switch f {
	case None, AcceptReset, AcceptTruncate, AcceptStall, AcceptBroken, AcceptHTML, CallbackFirst:
		return true
	}
	return false
}

// Hostility is how often what goes wrong, each between 0 and 1. The faults of one
// request exclude each other; their sum is at most 1.
type Hostility struct {
	Faults          map[Fault]float64 `json:"faults,omitempty"`
	LoseCallback    float64           `json:"lose_callback,omitempty"`
	RepeatCallback  float64           `json:"repeat_callback,omitempty"`
	ReorderCallback float64           `json:"reorder_callback,omitempty"`
}

// Hostile is a carrier on a bad day: one request in four goes wrong.
var Hostile = Hostility{
	Faults: map[Fault]float64{
		AcceptReset: .03, Reset: .03, AcceptTruncate: .03, TooMany: .04, Broken: .02,
		AcceptBroken: .03, HTML: .01, AcceptHTML: .01, CallbackFirst: .05,
	},
	LoseCallback: .1, RepeatCallback: .1, ReorderCallback: .2,
}

// Next forces the faults of the next requests to send, one each.
func (s *Server) Next(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = append(s.next, faults...)
}

// SetHostility changes what goes wrong from now on.
func (s *Server) SetHostility(h Hostility) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.options.Hostility = h
}

// dice returns the chance of one request: it depends on the seed, the customer
// and how many requests the customer had, not on how requests interleave.
func (s *Server) dice(customer string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(customer))
	s.draws[customer]++
	return rand.New(rand.NewPCG(s.options.Seed, h.Sum64()^s.draws[customer]<<48))
}

// fault draws what goes wrong with a request; the lock is held.
func (s *Server) fault(r *rand.Rand) Fault {
	if len(s.next) > 0 {
		f := s.next[0]
		s.next = s.next[1:]
		return f
	}
	x := r.Float64()
	for _, f := range Faults { // in order: a map's is not
		if x -= s.options.Hostility.Faults[f]; x < 0 && s.options.Hostility.Faults[f] > 0 {
			return f
		}
	}
	return None
}

// act carries out a fault in place of the answer.
func (s *Server) act(w http.ResponseWriter, r *http.Request, f Fault, answer []byte) {
	switch f {
	case Reset, AcceptReset:
		reset(w)
	case AcceptTruncate:
		truncate(w, answer)
	case Stall, AcceptStall:
		t := time.NewTimer(s.options.Stall)
		defer t.Stop()
		select {
		case <-r.Context().Done():
		case <-s.stop.Done():
		case <-t.C:
		}
		reset(w)
	case TooMany:
		w.Header().Set("Retry-After", "1")
		refuse(w, http.StatusTooManyRequests, 20429, "Too Many Requests")
	case Broken, AcceptBroken:
		refuse(w, http.StatusInternalServerError, 20500, "Internal Server Error")
	case HTML, AcceptHTML:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusServiceUnavailable)
		w.Write([]byte("<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>"))
	case NoNumber:
		refuse(w, http.StatusBadRequest, 21211, "Invalid 'To' Phone Number")
	case OptedOut:
		refuse(w, http.StatusBadRequest, 21610, "Attempt to send to unsubscribed recipient")
	}
}

// reset closes the connection with a TCP reset instead of an end.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}

// truncate promises the whole answer and writes half of it.
func truncate(w http.ResponseWriter, answer []byte) {
	conn, out, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer conn.Close()
	out.WriteString("HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: " + strconv.Itoa(len(answer)) + "\r\n\r\n")
	out.Write(answer[:len(answer)/2])
	out.Flush()
}
