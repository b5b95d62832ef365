// Package gatewaytest is a gateway for the tests of what knocks at its door: on
// a real SQLite, with the demo's script and a carrier that takes everything.
package gatewaytest

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/causette/causette/configs"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/store"
)

// The gateway's brand, and its only channel.
const (
	Brand   = conversation.BrandID("lumen")
	Channel = conversation.ChannelID("lumen-sms")
)

type wire struct{}

func (wire) ID() conversation.ChannelID  { return Channel }
func (wire) Medium() conversation.Medium { return conversation.SMS }
func (wire) Send(_ context.Context, p gateway.Posting) (gateway.Receipt, error) {
	return gateway.Receipt{Carrier: conversation.CarrierID("SM" + p.Message), Status: gateway.Accepted}, nil
}

// scripted is the demo's script. Nothing changes it: the tests share it.
var scripted = sync.OnceValues(func() (*conversation.Script, error) {
	return conversation.ParseScript(conversation.BrandInfo{ID: Brand, Name: "Lumen", Languages: []string{"fr", "en"},
		Country: "FR", Timezone: "Europe/Paris", Currency: "EUR", Email: "aide@lumen.example"}, sleepless(configs.Scripts(Brand)), ".")
})

// anyHour is a gate that never closes: what these tests say is the same at night
// and on a Sunday.
const anyHour = `gate:
  windows:
    "*": {binds: [marketing, transactional, order], everyday: "00:00-24:00"}
    FR: {binds: [marketing, transactional], everyday: "00:00-24:00"}
`

// sleepless is a script with that gate.
func sleepless(script fs.FS) fs.FS {
	files := fstest.MapFS{}
	names, err := fs.Glob(script, "*.yaml")
	for _, name := range names {
		var text []byte
		if text, err = fs.ReadFile(script, name); err != nil {
			break
		}
		files[name] = &fstest.MapFile{Data: text}
	}
	if err != nil {
		panic(err) // they are embedded
	}
	files["gate.yaml"] = &fstest.MapFile{Data: []byte(anyHour)}
	return files
}

// Open opens a gateway that does not run yet, on a database in the folder.
func Open(ctx context.Context, folder string) (*gateway.Gateway, *store.Store, error) {
	return open(ctx, "file:"+filepath.Join(folder, "causette.db"))
}

func open(ctx context.Context, url string) (*gateway.Gateway, *store.Store, error) {
	st, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		return nil, nil, err
	}
	g, err := over(ctx, st)
	if err != nil {
		return nil, nil, errors.Join(err, st.Close())
	}
	return g, st, nil
}

func over(ctx context.Context, st *store.Store) (*gateway.Gateway, error) {
	if err := st.Migrate(ctx); err != nil {
		return nil, err
	}
	script, err := scripted()
	if err != nil {
		return nil, err
	}
	g, err := gateway.New(gateway.Options{Store: st,
		Scripts: func(conversation.BrandID, []byte) (gateway.Script, error) { return script, nil },
		Routes:  []gateway.Route{{Brand: Brand, Channel: wire{}}}})
	if err != nil {
		return nil, err
	}
	return g, g.Use(ctx, Brand, script, script.Source())
}

// Run runs a gateway until the test ends.
func Run(t *testing.T) (*gateway.Gateway, *store.Store) {
	t.Helper()
	return RunOn(t, "file:"+filepath.Join(t.TempDir(), "causette.db"))
}

// RunOn runs a gateway on a database that others may run on too.
func RunOn(t *testing.T, url string) (*gateway.Gateway, *store.Store) {
	t.Helper()
	g, st, err := open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-ended, st.Close()); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return g, st
}
