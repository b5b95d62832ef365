package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// MaxFile bounds what is kept of one file that a customer sent: WhatsApp's
// pictures, voice notes and videos have at most 16 MB, MMS less.
const MaxFile = 20 << 20

// kept are the kinds of files that customers send, and what the name of each
// ends in; any other is kept as bytes that nobody shows.
var kept = map[string]string{
	"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif", "image/heic": ".heic",
	"audio/ogg": ".ogg", "audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/aac": ".aac", "audio/amr": ".amr",
	"video/mp4": ".mp4", "video/3gpp": ".3gp", "application/pdf": ".pdf",
}

// unknown is the ending of every other kind.
const unknown = ".bin"

// Fetch asks a file's carrier for it.
type Fetch func(ctx context.Context, url string) (gateway.File, error)

// Keeper keeps in the folder what carriers hold of what customers sent: it is
// there when the carrier has deleted it, and no agent waits for the carrier.
type Keeper struct{ Folder string }

// Open opens a file from the folder, or fetches it and keeps it first. One that
// is larger than MaxFile is handed on as the carrier gives it, and not kept.
func (k Keeper) Open(ctx context.Context, brand conversation.BrandID, url string, fetch Fetch) (gateway.File, error) {
	if f, err := k.find(brand, url); err == nil || !errors.Is(err, gateway.ErrNotFound) {
		return f, err
	}
	f, err := fetch(ctx, url)
	if err != nil || f.Size > MaxFile {
		return f, err
	}
	content, err := io.ReadAll(io.LimitReader(f.Content, MaxFile+1))
	if err != nil {
		f.Content.Close()
		return gateway.File{}, fmt.Errorf("fetch a file: %w", err)
	}
	if len(content) > MaxFile {
		f.Content = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(strings.NewReader(string(content)), f.Content), f.Content}
		f.Size = MaxFile + 1 // at least
		return f, nil
	}
	f.Content.Close()
	if _, err := store(k.Folder, filepath.Join(string(brand), nameOf(url)+endingOf(f.Type)), content); err != nil {
		return gateway.File{}, err
	}
	return k.find(brand, url)
}

// forget removes what is kept of a carrier's file, whoever's it is: its address
// is its message's alone.
func forget(folder, url string) error {
	names, err := filepath.Glob(filepath.Join(folder, "*", nameOf(url)+".*"))
	for _, name := range names {
		if e := os.Remove(name); e != nil && !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, fmt.Errorf("remove a file: %w", e))
		}
	}
	return err
}

// find opens a file that is kept.
func (k Keeper) find(brand conversation.BrandID, url string) (gateway.File, error) {
	names, err := filepath.Glob(filepath.Join(k.Folder, string(brand), nameOf(url)+".*"))
	if err != nil || len(names) == 0 {
		return gateway.File{}, fmt.Errorf("open a file: %w", gateway.ErrNotFound)
	}
	return Open(k.Folder, Scheme+string(brand)+"/"+filepath.Base(names[0]))
}

// nameOf is a file's name without its ending: its address is the carrier's, and
// may hold anything.
func nameOf(url string) string {
	sum := sha256.Sum256([]byte(url))
	return hex.EncodeToString(sum[:16])
}

func endingOf(kind string) string {
	kind, _, _ = strings.Cut(strings.ToLower(kind), ";")
	if e, ok := kept[strings.TrimSpace(kind)]; ok {
		return e
	}
	return unknown
}
