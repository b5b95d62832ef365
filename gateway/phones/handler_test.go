package phones

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/causette/causette/conversation"
)

// ask serves one request and decodes the answer into v.
func (tw *town) ask(t *testing.T, method, path, kind string, body io.Reader, v any) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, body)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	w := httptest.NewRecorder()
	tw.Handler().ServeHTTP(w, r)
	if v != nil {
		if err := json.Unmarshal(w.Body.Bytes(), v); err != nil {
			t.Fatalf("%s %s: %d %s: %v", method, path, w.Code, w.Body, err)
		}
	}
	return w
}

func (tw *town) askJSON(t *testing.T, method, path, body string, v any) *httptest.ResponseRecorder {
	t.Helper()
	return tw.ask(t, method, path, "application/json", strings.NewReader(body), v)
}

func TestAPersonScriptsPhonesWithCurl(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tw := newTown(t, Options{})
		var made Thread
		w := tw.ask(t, "POST", "/phones/", "application/x-www-form-urlencoded", strings.NewReader(`{"number":"+33639980042","name":"Marie"}`), &made)
		if w.Code != http.StatusCreated || made.Name != "Marie" || made.Language != "fr" || made.Look != IOS {
			t.Errorf("%d %+v", w.Code, made)
		}
		var sent Message
		if w := tw.askJSON(t, "POST", "/phones/+33639980042/messages", `{"text":"où est mon colis ?"}`, &sent); w.Code != http.StatusAccepted || sent.State != Sending {
			t.Errorf("%d %+v", w.Code, sent)
		}
		synctest.Wait()
		equal(t, "texts", tw.door.texts(), []string{"où est mon colis ?"})
		if _, err := tw.sms.Send(t.Context(), tw.posting("+33639980042", "En route.")); err != nil {
			t.Fatal(err)
		}
		var thread Thread
		tw.ask(t, "GET", "/phones/+33639980042", "", nil, &thread)
		if len(thread.Messages) != 2 || thread.Messages[0].State != Delivered || thread.Messages[1].Text != "En route." || thread.Unread["lumen-sms"] != 1 {
			t.Errorf("thread %+v", thread)
		}
		if w := tw.askJSON(t, "POST", "/phones/+33639980042/read", `{"channel":"lumen-sms"}`, nil); w.Code != http.StatusNoContent {
			t.Errorf("read: %d %s", w.Code, w.Body)
		}
		var ledger struct {
			Lines    []Entry
			Complete bool
		}
		tw.ask(t, "GET", "/phones/network/ledger?after=1", "", nil, &ledger)
		if !ledger.Complete || len(ledger.Lines) < 3 || ledger.Lines[0].Seq != 2 {
			t.Errorf("ledger %+v", ledger)
		}
	})
}

func TestSwitchesLeftOutStayAsTheyWere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tw := newTown(t, Options{})
		tw.askJSON(t, "PATCH", "/phones/network", `{"loss":30,"shuffled":true}`, nil)
		var n Network
		tw.askJSON(t, "PATCH", "/phones/network", `{"delay_ms":500}`, &n)
		if want := (Network{Loss: 30, Shuffled: true, DelayMS: 500}); n != want || tw.Network() != want {
			t.Errorf("got %+v and %+v, want %+v", n, tw.Network(), want)
		}
		var p Phone
		tw.askJSON(t, "PATCH", "/phones/"+string(claire), `{"about":"VIP","network":{"off":true}}`, &p)
		if p.Name != "Claire" || p.About != "VIP" || !p.Network.Off {
			t.Errorf("phone %+v", p)
		}
		var all Snapshot
		tw.ask(t, "GET", "/phones/network", "", nil, &all)
		if all.Total != 1 || len(all.Lines) != 2 || all.Phones[0].About != "VIP" || all.Network != tw.Network() {
			t.Errorf("snapshot %+v", all)
		}
	})
}

