package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/media"
)

// files is where what is attached to messages lies: in the folder, where what
// customers send is kept as soon as it comes, else with the carrier of its channel.
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
func (f files) Open(ctx context.Context, brand conversation.BrandID, a agents.Attached) (gateway.File, error) {
	if strings.HasPrefix(a.URL, media.Scheme) {
		return media.Open(f.folder, a.URL)
	}
	channel, ok := f.channels[a.Channel]
	if !ok {
		return gateway.File{}, fmt.Errorf("channel %s keeps no files: %w", a.Channel, gateway.ErrNotFound)
	}
	if f.folder == "" {
		return channel.Fetch(ctx, a.URL)
	}
	return media.Keeper{Folder: f.folder}.Open(ctx, brand, a.URL, channel.Fetch)
}

// keeping keeps in the folder what customers send to this node, until ctx ends.
// What it misses, since the gateway was stopped meanwhile or more came at once than
// it has room for, is fetched when an agent looks at it.
type keeping struct {
	files files
	log   *slog.Logger
	came  chan received
}

type received struct {
	brand conversation.BrandID
	agents.Attached
}

// Bounds of what waits to be fetched, and of fetching one file.
const (
	keepMost = 1024
	keepWait = 30 * time.Second
)

func newKeeping(f files, log *slog.Logger) *keeping {
	return &keeping{files: f, log: log, came: make(chan received, keepMost)}
}

// take notes what came with a text; it does not block.
func (k *keeping) take(brand conversation.BrandID, in conversation.Inbound) {
	for _, m := range in.Media {
		if m.Type == conversation.Unreadable || strings.HasPrefix(m.URL, media.Scheme) {
			continue
		}
		select {
		case k.came <- received{brand, agents.Attached{Media: m, Channel: in.Channel}}:
		default:
		}
	}
}

func (k *keeping) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case r := <-k.came:
			k.keep(ctx, r.brand, r.Attached)
		}
	}
}

func (k *keeping) keep(ctx context.Context, brand conversation.BrandID, a agents.Attached) {
	ctx, cancel := context.WithTimeout(ctx, keepWait)
	defer cancel()
	f, err := k.files.Open(ctx, brand, a)
	if err == nil {
		f.Content.Close()
		return
	}
	if !errors.Is(err, gateway.ErrNotFound) && ctx.Err() == nil {
		k.log.Info("what a customer sent is not kept yet", "brand", brand, "channel", a.Channel, "error", err)
	}
}
