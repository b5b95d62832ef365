package media

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/causette/causette/gateway"
)

// Scheme begins the URLs of photos that lie in the folder.
const Scheme = "media:"

// Open opens a photo of the folder by the URL of its message.
func Open(folder, url string) (gateway.File, error) {
	name, ours := strings.CutPrefix(url, Scheme)
	if !ours || folder == "" {
		return gateway.File{}, fmt.Errorf("open a photo: %w", gateway.ErrNotFound)
	}
	root, err := os.OpenRoot(folder) // a name never leads out of it
	if err != nil {
		return gateway.File{}, notFound(err)
	}
	defer root.Close()
	f, err := root.Open(name)
	if err != nil {
		return gateway.File{}, notFound(err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		f.Close()
		return gateway.File{}, notFound(err)
	}
	return gateway.File{Content: f, Type: typeOf(path.Ext(name)), Size: info.Size()}, nil
}

// Remove removes a file from the folder by the URL of its message: a photo, or
// what a Keeper kept of a carrier's. What is not there is no error.
func Remove(folder, url string) error {
	if folder == "" {
		return nil
	}
	name, ours := strings.CutPrefix(url, Scheme)
	if !ours {
		return forget(folder, url)
	}
	root, err := os.OpenRoot(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("remove a photo: %w", err)
	}
	defer root.Close()
	if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove a photo: %w", err)
	}
	return nil
}

func typeOf(ending string) string {
	for kind, e := range kept {
		if e == ending {
			return kind
		}
	}
	return "application/octet-stream"
}

func notFound(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("open a photo: %w", gateway.ErrNotFound)
	}
	return fmt.Errorf("open a photo: %w", err)
}