func TestWhatCannotBeDoneIsAProblemWithACode(t *testing.T) {
	const to = "/phones/" + string(claire)
	tests := []struct {
		name, method, path, kind, body string
		status                         int
		code                           string
	}{
		{"a phone that is not there", "GET", "/phones/+33600000000", "", "", 404, "unknown_phone"},
		{"a page that is not there", "GET", "/phones/a/b/c", "", "", 404, "no_page"},
		{"an asset outside of the page", "GET", "/phones/assets/..%2fhandler.go", "", "", 404, "no_page"},
		{"a picture that is not there", "GET", "/phones/pictures/0/-1", "", "", 404, "no_picture"},
		{"a method that is not known", "DELETE", to, "", "", 404, "no_page"},
		{"no JSON", "POST", to + "/messages", "application/json", "text=oui", 400, "bad_json"},
		{"two values", "POST", to + "/messages", "application/json", `{"text":"a"}{}`, 400, "bad_json"},
		{"a misspelt field", "POST", to + "/messages", "application/json", `{"txt":"a"}`, 400, "bad_json"},
		{"a kind of body that is not taken", "POST", to + "/messages", "text/plain", `{"text":"a"}`, 415, "unsupported_media"},
		{"a form without a boundary", "POST", to + "/messages", "multipart/form-data", "a", 400, "bad_form"},
		{"a body that is too large", "POST", to + "/messages", "application/json", `{"text":"` + strings.Repeat("a", maxBody) + `"}`, 413, "too_large"},
		{"a text that is too long", "POST", to + "/messages", "application/json", `{"text":"` + strings.Repeat("a", MaxSMS+1) + `"}`, 422, "too_long"},
		{"an empty text", "POST", to + "/messages", "application/json", `{}`, 422, "empty"},
		{"a message to send again that is not there", "POST", to + "/messages/PH1/retry", "", "", 404, "no_message"},
		{"a thread that is not there", "POST", to + "/read", "application/json", `{"channel":"x"}`, 404, "unknown_channel"},
		{"a number that is none", "POST", "/phones/", "application/json", `{"number":"0612345678"}`, 422, "bad_number"},
		{"a number that is taken", "POST", "/phones/", "application/json", `{"number":"` + string(claire) + `"}`, 409, "phone_exists"},
		{"a name that is a novel", "POST", "/phones/", "application/json", `{"number":"+33639980050","name":"` + strings.Repeat("x", 61) + `"}`, 422, "too_long"},
		{"more phones than there may be", "POST", "/phones/", "application/json", `{"number":"+33639980051"}`, 409, "too_many_phones"},
		{"a share above all", "PATCH", "/phones/network", "application/json", `{"loss":101}`, 422, "bad_network"},
		{"a delay of an hour", "PATCH", to, "application/json", `{"network":{"delay_ms":3600000}}`, 422, "bad_network"},
		{"a misspelt switch", "PATCH", to, "application/json", `{"network":{"of":true}}`, 400, "bad_json"},
		{"a line of the ledger that is no number", "GET", "/phones/network/ledger?after=x", "", "", 422, "bad_number"},
		{"a socket without an origin", "GET", "/phones/socket", "", "", 403, "bad_origin"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tw := newTown(t, Options{MaxPhones: 1})
				before, _ := tw.Thread(claire)
				var p struct {
					Status int
					Code   string
					Detail string
				}
				w := tw.ask(t, tt.method, tt.path, tt.kind, strings.NewReader(tt.body), &p)
				if w.Code != tt.status || p.Status != tt.status || p.Code != tt.code || p.Detail == "" || w.Header().Get("Content-Type") != "application/problem+json" {
					t.Errorf("got %d %s, want %d %s", w.Code, w.Body, tt.status, tt.code)
				}
				after, _ := tw.Thread(claire)
				if len(after.Messages) != 0 || after.Network != before.Network {
					t.Errorf("it did something all the same: %+v", after)
				}
			})
		})
	}
}

func TestAPageOfAnotherOriginCannotText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tw := newTown(t, Options{})
		r := httptest.NewRequest("POST", "/phones/"+string(claire)+"/messages", strings.NewReader(`{"text":"STOP"}`))
		r.Header.Set("Origin", "https://evil.example")
		w := httptest.NewRecorder()
		tw.Handler().ServeHTTP(w, r)
		if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "bad_origin") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		synctest.Wait()
		equal(t, "texts", tw.door.texts(), nil)
	})
}

func TestThePageLoadsNothingFromElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tw := newTown(t, Options{})
		w := tw.ask(t, "GET", "/phones/", "", nil, nil)
		if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			t.Fatalf("%d %s", w.Code, w.Header())
		}
		if csp := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; script-src 'self'; style-src 'self';") || strings.Contains(csp, "unsafe") {
			t.Errorf("policy %s", csp)
		}
		page := w.Body.String()
		for _, bad := range []string{"<style", " style=", "onclick=", "http://", "https://"} {
			if strings.Contains(page, bad) {
				t.Errorf("the page has %q", bad)
			}
		}
		if w := tw.ask(t, "GET", "/phones/assets/main.js", "", nil, nil); w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/javascript") {
			t.Errorf("main.js: %d %s", w.Code, w.Header().Get("Content-Type"))
		}
	})
}

