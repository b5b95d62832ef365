package store

import (
	"os"
	"path/filepath"
	"sync"
)

// handle is a database file that this process makes durable itself, opened once for
// all of its stores: SQLite's locks on a file end when the process closes any handle
// of it.
type handle struct {
	*os.File
	path   string
	stores int
}

var handles = struct {
	sync.Mutex
	of map[string]*handle
}{of: map[string]*handle{}}

func openHandle(file string) (*handle, error) {
	path, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	handles.Lock()
	defer handles.Unlock()
	h := handles.of[path]
	if h == nil {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return nil, err
		}
		h = &handle{File: f, path: path}
		handles.of[path] = h
	}
	h.stores++
	return h, nil
}

// close is called when SQLite's own handles of the store are closed.
func (h *handle) close() error {
	handles.Lock()
	defer handles.Unlock()
	if h.stores--; h.stores > 0 {
		return nil
	}
	delete(handles.of, h.path)
	return h.File.Close()
}
