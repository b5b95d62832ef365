package gateway

import (
	"sync"

	"github.com/causette/causette/conversation"
)

// flights tells whoever waits on this node that an attempt has settled.
type flights struct {
	mu      sync.Mutex
	waiters map[conversation.MessageID][]chan struct{}
}

func (f *flights) watch(id conversation.MessageID) chan struct{} {
	c := make(chan struct{})
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.waiters == nil {
		f.waiters = make(map[conversation.MessageID][]chan struct{})
	}
	f.waiters[id] = append(f.waiters[id], c)
	return c
}

func (f *flights) unwatch(id conversation.MessageID, c chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := f.waiters[id]
	for i := range list {
		if list[i] == c {
			list = append(list[:i], list[i+1:]...)
			break
		}
	}
	if len(list) == 0 {
		delete(f.waiters, id)
		return
	}
	f.waiters[id] = list
}

func (f *flights) settled(id conversation.MessageID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.waiters[id] {
		close(c)
	}
	delete(f.waiters, id)
}
