package api

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

func writeJSON(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil { // the answers are ours: they marshal
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // the source has gone: nobody to tell
}

// readBody reads a bounded body that is of one of the kinds.
func readBody(w http.ResponseWriter, r *http.Request, limit int64, kinds ...string) ([]byte, error) {
	if err := isOf(r, kinds...); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, tooLarge(limit)
	case err != nil:
		return nil, problem("interrupted_body", "send the request again")
	}
	return body, nil
}

// isOf checks what a body says of itself.
func isOf(r *http.Request, kinds ...string) error {
	kind := mediaType(r)
	for _, known := range kinds {
		if kind == known {
			return nil
		}
	}
	return problem("unsupported_media_type", "send it with Content-Type: "+strings.Join(kinds, " or "))
}

func tooLarge(limit int64) error {
	return problem("body_too_large", "it may have "+strconv.FormatInt(limit, 10)+" bytes; send less at once")
}

func mediaType(r *http.Request) string {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return kind
}
