package phones

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/causette/causette/gateway"
)

var _ gateway.Fetcher = (*Channel)(nil)

// Fetch opens a picture that a phone sent.
func (ch *Channel) Fetch(_ context.Context, url string) (gateway.File, error) {
	path, ours := strings.CutPrefix(url, ch.carrier.options.PublicURL+"/phones/pictures/")
	life, number, _ := strings.Cut(path, "/")
	n, err := strconv.Atoi(number)
	ch.carrier.mu.Lock()
	p, ok := ch.carrier.album.get(life, n)
	ch.carrier.mu.Unlock()
	if !ours || err != nil || !ok {
		return gateway.File{}, fmt.Errorf("fetch a picture: it is not kept, or no longer: %w", gateway.ErrNotFound)
	}
	return gateway.File{Content: io.NopCloser(bytes.NewReader(p.Data)), Type: p.Type, Size: int64(len(p.Data))}, nil
}
