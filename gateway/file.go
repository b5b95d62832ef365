package gateway

import (
	"context"
	"io"
)

// File is what was attached to a message. Who opened it closes its content.
type File struct {
	Content io.ReadCloser
	Type    string // MIME, as its keeper says
	Size    int64  // bytes; -1 when its keeper does not say
}

// Fetcher is a channel whose carrier keeps what customers sent.
type Fetcher interface {
	// Fetch opens what lies at a URL that the carrier gave; ErrNotFound when it
	// has it no more, or never had: a URL of somebody else's is not asked.
	Fetch(ctx context.Context, url string) (File, error)
}
