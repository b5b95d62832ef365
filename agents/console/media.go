package console

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Media opens what is attached to messages, wherever it is kept.
type Media interface {
	// Open opens it; gateway.ErrNotFound when it is not there any more.
	Open(ctx context.Context, brand conversation.BrandID, a agents.Attached) (gateway.File, error)
}

const (
	maxMedia      = 20 << 20 // bytes of one file: WhatsApp's are at most 16 MB, MMS and photos less
	mediaPatience = 20 * time.Second
	mediaAtOnce   = 8 // fetched at the same moment: each may be held whole
)

// shownKinds are what a page shows in place, whoever made it: none of them runs
// anything. SVG and HTML do.
var shownKinds = []string{
	"image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/heic", "image/bmp",
	"audio/ogg", "audio/opus", "audio/mpeg", "audio/mp4", "audio/aac", "audio/x-m4a", "audio/amr", "audio/3gpp", "audio/wav", "audio/x-wav", "audio/webm",
	"video/mp4", "video/3gpp", "video/webm", "video/quicktime",
	"application/pdf",
}

var errNoMedia = refuse(http.StatusBadGateway, "no_media", "The carrier does not give the file now", "try again in a moment")

// getMedia serves what is attached to a message that the agent may see. It is
// somebody's file: nothing in it may run, and no other page may have it.
func (c *Console) getMedia(w http.ResponseWriter, r *http.Request) {
	s, err := c.admit(r)
	if err == nil {
		err = c.serveMedia(w, r, s)
	}
	if err != nil {
		c.fail(w, r, err)
	}
}

func (c *Console) serveMedia(w http.ResponseWriter, r *http.Request, s *session) error {
	brand, customer := named(r)
	index, err := strconv.Atoi(r.PathValue("index"))
	if err != nil || c.media == nil {
		return fmt.Errorf("serve media: %w", gateway.ErrNotFound)
	}
	message := r.PathValue("message")
	a, err := c.desk.Attached(r.Context(), s.agent, brand, customer, conversation.MessageID(message), index)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), mediaPatience)
	defer cancel()
	select {
	case c.fetching <- struct{}{}:
		defer func() { <-c.fetching }()
	case <-ctx.Done():
		return ctx.Err()
	}
	f, err := c.media.Open(ctx, brand, a)
	if err != nil {
		return c.noMedia(r, err)
	}
	defer f.Content.Close()
	content, err := seekable(f)
	if err != nil {
		return c.noMedia(r, err)
	}
	kind, shown := kindOf(a.Type, f.Type)
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "private, max-age=3600")
	h.Set("ETag", `"`+url.PathEscape(message)+"-"+strconv.Itoa(index)+`"`) // a message never changes
	if kind == "application/pdf" {                                         // a browser's own viewer does not open in a sandbox
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	} else {
		h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	}
	if !shown {
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": "causette-" + message + "-" + strconv.Itoa(index)}))
	}
	http.ServeContent(w, r, "", time.Time{}, content)
	return nil
}

func (c *Console) noMedia(r *http.Request, err error) error {
	var known *problem
	if errors.Is(err, gateway.ErrNotFound) || errors.As(err, &known) {
		return err
	}
	c.log.Warn("a file could not be fetched", "route", r.Pattern, "error", err)
	return errNoMedia
}

// seekable is the file so that parts of it can be asked for, as players do: a
// file of ours as it is, what comes from elsewhere once it is read.
func seekable(f gateway.File) (io.ReadSeeker, error) {
	large := refuse(http.StatusRequestEntityTooLarge, "media_too_large", "The file is too large to be shown",
		fmt.Sprintf("it has more than %d bytes", maxMedia))
	if f.Size > maxMedia {
		return nil, large
	}
	if s, ok := f.Content.(io.ReadSeeker); ok {
		return s, nil
	}
	b, err := io.ReadAll(io.LimitReader(f.Content, maxMedia+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read a file: %w", err)
	case len(b) > maxMedia:
		return nil, large
	}
	return bytes.NewReader(b), nil
}

// kindOf says as what a file is served, and whether a page shows it: what its
// keeper says counts, or else what the message said.
func kindOf(said, kept string) (kind string, shown bool) {
	for _, text := range []string{kept, said} {
		kind, _, err := mime.ParseMediaType(text)
		if err == nil && slices.Contains(shownKinds, strings.ToLower(kind)) {
			return strings.ToLower(kind), true
		}
		if err == nil && kind != "application/octet-stream" && kind != "binary/octet-stream" {
			break // something else, which is only kept
		}
	}
	return "application/octet-stream", false
}
