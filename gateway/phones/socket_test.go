package phones

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/causette/causette/conversation"
)

// page is a client of the socket.
type page struct {
	t    *testing.T
	conn *websocket.Conn
}

func serve(t *testing.T, tw *town) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(tw.Handler())
	t.Cleanup(s.Close)
	return s
}

func dial(t *testing.T, s *httptest.Server, query, origin string) (*page, *http.Response, error) {
	t.Helper()
	header := http.Header{}
	if origin != "" {
		header.Set("Origin", origin)
	}
	conn, answer, err := websocket.DefaultDialer.Dial(strings.Replace(s.URL, "http", "ws", 1)+"/phones/socket"+query, header)
	if err != nil {
		return nil, answer, err
	}
	t.Cleanup(func() { conn.Close() })
	return &page{t, conn}, answer, nil
}

func open(t *testing.T, s *httptest.Server, query string) *page {
	t.Helper()
	p, _, err := dial(t, s, query, s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *page) read() frame {
	p.t.Helper()
	p.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	_, data, err := p.conn.ReadMessage()
	if err != nil {
		p.t.Fatalf("read: %v", err)
	}
	var f frame
	if err := json.Unmarshal(data, &f); err != nil {
		p.t.Fatalf("read %s: %v", data, err)
	}
	return f
}

// until reads updates until one matches, and returns the cursor then.
func (p *page) until(matches func(Update) bool) uint64 {
	p.t.Helper()
	for {
		f := p.read()
		for _, u := range f.Updates {
			if matches(u) {
				return f.Seq
			}
		}
	}
}

func delivered(text string) func(Update) bool {
	return func(u Update) bool { return u.Message != nil && u.Message.Text == text && u.Message.State == Delivered }
}

func TestAPageSeesWhatChangesAndResumesWhereItWas(t *testing.T) {
	tw := newTown(t, Options{})
	s := serve(t, tw)
	p := open(t, s, "")
	first := p.read()
	if first.Snapshot == nil || len(first.Snapshot.Phones) != 1 || first.Seq != first.Snapshot.Seq {
		t.Fatalf("the first frame is no snapshot: %+v", first)
	}
	tw.send(t, tw.sms, "un")
	seq := p.until(delivered("un"))
	p.conn.Close()

	tw.send(t, tw.sms, "deux")
	again := open(t, s, fmt.Sprintf("?epoch=%s&after=%d", first.Snapshot.Epoch, seq))
	f := again.read()
	if f.Snapshot != nil {
		t.Fatal("it was told everything again")
	}
	found := false
	for i, u := range f.Updates {
		found = found || delivered("deux")(u)
		if u.Seq != seq+uint64(i)+1 {
			t.Errorf("update %d follows %d", u.Seq, seq+uint64(i))
		}
		if u.Message != nil && u.Message.Text == "un" && u.Seq <= seq {
			t.Error("it was told the first message again")
		}
	}
	if !found {
		again.until(delivered("deux"))
	}
}

func TestAPageBeginsAnewWhenItsCursorMeansNothing(t *testing.T) {
	tw := newTown(t, Options{})
	s := serve(t, tw)
	epoch := tw.Snapshot().Epoch
	for _, query := range []string{"?epoch=another&after=1", "?epoch=" + epoch + "&after=99999", "?epoch=" + epoch + "&after=x", "?epoch=" + epoch + "&after=-1"} {
		if f := open(t, s, query).read(); f.Snapshot == nil {
			t.Errorf("%s: no snapshot", query)
		}
	}
	for i := range feedLength + 1 {
		if err := tw.SetNetwork(Network{DelayMS: i}); err != nil {
			t.Fatal(err)
		}
	}
	if f := open(t, s, "?epoch="+epoch+"&after=1").read(); f.Snapshot == nil || f.Snapshot.Network.DelayMS != feedLength {
		t.Errorf("too far behind: %+v", f)
	}
	behind := open(t, s, fmt.Sprintf("?epoch=%s&after=%d", epoch, tw.Snapshot().Seq-frameSize-10))
	if f := behind.read(); f.Snapshot != nil || len(f.Updates) != frameSize {
		t.Errorf("%d updates in a frame", len(f.Updates))
	}
	if f := behind.read(); len(f.Updates) != 10 {
		t.Errorf("%d updates in the next frame", len(f.Updates))
	}
}

func TestOnlyOurOwnPageOpensTheSocket(t *testing.T) {
	tw := newTown(t, Options{})
	s := serve(t, tw)
	for _, origin := range []string{"", "null", "https://evil.example", s.URL + ".evil.example", "http://"} {
		_, answer, err := dial(t, s, "", origin)
		if err == nil || answer == nil || answer.StatusCode != http.StatusForbidden {
			t.Errorf("origin %q: %v, %v", origin, answer, err)
		}
	}
	tw.options.Origins = []string{"https://text.lumen.example"}
	if _, _, err := dial(t, s, "", s.URL); err == nil {
		t.Error("an origin that is not listed opened it")
	}
	if _, _, err := dial(t, s, "", "https://text.lumen.example"); err != nil {
		t.Errorf("the listed origin: %v", err)
	}
}

func TestAPageThatTalksIsCut(t *testing.T) {
	tw := newTown(t, Options{})
	p := open(t, serve(t, tw), "")
	p.read()
	if err := p.conn.WriteMessage(websocket.TextMessage, []byte("STOP")); err != nil {
		t.Fatal(err)
	}
	p.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	for {
		if _, _, err := p.conn.ReadMessage(); err != nil {
			if !websocket.IsCloseError(err, websocket.ClosePolicyViolation) {
				t.Errorf("closed with %v", err)
			}
			return
		}
	}
}

func TestSocketsAreBoundedAndCloseWithTheCarrier(t *testing.T) {
	tw := newTown(t, Options{})
	s := serve(t, tw)
	var last *page
	for range maxSockets {
		last = open(t, s, "")
	}
	if _, answer, err := dial(t, s, "", s.URL); err == nil || answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("one page too many: %v, %v", answer, err)
	}
	last.read()
	tw.Close()
	_, _, err := last.conn.ReadMessage()
	var closed *websocket.CloseError
	if !errors.As(err, &closed) || closed.Code != closeDraining {
		t.Errorf("closed with %v, want %d", err, closeDraining)
	}
	if _, answer, err := dial(t, s, "", s.URL); err == nil || answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a closed carrier opened a socket: %v, %v", answer, err)
	}
	if _, err := tw.Text(claire, Text{Text: "trop tard"}); err == nil {
		t.Error("a closed carrier took a text")
	}
}

func BenchmarkSendToPhone(b *testing.B) {
	c := NewCarrier(Options{Seed: 1})
	defer c.Close()
	ch, err := c.Open(Line{Channel: "lumen-sms", Brand: "lumen", Medium: conversation.SMS, Address: "36106"})
	if err != nil {
		b.Fatal(err)
	}
	c.Connect(&door{})
	tw := &town{Carrier: c}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ch.Send(b.Context(), tw.posting(claire, "Votre colis est parti")); err != nil {
			b.Fatal(err)
		}
	}
}
