package main

import (
	"context"
	"encoding/json"
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

// logReader reads the log of turns.
type logReader interface {
	Log(ctx context.Context, brand conversation.BrandID, after int64, limit int) ([]gateway.Entry, error)
}

// keeping keeps in the folder what customers send, as the turns are committed,
// until ctx ends. What it misses, since the gateway was stopped meanwhile, is
// fetched when an agent looks at it.
type keeping struct {
	files files
	store logReader
	log   *slog.Logger
	woken chan struct{}
	heads chan map[conversation.BrandID]int64 // holds one: the newest that nobody has looked at
}

func newKeeping(f files, store logReader, log *slog.Logger) *keeping {
	k := &keeping{files: f, store: store, log: log, woken: make(chan struct{}, 1), heads: make(chan map[conversation.BrandID]int64, 1)}
	k.heads <- map[conversation.BrandID]int64{}
	return k
}

// wake notes a brand's newest number; it does not block.
func (k *keeping) wake(brand conversation.BrandID, seq int64) {
	heads := <-k.heads
	heads[brand] = max(heads[brand], seq)
	k.heads <- heads
	select {
	case k.woken <- struct{}{}:
	default:
	}
}

// Bounds of one look at the log, and of fetching one file.
const (
	keepPage  = 500
	keepReach = 256 // how far before the first head is looked: what its group wrote
	keepWait  = 30 * time.Second
)

func (k *keeping) run(ctx context.Context) {
	read := map[conversation.BrandID]int64{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-k.woken:
		}
		heads := <-k.heads
		k.heads <- map[conversation.BrandID]int64{}
		for brand, head := range heads {
			if _, known := read[brand]; !known {
				read[brand] = max(head-keepReach, 0)
			}
			for ctx.Err() == nil && read[brand] < head {
				last, err := k.page(ctx, brand, read[brand])
				if err != nil {
					k.log.Warn("cannot see what customers sent; it is fetched when somebody looks at it", "brand", brand, "error", err)
					last = head
				}
				read[brand] = last
			}
		}
	}
}

// page keeps what one page of the log tells of, and returns its last number.
func (k *keeping) page(ctx context.Context, brand conversation.BrandID, after int64) (last int64, err error) {
	entries, err := k.store.Log(ctx, brand, after, keepPage)
	if err != nil {
		return 0, err
	}
	last = after + 1 // of an empty page: what stood there was pruned
	for _, e := range entries {
		last = e.Seq
		if e.Type != string(conversation.MessageReceived) {
			continue
		}
		var turn struct{ Event conversation.Event }
		if err := json.Unmarshal(e.Payload, &turn); err != nil || turn.Event.Message == nil {
			continue
		}
		for _, m := range turn.Event.Message.Media {
			if !strings.HasPrefix(m.URL, media.Scheme) {
				k.keep(ctx, brand, agents.Attached{Media: m, Channel: turn.Event.Message.Channel})
			}
		}
	}
	return last, nil
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