// photo is a PNG with sides of n pixels.
func photo(t *testing.T, n int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, n, n))
	for i := range n {
		img.Set(i, i, color.RGBA{200, 120, uint8(i), 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// upload is a form with a picture.
func upload(t *testing.T, text string, data []byte) (kind string, body *bytes.Buffer) {
	t.Helper()
	body = &bytes.Buffer{}
	m := multipart.NewWriter(body)
	part, err := m.CreateFormFile("picture", "lampe.png")
	if err == nil {
		_, err = part.Write(data)
	}
	if err == nil {
		err = m.WriteField("text", text)
	}
	if err == nil {
		err = m.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return m.FormDataContentType(), body
}

func TestAPictureTravelsAndIsServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tw := newTown(t, Options{PublicURL: "http://127.0.0.1:8080"})
		data := photo(t, 40)
		kind, body := upload(t, "cassée", data)
		if w := tw.ask(t, "POST", "/phones/"+string(claire)+"/messages", kind, body, nil); w.Code != http.StatusAccepted {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		synctest.Wait()
		in := tw.door.events[0].Message
		if in.Text != "cassée" || len(in.Media) != 1 || in.Media[0].Type != "image/png" {
			t.Fatalf("inbound %+v", in)
		}
		path, ok := strings.CutPrefix(in.Media[0].URL, "http://127.0.0.1:8080")
		if !ok {
			t.Errorf("url %s", in.Media[0].URL)
		}
		w := tw.ask(t, "GET", path, "", nil, nil)
		if w.Code != 200 || !bytes.Equal(w.Body.Bytes(), data) || w.Header().Get("Content-Type") != "image/png" ||
			w.Header().Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(w.Header().Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%d %v", w.Code, w.Header())
		}
	})
}

func TestPicturesAreBounded(t *testing.T) {
	tests := []struct {
		name   string
		data   []byte
		status int
		code   string
	}{
		{"no picture at all", []byte("<svg onload=alert(1)>"), 422, "bad_picture"},
		{"a page that begins like a picture", []byte("\x89PNG\r\n\x1a\n<script>"), 422, "bad_picture"},
		{"one that is too heavy", append(photo(t, 4), make([]byte, MaxPicture)...), 413, "too_large"},
		{"a form that is too heavy", make([]byte, maxForm), 413, "too_large"},
		{"one that unpacks into a huge one", hugePNG(t), 422, "bad_picture"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tw := newTown(t, Options{})
				kind, body := upload(t, "", tt.data)
				var p struct{ Code string }
				if w := tw.ask(t, "POST", "/phones/"+string(claire)+"/messages", kind, body, &p); w.Code != tt.status || p.Code != tt.code {
					t.Errorf("got %d %s, want %d %s", w.Code, p.Code, tt.status, tt.code)
				}
			})
		})
	}
	a := album{life: "1", limit: 1000}
	for range 10 {
		a.add(Picture{Data: make([]byte, 300)}, "")
	}
	if a.size > 1000 || len(a.pages) != 3 {
		t.Errorf("the album keeps %d pictures, %d bytes", len(a.pages), a.size)
	}
	if _, ok := a.get("1", 9); !ok {
		t.Error("the newest is gone")
	}
	if _, ok := a.get("1", 6); ok {
		t.Error("the oldest is still there")
	}
}

// hugePNG is a small file that says that it is 60,000 pixels wide.
func hugePNG(t *testing.T) []byte {
	data := photo(t, 4)
	i := bytes.Index(data, []byte("IHDR"))
	copy(data[i+4:], []byte{0, 0, 0xEA, 0x60})
	binary.BigEndian.PutUint32(data[i+17:], crc32.ChecksumIEEE(data[i:i+17]))
	return data
}

func FuzzTheAPITakesAnyBody(f *testing.F) {
	f.Add("/phones/+33639980001/messages", "application/json", []byte(`{"text":"oui","reply_to":"PH","reaction":"👍"}`))
	f.Add("/phones/", "", []byte(`{"number":"+33639980002","network":{"loss":5}}`))
	f.Add("/phones/+33639980001/messages", "multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"a\"\r\n\r\nGIF89a\r\n--x--"))
	f.Fuzz(func(t *testing.T, path, kind string, body []byte) {
		if !strings.HasPrefix(path, "/phones/") || strings.ContainsAny(path, " \r\n\t%?#") || strings.Contains(kind, "\n") {
			t.Skip()
		}
		c := NewCarrier(Options{Clock: hurried{}, MaxPhones: 3})
		defer c.Close()
		if _, err := c.Open(Line{Channel: "a", Brand: "b", Medium: conversation.SMS, Address: "36106"}); err != nil {
			t.Fatal(err)
		}
		c.Connect(&door{})
		if err := c.Add(Phone{Number: claire}); err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("POST", "/phones/", bytes.NewReader(body))
		r.URL.Path = path
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		began := time.Now()
		c.Handler().ServeHTTP(w, r)
		if w.Code >= 500 || time.Since(began) > 5*time.Second {
			t.Errorf("%d after %v", w.Code, time.Since(began))
		}
		if w.Code >= 400 && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%d with %q", w.Code, w.Body)
		}
	})
}
