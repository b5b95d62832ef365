package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/media"
)

// files is where what is attached to messages lies: photos in the folder, all
// else with the carrier of its channel.
type files struct {
	folder   string
	channels map[conversation.ChannelID]gateway.Fetcher
}

func newFiles(folder string, routes []gateway.Route) files {
	f := files{folder, make(map[conversation.ChannelID]gateway.Fetcher)}
	for _, r := range routes {
		if fetcher, ok := r.Channel.(gateway.Fetcher); ok {
			f.channels[r.Channel.ID()] = fetcher
		}
	}
	return f
}

// Open implements console.Media.
func (f files) Open(ctx context.Context, _ conversation.BrandID, a agents.Attached) (gateway.File, error) {
	if strings.HasPrefix(a.URL, media.Scheme) {
		return media.Open(f.folder, a.URL)
	}
	channel, ok := f.channels[a.Channel]
	if !ok {
		return gateway.File{}, fmt.Errorf("channel %s keeps no files: %w", a.Channel, gateway.ErrNotFound)
	}
	return channel.Fetch(ctx, a.URL)
}
