package main

import (
	"fmt"
	"io/fs"
	"net"
	"strings"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/agents/console"
	"github.com/causette/causette/agents/console/web"
	"github.com/causette/causette/configs"
)

// desk connects the people: the service that checks what they may, what it
// does by itself, and the console that pages reach it by.
func (a *app) desk(files files) error {
	page, err := fs.Sub(web.Dist, "dist")
	if err != nil {
		return fmt.Errorf("open the console's page: %w", err)
	}
	a.people = newDesk(a.config, a.store, a.gateway, a.log)
	a.assigner = agents.NewAssigner(a.people, agents.AssignerOptions{Manual: a.config.Desk.Assign == configs.Manual})
	a.gateway.Subscribe(a.assigner.Wake)
	a.console = console.New(console.Options{
		Desk: a.people, Sessions: a.store, Media: files, Page: page, Log: a.log,
		Subscribe: a.gateway.Subscribe, Neighbours: a.store, Channels: shownChannels(a.config), Linker: a, Composing: a.composing,
		Proxies: a.config.TrustedProxies(),
		Origins: origins(a.config), Secure: strings.HasPrefix(a.config.PublicURL, "https://"),
	})
	return nil
}

// shownChannels are the configured channels as the console shows them.
func shownChannels(cfg *configs.Config) []console.Channel {
	list := make([]console.Channel, 0, len(cfg.Channels))
	for i := range cfg.Channels {
		c := &cfg.Channels[i]
		list = append(list, console.Channel{Brand: c.Brand, ID: c.ID, Kind: string(c.Kind), Medium: c.Medium(),
			Address: string(plain(c.Address)), Linked: c.Kind == configs.WhatsApp})
	}
	return list
}

// origins are the addresses that the console's page may have: the public one,
// and where it is listened on. A loopback address goes by two names.
func origins(cfg *configs.Config) []string {
	list := []string{strings.TrimSuffix(cfg.PublicURL, "/"), "http://" + cfg.Listen}
	if host, port, err := net.SplitHostPort(cfg.Listen); err == nil && net.ParseIP(host).IsLoopback() {
		list = append(list, "http://localhost:"+port)
	}
	return list
}
