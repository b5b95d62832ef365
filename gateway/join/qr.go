package join

import (
	"net/http"
	"strconv"

	qrcode "github.com/skip2/go-qrcode"
)

// textTo is the link that opens a text to the brand on a phone, with the word
// that joins in it (RFC 5724; the & is for iPhones, which read what follows it).
func (b *Brand) textTo() string { return "sms:" + string(b.Number) + "?&body=" + joinWord }

// joinWord is a keyword in every language: facts/compliance.md, START.
const joinWord = "START"

// Sizes of the picture, in pixels: a phone's screen, and a sheet of paper.
const (
	pictureSize = 320
	maxPicture  = 2048
)

// picture is the QR code. Cameras read SMSTO better than a link.
func (p *Page) picture(w http.ResponseWriter, v *visit) {
	size := pictureSize
	if n, err := strconv.Atoi(v.URL.Query().Get("size")); err == nil && n >= pictureSize && n <= maxPicture {
		size = n
	}
	png, err := qrcode.Encode("SMSTO:"+string(v.brand.Number)+":"+joinWord, qrcode.Medium, size)
	if err != nil {
		p.log.Error("cannot draw a QR picture", "brand", v.brand.ID, "error", err)
		http.Error(w, "the picture cannot be drawn", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "image/png")
	h.Set("Cache-Control", "public, max-age=3600")
	h.Set("X-Content-Type-Options", "nosniff")
	if _, err := w.Write(png); err != nil {
		p.log.Info("a QR picture was not read to its end", "error", err)
	}
}
