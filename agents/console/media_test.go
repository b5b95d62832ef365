package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// keeper keeps files by their URL, as a carrier does.
type keeper map[string]kept

type kept struct {
	kind, content string
	size          int64 // as the keeper says, where it lies
	err           error
}

func (k keeper) Open(_ context.Context, _ conversation.BrandID, a agents.Attached) (gateway.File, error) {
	f, known := k[a.URL]
	switch {
	case !known:
		return gateway.File{}, gateway.ErrNotFound
	case f.err != nil:
		return gateway.File{}, f.err
	}
	return gateway.File{Content: io.NopCloser(strings.NewReader(f.content)), Type: f.kind, Size: max(f.size, int64(len(f.content)))}, nil
}

// What customers send is shown from our own origin, and nothing of it runs.
func TestWhatIsAttachedIsServed(t *testing.T) {
	o := newOffice(t)
	const at = "https://carrier.example/"
	o.files[at+"photo"] = kept{kind: "image/jpeg", content: "a photo"}
	o.files[at+"voice"] = kept{kind: "audio/ogg; codecs=opus", content: "a voice note"}
	o.files[at+"pdf"] = kept{kind: "application/pdf", content: "%PDF"}
	o.files[at+"page"] = kept{kind: "text/html", content: "<script>alert(1)</script>"}
	o.files[at+"drawing"] = kept{kind: "image/svg+xml", content: "<svg onload=alert(1)>"}
	o.files[at+"unsaid"] = kept{kind: "application/octet-stream", content: "a photo"}
	o.files[at+"claims"] = kept{kind: "image/png", content: "small", size: maxMedia + 1}
	o.files[at+"large"] = kept{kind: "image/png", content: strings.Repeat("x", maxMedia+1), size: -1}
	o.files[at+"down"] = kept{err: errors.New("the carrier does not answer")}
	types := map[string]string{"photo": "image/jpeg", "voice": "audio/ogg; codecs=opus", "page": "image/png", "unsaid": "image/jpeg"}
	names := []string{"photo", "voice", "pdf", "page", "drawing", "unsaid", "claims", "large", "down", "gone"}
	var media []conversation.Media
	for _, name := range names {
		media = append(media, conversation.Media{URL: at + name, Type: types[name]})
	}
	p := o.theo.page()
	ana := o.writes(t, "voici", media...)
	var sent entry
	for sent.Text != "voici" {
		var e entered
		if err := json.Unmarshal(p.until("entry").D, &e); err != nil {
			t.Fatal(err)
		}
		sent = e.Entry
	}
	if len(sent.Media) != len(names) {
		t.Fatalf("%+v", sent.Media)
	}
	for i, want := range []struct {
		status int
		kind   string // as it is served; of a problem its code
		inside bool   // it is shown in place
	}{
		{200, "image/jpeg", true}, {200, "audio/ogg", true}, {200, "application/pdf", true},
		{200, "application/octet-stream", false}, {200, "application/octet-stream", false}, {200, "image/jpeg", true},
		{413, "media_too_large", false}, {413, "media_too_large", false}, {502, "no_media", false}, {404, "not_found", false},
	} {
		name, href := names[i], sent.Media[i].Href
		if !strings.HasPrefix(href, prefix+"media/lumen/"+string(ana)+"/") {
			t.Fatalf("%s lies at %s", name, href)
		}
		answer, body := o.theo.get(t, href, "")
		if answer.StatusCode != want.status {
			t.Errorf("%s: %d %s", name, answer.StatusCode, body)
			continue
		}
		h := answer.Header
		if want.status != 200 {
			if codeOf(t, body) != want.kind {
				t.Errorf("%s: %s", name, body)
			}
			continue
		}
		policy := h.Get("Content-Security-Policy")
		if h.Get("Content-Type") != want.kind || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cross-Origin-Resource-Policy") != "same-origin" ||
			!strings.HasPrefix(policy, "default-src 'none'; ") || !strings.HasPrefix(h.Get("Cache-Control"), "private") ||
			strings.HasPrefix(h.Get("Content-Disposition"), "attachment") == want.inside || string(body) != o.files[at+name].content {
			t.Errorf("%s: %v %.40s", name, h, body)
		}
	}
	if answer, body := o.theo.get(t, sent.Media[1].Href, "bytes=2-6"); answer.StatusCode != http.StatusPartialContent || string(body) != "voice" {
		t.Errorf("a part: %d %s", answer.StatusCode, body)
	}
	// The thread and the search show the same addresses, and not the carrier's.
	for _, path := range []string{"conversations/lumen/" + string(ana) + "/thread"} {
		status, body := o.theo.send("GET", path, "")
		if status != 200 || !bytes.Contains(body, []byte(sent.Media[0].Href)) || bytes.Contains(body, []byte("carrier.example")) {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

// get asks for what lies at an address, as the page's <img> does.
func (b *browser) get(t *testing.T, href, part string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequest("GET", b.w.server.URL+href, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: cookieName, Value: b.cookie})
	if part != "" {
		r.Header.Set("Range", part)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, body
}
