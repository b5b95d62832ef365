package media

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/causette/causette/conversation"
)

// MaxBytes bounds one photo: a phone's full-size JPEG has 3 to 6 MB.
const MaxBytes = 12 << 20

var errNoPhoto = errors.New("no photo in the form")

// read takes the photo out of the form, and tells its kind by its bytes, not by
// what the browser says.
func read(w http.ResponseWriter, r *http.Request) (photo []byte, kind string, err error) {
	r.Body = http.MaxBytesReader(w, r.Body, MaxBytes+64<<10)
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, "", fmt.Errorf("read form: %w", err)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, "", errNoPhoto
		}
		if err != nil {
			return nil, "", fmt.Errorf("read form: %w", err)
		}
		if part.FormName() != "photo" {
			continue
		}
		photo, err := io.ReadAll(io.LimitReader(part, MaxBytes+1))
		if err != nil {
			return nil, "", fmt.Errorf("read photo: %w", err)
		}
		kind := kindOf(photo)
		switch {
		case len(photo) > MaxBytes:
			return nil, "", fmt.Errorf("the photo has more than %d bytes", MaxBytes)
		case !strings.HasPrefix(kind, "image/") || kept[kind] == "":
			return nil, "", fmt.Errorf("%s is no photo", kind)
		}
		return photo, kind, nil
	}
}

// kindOf tells the kind by the first bytes. HEIC, which iPhones take, is not
// among those that net/http knows (ISO/IEC 23008-12, brands of the ftyp box).
func kindOf(b []byte) string {
	if len(b) >= 12 && bytes.Equal(b[4:8], []byte("ftyp")) {
		switch string(b[8:12]) {
		case "heic", "heix", "mif1", "msf1":
			return "image/heic"
		}
	}
	return http.DetectContentType(b)
}

// keep writes the photo durably and returns its name in the folder. The first
// photo of a code stays.
func keep(folder string, brand conversation.BrandID, code, kind string, photo []byte) (string, error) {
	return store(folder, filepath.Join(string(brand), code+kept[kind]), photo)
}

// store writes a file durably, unless it is there, and returns its name.
func store(folder, name string, content []byte) (string, error) {
	path := filepath.Join(folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("keep a file: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".upload-*")
	if err != nil {
		return "", fmt.Errorf("keep a file: %w", err)
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		if err = os.Link(f.Name(), path); errors.Is(err, os.ErrExist) {
			err = nil
		}
	}
	if err := errors.Join(err, os.Remove(f.Name())); err != nil {
		return "", fmt.Errorf("keep a file: %w", err)
	}
	return filepath.ToSlash(name), nil
}
