package whatsapp

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// maxFile bounds a file both ways: WhatsApp's own bound of pictures, voice notes
// and videos is 16 MB.
const maxFile = 16 << 20

// storage is where WhatsApp keeps files.
const storage = "https://mmg.whatsapp.net"

// attached is a file as its address: WhatsApp's own, and behind the # what opens
// it, since WhatsApp keeps it encrypted.
func attached(m whatsmeow.DownloadableMessage, at, kind string, size uint64) []conversation.Media {
	if at == "" && m.GetDirectPath() != "" {
		at = storage + m.GetDirectPath()
	}
	if len(m.GetMediaKey()) > 0 {
		enc := base64.RawURLEncoding.EncodeToString
		at, _, _ = strings.Cut(at, "#")
		at += "#" + url.Values{
			"k": {enc(m.GetMediaKey())}, "e": {enc(m.GetFileEncSHA256())}, "s": {enc(m.GetFileSHA256())},
			"n": {strconv.FormatUint(size, 10)}, "t": {string(whatsmeow.GetMediaType(m))}, "p": {m.GetDirectPath()},
		}.Encode()
	}
	kind, _, _ = strings.Cut(cut(kind, 128), ";")
	if at == "" || len(at) > 4<<10 {
		return nil
	}
	return []conversation.Media{{URL: at, Type: strings.TrimSpace(kind)}}
}

// kept is a file's address read back; it is a whatsmeow.DownloadableMessage.
type kept struct {
	path           string
	key, enc, hash []byte
	kind           whatsmeow.MediaType
	size           uint64
}

func (k *kept) GetDirectPath() string             { return k.path }
func (k *kept) GetMediaKey() []byte               { return k.key }
func (k *kept) GetFileEncSHA256() []byte          { return k.enc }
func (k *kept) GetFileSHA256() []byte             { return k.hash }
func (k *kept) GetMediaType() whatsmeow.MediaType { return k.kind }

func parseKept(address string) (*kept, error) {
	_, rest, _ := strings.Cut(address, "#")
	v, err := url.ParseQuery(rest)
	if err != nil || v.Get("k") == "" || v.Get("p") == "" {
		return nil, errors.New("the address says not how to open it")
	}
	k := &kept{path: v.Get("p"), kind: whatsmeow.MediaType(v.Get("t"))}
	for name, to := range map[string]*[]byte{"k": &k.key, "e": &k.enc, "s": &k.hash} {
		if *to, err = base64.RawURLEncoding.DecodeString(v.Get(name)); err != nil {
			return nil, errors.New("the address is damaged")
		}
	}
	k.size, err = strconv.ParseUint(v.Get("n"), 10, 63)
	return k, err
}

// Fetch implements gateway.Fetcher: the file comes from WhatsApp's storage into a
// temporary one, where it is decrypted.
func (c *Channel) Fetch(ctx context.Context, address string) (gateway.File, error) {
	k, err := parseKept(address)
	if err != nil {
		return gateway.File{}, fmt.Errorf("fetch a file of WhatsApp: %w: %w", err, gateway.ErrNotFound)
	}
	if k.size > maxFile {
		return gateway.File{}, fmt.Errorf("fetch a file of WhatsApp: it has %d bytes, %d at most: %w", k.size, maxFile, gateway.ErrNotFound)
	}
	s := c.live.Load()
	if s == nil {
		return gateway.File{}, errors.New("fetch a file of WhatsApp: this node is not connected to it")
	}
	f, err := os.CreateTemp("", "causette-whatsapp-*")
	if err != nil {
		return gateway.File{}, fmt.Errorf("fetch a file of WhatsApp: %w", err)
	}
	_ = os.Remove(f.Name()) // it lives as long as it is open
	err = s.client.DownloadToFile(ctx, k, f)
	if gone := (whatsmeow.DownloadHTTPError{}); errors.As(err, &gone) && (gone.StatusCode == 403 || gone.StatusCode == 404 || gone.StatusCode == 410) {
		err = fmt.Errorf("%w: %w", err, gateway.ErrNotFound)
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return gateway.File{}, fmt.Errorf("fetch a file of WhatsApp: %w", errors.Join(err, f.Close()))
	}
	return gateway.File{Content: f, Size: int64(k.size)}, nil
}

// upload encrypts a file into WhatsApp's storage, and returns the message that
// shows it.
func (s *session) upload(ctx context.Context, at, caption string) (*waE2E.Message, error) {
	c := s.channel
	if c.config.Open == nil {
		return nil, errors.New("this channel opens no files")
	}
	file, err := c.config.Open(ctx, c.config.Brand, at)
	if err != nil {
		return nil, err
	}
	defer file.Content.Close()
	body, err := io.ReadAll(io.LimitReader(file.Content, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxFile {
		return nil, fmt.Errorf("more than %d bytes: %w", maxFile, errTooLarge)
	}
	general, _, _ := strings.Cut(file.Type, "/")
	kind, ok := map[string]whatsmeow.MediaType{"image": whatsmeow.MediaImage, "video": whatsmeow.MediaVideo, "audio": whatsmeow.MediaAudio}[general]
	if !ok {
		kind = whatsmeow.MediaDocument
	}
	up, err := s.client.Upload(ctx, body, kind)
	if err != nil {
		return nil, err
	}
	size, text := proto.Uint64(up.FileLength), optional(caption)
	switch kind {
	case whatsmeow.MediaImage:
		return &waE2E.Message{ImageMessage: &waE2E.ImageMessage{URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, Mimetype: &file.Type,
			FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: size, Caption: text}}, nil
	case whatsmeow.MediaVideo:
		return &waE2E.Message{VideoMessage: &waE2E.VideoMessage{URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, Mimetype: &file.Type,
			FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: size, Caption: text}}, nil
	case whatsmeow.MediaAudio:
		return &waE2E.Message{AudioMessage: &waE2E.AudioMessage{URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, Mimetype: &file.Type,
			FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: size}}, nil
	}
	return &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, Mimetype: &file.Type,
		FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: size, Caption: text}}, nil
}

var errTooLarge = errors.New("the file is too large for WhatsApp")

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
