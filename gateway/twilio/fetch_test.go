package twilio_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/twilio"
)

// A file is asked of the account's API, which sends on to a storage that must
// not see the account's token.
func TestFetchingAFile(t *testing.T) {
	storage := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("the storage is told the token")
		}
		w.Header().Set("Content-Type", "audio/ogg")
		io.WriteString(w, "a voice")
	}))
	defer storage.Close()
	const messages = "/2010-04-01/Accounts/" + account + "/Messages/"
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		switch {
		case user != account || password != token:
			http.Error(w, "no", http.StatusUnauthorized)
		case r.URL.Path == messages+"MM1/Media/ME1":
			http.Redirect(w, r, storage.URL+"/somewhere?signed=1", http.StatusTemporaryRedirect)
		case r.URL.Path == messages+"MM1/Media/ME2":
			w.Header().Set("Content-Type", "image/png")
			io.WriteString(w, "a picture")
		case r.URL.Path == messages+"MM1/Media/loop":
			http.Redirect(w, r, r.URL.Path, http.StatusTemporaryRedirect)
		case r.URL.Path == messages+"MM1/Media/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusTemporaryRedirect)
		case r.URL.Path == messages+"MM1/Media/broken":
			http.Error(w, "no", http.StatusInternalServerError)
		default:
			http.NotFound(w, r)
		}
	}))
	defer api.Close()
	c, err := twilio.New(twilio.Config{ID: "lumen-sms", Brand: "lumen", Address: "36105", AccountSID: account, AuthToken: token,
		BaseURL: api.URL, PublicURL: public})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, want := range []struct {
		name, url, kind, content string
		missing                  bool
	}{
		{"on the storage", api.URL + messages + "MM1/Media/ME1", "audio/ogg", "a voice", false},
		{"at the API", api.URL + messages + "MM1/Media/ME2", "image/png", "a picture", false},
		{"deleted", api.URL + messages + "MM1/Media/ME3", "", "", true},
		{"another account's", strings.Replace(api.URL+messages, account, "AC00000000000000000000000000000002", 1) + "MM1/Media/ME1", "", "", true},
		{"somebody else's", storage.URL + messages + "MM1/Media/ME1", "", "", true},
		{"for ever sent on", api.URL + messages + "MM1/Media/loop", "", "", false},
		{"sent on to this machine", api.URL + messages + "MM1/Media/file", "", "", false},
		{"broken", api.URL + messages + "MM1/Media/broken", "", "", false},
		{"no URL", "::", "", "", true},
	} {
		f, err := c.Fetch(context.Background(), want.url)
		if (err == nil) != (want.content != "") || errors.Is(err, gateway.ErrNotFound) != want.missing {
			t.Errorf("%s: %v", want.name, err)
		}
		if err != nil {
			continue
		}
		content, err := io.ReadAll(f.Content)
		f.Content.Close()
		if err != nil || string(content) != want.content || f.Type != want.kind || f.Size != int64(len(want.content)) {
			t.Errorf("%s: %q, %+v, %v", want.name, content, f, err)
		}
	}
}
