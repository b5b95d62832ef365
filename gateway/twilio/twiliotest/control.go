package twiliotest

import (
	"encoding/json"
	"net/http"
)

// controlPath is where a played Twilio in a process of its own is asked:
//
//	GET  /played/accepted   []Message from the gateway
//	GET  /played/written    []Message from customers
//	GET  /played/now        nanoseconds of the carrier's clock
//	POST /played/texts      Text → Delivery
//	POST /played/next       []Fault for the next requests to send
//	POST /played/hostility  Hostility from now on
//	POST /played/gateways   {"webhook": "https://…", "gateways": ["http://…"]}
const controlPath = "/played/"

func (s *Server) control(w http.ResponseWriter, r *http.Request) {
	var err error
	switch r.Method + " " + r.URL.Path[len(controlPath):] {
	case "GET accepted":
		err = tell(w, s.Accepted())
	case "GET written":
		err = tell(w, s.Written())
	case "GET now":
		err = tell(w, s.Now())
	case "POST texts":
		var t Text
		if err = json.NewDecoder(r.Body).Decode(&t); err == nil {
			d, failed := s.Write(r.Context(), t)
			if failed != nil && d.Answer == "" {
				d.Answer = failed.Error()
			}
			err = tell(w, d)
		}
	case "POST next":
		var faults []Fault
		if err = json.NewDecoder(r.Body).Decode(&faults); err == nil {
			s.Next(faults...)
			err = tell(w, len(faults))
		}
	case "POST hostility":
		var h Hostility
		if err = json.NewDecoder(r.Body).Decode(&h); err == nil {
			s.SetHostility(h)
			err = tell(w, h)
		}
	case "POST gateways":
		var g struct {
			Webhook  string   `json:"webhook"`
			Gateways []string `json:"gateways"`
		}
		if err = json.NewDecoder(r.Body).Decode(&g); err == nil {
			s.SetGateways(g.Webhook, g.Gateways...)
			err = tell(w, g)
		}
	default:
		refuse(w, http.StatusNotFound, 20404, "The played Twilio has no such control")
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, 20001, err.Error())
	}
}

func tell(w http.ResponseWriter, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header()["Content-Type"] = contentJSON
	_, _ = w.Write(b) // whoever asked may have left
	return nil
}
