package twiliotest

import (
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// list is GET …/Messages.json: newest first, by pages, later than the truth.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	size := 50
	if v := q.Get("PageSize"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > 1000 {
			refuse(w, http.StatusBadRequest, 20001, "PageSize is not between 1 and 1000")
			return
		}
		size = n
	}
	since, err := dateSent(q.Get("DateSent>"))
	if err != nil {
		refuse(w, http.StatusBadRequest, 20001, "DateSent is not a date")
		return
	}
	number, _ := strconv.Atoi(q.Get("Page"))

	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.ledger.messages)
	if token := q.Get("PageToken"); token != "" {
		if n, err := strconv.Atoi(token[min(2, len(token)):]); err == nil {
			before = n
		}
	}
	var page []int
	more := false
	visit := func(i int) bool {
		m := &s.ledger.messages[i]
		if i >= before || !s.listed(m, q, since) {
			return true
		}
		if len(page) == size {
			more = true
			return false
		}
		page = append(page, i)
		return true
	}
	if to := q.Get("To"); to != "" {
		index := s.ledger.byTo[to]
		for i := len(index) - 1; i >= 0 && visit(index[i]); i-- {
		}
	} else {
		for i := len(s.ledger.messages) - 1; i >= 0 && visit(i); i-- {
		}
	}

	b := append(make([]byte, 0, 512*(1+len(page))), `{"messages":[`...)
	for n, i := range page {
		if n > 0 {
			b = append(b, ',')
		}
		b = appendMessage(b, &s.ledger.messages[i], s.options.AccountSID)
	}
	b = append(b, `],"page":`+strconv.Itoa(number)+`,"page_size":`+strconv.Itoa(size)+`,"start":0,"end":`+strconv.Itoa(max(len(page)-1, 0))...)
	b = appendString(append(b, `,"uri":`...), r.URL.RequestURI())
	b = appendString(append(b, `,"first_page_uri":`...), s.path+".json?PageSize="+strconv.Itoa(size)+"&Page=0")
	b = append(b, `,"previous_page_uri":null,"next_page_uri":`...)
	if more {
		next := url.Values{"PageSize": {strconv.Itoa(size)}, "Page": {strconv.Itoa(number + 1)}, "PageToken": {"PA" + strconv.Itoa(page[len(page)-1])}}
		for _, name := range []string{"To", "From", "DateSent>"} {
			if v := q.Get(name); v != "" {
				next.Set(name, v)
			}
		}
		b = appendString(b, s.path+".json?"+next.Encode())
	} else {
		b = append(b, `null`...)
	}
	w.Header()["Content-Type"] = contentJSON
	w.Write(append(b, '}'))
}

// listed says whether the list shows the message already and the filters let it
// through. What is still queued has no DateSent, so that filter leaves it out.
func (s *Server) listed(m *Message, q url.Values, since time.Time) bool {
	if s.Now()-m.At < s.options.ListLag {
		return false
	}
	if from := q.Get("From"); from != "" && m.From != from {
		return false
	}
	if to := q.Get("To"); to != "" && m.To != to {
		return false
	}
	if since.IsZero() {
		return true
	}
	return m.Status != "queued" && m.Status != "accepted" && !m.Created.Truncate(time.Second).Before(since)
}

func dateSent(v string) (time.Time, error) {
	if v == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, v); err == nil {
		return t, nil
	}
	return time.Parse(time.DateOnly, v)
}

// listMedia is GET …/Messages/{Sid}/Media.json.
func (s *Server) listMedia(w http.ResponseWriter, sid string) {
	m, ok := s.Find(sid)
	if !ok {
		refuse(w, http.StatusNotFound, 20404, "The requested resource was not found")
		return
	}
	b := append([]byte(nil), `{"media_list":[`...)
	for i := range m.Media {
		if i > 0 {
			b = append(b, ',')
		}
		id := "ME" + sid[2:len(sid)-2] + strconv.FormatInt(int64(0x10+i), 16)
		b = append(b, `{"sid":"`+id+`","account_sid":"`+s.options.AccountSID+`","parent_sid":"`+sid+`","content_type":"image/jpeg","uri":"`+s.path+"/"+sid+"/Media/"+id+`.json"}`...)
	}
	w.Header()["Content-Type"] = contentJSON
	w.Write(append(b, `],"next_page_uri":null,"page":0,"page_size":50}`...))
}
