package phones

import (
	"bytes"
	"fmt"
	"image"
	_ "image/gif" // so that image.DecodeConfig knows it
	_ "image/jpeg"
	_ "image/png"
	"net/http"
	"strconv"

	"github.com/causette/causette/conversation"
)

// Picture is a photo that a phone sends.
type Picture struct {
	Type string // image/jpeg, image/png or image/gif
	Data []byte
}

const (
	// MaxPicture is the most bytes of a picture; the page shrinks larger photos
	// before it sends them.
	MaxPicture = 2 << 20
	// maxSide keeps a small file from unpacking into a huge picture.
	maxSide = 8192 // pixels
)

// ReadPicture checks that data is a picture that phones send.
func ReadPicture(data []byte) (*Picture, error) {
	if len(data) > MaxPicture {
		return nil, refuse("too_large", "the picture has more than %d bytes", MaxPicture)
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, refuse("bad_picture", "this is no JPEG, PNG or GIF picture: %v", err)
	}
	if config.Width > maxSide || config.Height > maxSide || config.Width < 1 || config.Height < 1 {
		return nil, refuse("bad_picture", "the picture is %d by %d pixels, at most %d are taken", config.Width, config.Height, maxSide)
	}
	return &Picture{Type: "image/" + format, Data: data}, nil
}

// album keeps the newest pictures.
type album struct {
	life  string // the carrier's epoch, in the URLs: browsers keep pictures longer than the carrier lives
	limit int64  // bytes
	size  int64
	first int // the number of pages[0]
	pages []Picture
}

// add keeps a picture and says where it can be had.
func (a *album) add(p Picture, base string) conversation.Media {
	a.pages = append(a.pages, p)
	a.size += int64(len(p.Data))
	for a.size > a.limit && len(a.pages) > 1 {
		a.size -= int64(len(a.pages[0].Data))
		a.pages[0] = Picture{}
		a.pages = a.pages[1:]
		a.first++
	}
	return conversation.Media{URL: fmt.Sprintf("%s/phones/pictures/%s/%d", base, a.life, a.first+len(a.pages)-1), Type: p.Type}
}

func (a *album) get(life string, n int) (Picture, bool) {
	if life != a.life || n < a.first || n >= a.first+len(a.pages) {
		return Picture{}, false
	}
	return a.pages[n-a.first], true
}

// picture serves one picture. It is somebody's file: nothing in it may run.
func (c *Carrier) picture(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.Atoi(r.PathValue("number"))
	c.mu.Lock()
	p, ok := c.album.get(r.PathValue("life"), n)
	c.mu.Unlock()
	if err != nil || !ok {
		return refuse("no_picture", "there is no such picture, or no longer")
	}
	h := w.Header()
	h.Set("Content-Type", p.Type)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=3600")
	_, err = w.Write(p.Data)
	return err
}
