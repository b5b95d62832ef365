package whatsapptest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
)

// maxBlob bounds an upload.
const maxBlob = 64 << 20

// serveMedia keeps what is uploaded, encrypted, and gives it back.
func (s *Server) serveMedia(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		blob, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBlob))
		if err != nil {
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		}
		sum := sha256.Sum256(blob)
		path := "/v/" + base64.RawURLEncoding.EncodeToString(sum[:])
		s.mu.Lock()
		s.blobs[path] = blob
		s.mu.Unlock()
		_ = json.NewEncoder(w).Encode(map[string]string{"url": "https://" + mediaHost + path + "?x=1", "direct_path": path + "?x=1"})
		return
	}
	s.mu.Lock()
	blob, ok := s.blobs[r.URL.Path]
	s.mu.Unlock()
	if !ok {
		http.Error(w, "it is no longer kept", http.StatusGone)
		return
	}
	_, _ = w.Write(blob)
}

// Forget drops all media, as WhatsApp does after some weeks.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.blobs)
}
