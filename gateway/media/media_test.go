package media_test

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/media"
	"github.com/causette/causette/store"
)

const brand = conversation.BrandID("lumen")

// linker is a script that texts a link for every text, and takes pictures.
type linker struct{ gateway.Script }

func (linker) Version() string { return "linker" }

func (linker) Step(c conversation.Conversation, e conversation.Event, now time.Time) conversation.Turn {
	t := conversation.Turn{Next: c, Rule: "linker"}
	t.Next.Channel, t.Next.Medium, t.Next.Address = e.Message.Channel, e.Message.Medium, e.Message.From
	if len(e.Message.Media) == 0 {
		life := time.Hour
		if e.Message.Text == "old" {
			life = -time.Hour
		}
		t.Codes = []conversation.Code{{Code: "code-" + e.Message.Text, Kind: "upload", Expires: now.Add(life)}}
	}
	return t
}

// site is the page on a real gateway and a real database.
type site struct {
	*httptest.Server
	store  gateway.Store
	who    conversation.CustomerID
	folder string
}

func newSite(t *testing.T) *site {
	t.Helper()
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "media.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	if err := st.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	g, err := gateway.New(gateway.Options{Store: st, Scripts: func(conversation.BrandID, []byte) (gateway.Script, error) { return linker{}, nil }})
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Use(t.Context(), brand, linker{}, nil); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = g.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })

	s := &site{store: st, folder: t.TempDir()}
	for _, text := range []string{"new", "old"} {
		out, err := g.Accept(t.Context(), brand, gateway.Who{Address: "+33612345678"}, gateway.InboundEvent(conversation.Inbound{
			Carrier: conversation.CarrierID(text), Channel: "sms", Medium: conversation.SMS, From: "+33612345678", Text: text, At: time.Now(),
		}))
		if err != nil {
			t.Fatal(err)
		}
		s.who = out.Customer
	}
	s.Server = httptest.NewServer(media.New(media.Options{Door: g, Store: st, Folder: s.folder, Brands: map[conversation.BrandID]string{brand: "Lumen"}}))
	t.Cleanup(s.Close)
	return s
}

var png = append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 100)...)

// upload posts a file to a path, and returns the status and the page.
func (s *site) upload(t *testing.T, path, field string, file []byte) (int, string) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile(field, "photo.png")
	if err != nil {
		t.Fatal(err)
	}
	part.Write(file)
	form.Close()
	answer, err := http.Post(s.URL+path, form.FormDataContentType(), &body)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	page, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(page)
}

func TestAPhotoBecomesOneMessageOfItsCustomer(t *testing.T) {
	s := newSite(t)
	status, page := s.upload(t, "/photo/lumen/code-new", "photo", png)
	if status != http.StatusOK || !strings.Contains(page, "bien arrivée") {
		t.Fatalf("%d %s", status, page)
	}
	thread, err := s.store.Thread(t.Context(), brand, s.who, "", 10)
	if err != nil {
		t.Fatal(err)
	}
	if got := thread[0]; len(got.Media) != 1 || got.Media[0].URL != "media:lumen/code-new.png" || got.Media[0].Type != "image/png" {
		t.Errorf("newest message: %+v", got)
	}
	kept, err := os.ReadFile(filepath.Join(s.folder, "lumen", "code-new.png"))
	if err != nil || !bytes.Equal(kept, png) {
		t.Errorf("kept %d bytes, %v", len(kept), err)
	}

	t.Run("a link works once", func(t *testing.T) {
		status, page := s.upload(t, "/photo/lumen/code-new", "photo", append(png, 1))
		if status != http.StatusGone || !strings.Contains(page, "déjà servi") {
			t.Errorf("%d %s", status, page)
		}
		if again, _ := os.ReadFile(filepath.Join(s.folder, "lumen", "code-new.png")); !bytes.Equal(again, png) {
			t.Error("the second photo replaced the first")
		}
	})
}

func TestLinksAndFilesThatAreRefused(t *testing.T) {
	s := newSite(t)
	for _, test := range []struct {
		name, path, field string
		file              []byte
		status            int
	}{
		{"an unknown code", "/photo/lumen/nobody", "photo", png, http.StatusNotFound},
		{"an unknown brand", "/photo/autre/code-new", "photo", png, http.StatusNotFound},
		{"an expired code", "/photo/lumen/code-old", "photo", png, http.StatusNotFound},
		{"a file that is no photo", "/photo/lumen/code-new", "photo", []byte("<script>alert(1)</script>"), http.StatusUnsupportedMediaType},
		{"a form without a photo", "/photo/lumen/code-new", "other", png, http.StatusUnsupportedMediaType},
		{"a photo that is too large", "/photo/lumen/code-new", "photo", append(png, make([]byte, media.MaxBytes)...), http.StatusUnsupportedMediaType},
	} {
		t.Run(test.name, func(t *testing.T) {
			if status, page := s.upload(t, test.path, test.field, test.file); status != test.status {
				t.Errorf("%d, want %d: %s", status, test.status, page)
			}
		})
	}
	if left, _ := filepath.Glob(filepath.Join(s.folder, "*", "*")); len(left) != 0 {
		t.Errorf("refused photos were kept: %v", left)
	}
}

func TestThePageAsksInTheCustomersLanguage(t *testing.T) {
	s := newSite(t)
	answer, err := http.Get(s.URL + "/photo/lumen/code-new")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	page, _ := io.ReadAll(answer.Body)
	if answer.StatusCode != http.StatusOK || !strings.Contains(string(page), `<html lang="fr">`) || !strings.Contains(string(page), "Choisir une photo") {
		t.Errorf("%d %s", answer.StatusCode, page)
	}
	if policy := answer.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("policy %q", policy)
	}
}
