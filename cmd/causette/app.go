package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/nyaruka/phonenumbers"
	"github.com/prometheus/client_golang/prometheus"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"golang.org/x/sync/errgroup"
	"golang.org/x/term"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/agents/console"
	"github.com/causette/causette/configs"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/bulk"
	"github.com/causette/causette/gateway/links"
	"github.com/causette/causette/gateway/media"
	"github.com/causette/causette/gateway/phones"
	"github.com/causette/causette/gateway/shop"
	"github.com/causette/causette/gateway/twilio"
	"github.com/causette/causette/gateway/whatsapp"
	"github.com/causette/causette/store"
)

// trace is where a proof watches the gateway's points; nil in the program.
var trace func(gateway.Point)

// app is the whole house, wired: what serve and demo run.
type app struct {
	config   *configs.Config
	log      *slog.Logger
	store    *store.Store
	gateway  *gateway.Gateway
	carrier  *phones.Carrier // nil without simulated phones
	bulk     *bulk.Bulk
	keeping  *keeping // of what customers send
	people   *agents.Desk
	assigner *agents.Assigner
	console  *console.Console
	metrics  *prometheus.Registry
	handler  http.Handler
	devices  []*whatsapp.Channel
	sessions *sqlstore.Container    // of the devices; nil without any
	gauges   *gateway.DeviceMetrics // of the devices
	typed    chan typed             // what agents write at the console
	closers  []func() error         // in the order of opening
}

// build wires the house from a checked configuration and an open, migrated
// store. A shop given for a brand stands in for the configured one.
func build(ctx context.Context, cfg *configs.Config, st *store.Store, log *slog.Logger, shops map[conversation.BrandID]gateway.Shop) (*app, error) {
	a := &app{config: cfg, log: log, store: st, metrics: prometheus.NewRegistry()}
	o := gateway.Options{
		Store: st, Log: log, Metrics: a.metrics, Trace: trace, Shops: shops,
		Hears: make(map[conversation.BrandID]gateway.Listener),
		Scripts: func(_ conversation.BrandID, source []byte) (gateway.Script, error) {
			return conversation.LoadScript(source)
		},
		Deadline: cfg.Sending.Deadline, Lease: cfg.Sending.Lease, ListLag: cfg.Sending.ListLag,
		Queue: cfg.Queue, Keep: cfg.Keep.Gateway(),
		Live:        func(b conversation.BrandID) *conversation.Live { return a.people.Live(b) }, // asked once it runs
		SettleApart: databaseKind(cfg.Database) == "postgresql",                                  // SQLite takes one writer
	}
	a.gauges, a.typed = gateway.NewDeviceMetrics(a.metrics), make(chan typed, 64)
	if o.Shops == nil {
		o.Shops = make(map[conversation.BrandID]gateway.Shop)
	}
	if err := a.shops(o.Shops, o.Hears); err != nil {
		return nil, err
	}
	hooks, err := a.channels(ctx, &o)
	if err != nil {
		return nil, err
	}
	if a.gateway, err = gateway.New(o); err != nil {
		return nil, err
	}
	if err := a.scripts(ctx); err != nil {
		return nil, err
	}
	if a.carrier != nil {
		a.carrier.Connect(a.gateway)
	}
	kept := newFiles(cfg.Media, o.Routes)
	a.keeping = newKeeping(kept, log)
	a.gateway.SubscribeMedia(a.keeping.take)
	if err := a.desk(kept); err != nil {
		return nil, err
	}
	a.bulk, err = bulk.New(bulk.Options{Store: st, Door: a.gateway, Preview: a.gateway.Preview, Live: a.people.Live, Patience: cfg.Desk.Busy, Lease: cfg.Sending.Lease, Log: log})
	if err != nil {
		return nil, err
	}
	a.handler = a.routes(hooks)
	return a, nil
}

// shops connects each brand's shop webhooks, where they are configured.
func (a *app) shops(shops map[conversation.BrandID]gateway.Shop, hears map[conversation.BrandID]gateway.Listener) error {
	for i := range a.config.Brands {
		b := &a.config.Brands[i]
		if b.Shop != nil && b.Shop.Events != "" {
			events, err := shop.NewEvents(shop.WebhookConfig{URL: b.Shop.Events, Secret: b.Shop.Secret, AllowPrivate: b.Shop.AllowPrivate})
			if err != nil {
				return fmt.Errorf("events of %s: %w", b.ID, err)
			}
			hears[b.ID] = events
		}
		if shops[b.ID] != nil || b.Shop == nil || b.Shop.URL == "" {
			continue
		}
		hook, err := shop.NewWebhook(shop.WebhookConfig{URL: b.Shop.URL, Secret: b.Shop.Secret, AllowPrivate: b.Shop.AllowPrivate})
		if err != nil {
			return fmt.Errorf("shop of %s: %w", b.ID, err)
		}
		shops[b.ID] = hook
	}
	return nil
}

// channels opens every configured channel and returns those that Twilio calls.
func (a *app) channels(ctx context.Context, o *gateway.Options) ([]*twilio.Channel, error) {
	var hooks []*twilio.Channel
	for i := range a.config.Channels {
		c := &a.config.Channels[i]
		switch c.Kind {
		case configs.Twilio:
			conf := twilio.Config{
				ID: c.ID, Brand: c.Brand, Address: c.Address, AccountSID: c.AccountSID, AuthToken: c.AuthToken,
				BaseURL: c.BaseURL, PublicURL: a.config.PublicURL, MessagesPerSecond: c.Rate,
			}
			ch, err := twilio.New(conf)
			if err != nil {
				return nil, fmt.Errorf("channel %s: %w", c.ID, err)
			}
			a.closers = append(a.closers, func() error { ch.Close(); return nil })
			hooks = append(hooks, ch)
			o.Routes = append(o.Routes, gateway.Route{Brand: c.Brand, Channel: ch, Account: c.AccountSID, PerSecond: conf.Pace(),
				Mute: c.Mute(), StopAt: c.Stop(), Contents: c.Medium() == conversation.WhatsApp})
		case configs.Phones:
			ch, err := a.phones().Open(phones.Line{
				Channel: c.ID, Brand: c.Brand, Name: a.config.Brand(c.Brand).Name, Medium: c.Medium(), Address: plain(c.Address),
			})
			if err != nil {
				return nil, fmt.Errorf("channel %s: %w", c.ID, err)
			}
			o.Routes = append(o.Routes, gateway.Route{Brand: c.Brand, Channel: ch, PerSecond: c.Rate,
				StopAt: c.Stop(), Contents: c.Medium() == conversation.WhatsApp})
		case configs.WhatsApp:
			ch, err := a.linked(ctx, c)
			if err != nil {
				return nil, fmt.Errorf("channel %s: %w", c.ID, err)
			}
			o.Routes = append(o.Routes, gateway.Route{Brand: c.Brand, Channel: ch, PerSecond: c.Rate, StopAt: c.Stop()})
		}
	}
	return hooks, nil
}

// phones is the simulated carrier, started for the first channel that needs it.
func (a *app) phones() *phones.Carrier {
	if a.carrier == nil {
		a.carrier = phones.NewCarrier(phones.Options{PublicURL: a.config.PublicURL, Log: a.log})
		a.closers = append(a.closers, func() error { a.carrier.Close(); return nil })
	}
	return a.carrier
}

// scripts stores every brand's checked script and makes it current.
func (a *app) scripts(ctx context.Context) error {
	for i := range a.config.Brands {
		b := &a.config.Brands[i]
		script, err := parseScript(a.config, b)
		if err != nil {
			return err
		}
		if err := a.gateway.Use(ctx, b.ID, script, script.Source()); err != nil {
			return err
		}
	}
	return nil
}

// parseScript reads the script of one brand from where the configuration says.
func parseScript(cfg *configs.Config, b *configs.Brand) (*conversation.Script, error) {
	folder, err := cfg.ScriptsOf(b.ID)
	if err != nil {
		return nil, err
	}
	return conversation.ParseScript(brandInfo(cfg, b), folder, ".")
}

// brandInfo is what a script needs to know of its brand.
func brandInfo(cfg *configs.Config, b *configs.Brand) conversation.BrandInfo {
	info := conversation.BrandInfo{
		ID: b.ID, Name: b.Name, Languages: b.Languages, Country: b.Country, Timezone: b.Timezone, Currency: b.Currency,
		Phone: readable(b.Support.Phone, b.Country), Email: b.Support.Email, CartValue: b.CartLimit().Amount, VIP: b.Escalate.VIP,
		Burst: b.BurstWait, UploadURL: b.UploadURL, DoubleOpt: b.DoubleOpt, Discreet: b.Discreet, Prefer: b.Prefer, Fallback: b.Fallback,
		Events: b.Shop != nil && b.Shop.Events != "",
	}
	if b.Links != nil {
		info.LinkURL = cfg.LinkBase(b) + links.Path
		info.LinkHosts, info.LinkFor = b.Links.Allow, b.Links.Expires
	}
	if info.UploadURL == "" && cfg.PublicURL != "" {
		info.UploadURL = cfg.PublicURL + media.Path + string(b.ID)
	}
	for i := range cfg.Channels {
		if c := &cfg.Channels[i]; c.Brand == b.ID && info.Identifies == "" {
			info.Identifies = string(plain(c.Address))
		}
	}
	return info
}

// readable is a number as people of the country write it.
func readable(number, country string) string {
	n, err := phonenumbers.Parse(number, country)
	switch {
	case err != nil:
		return number
	case phonenumbers.GetRegionCodeForNumber(n) == country:
		return phonenumbers.Format(n, phonenumbers.NATIONAL)
	}
	return phonenumbers.Format(n, phonenumbers.INTERNATIONAL)
}

// run works until ctx ends, then stops in the reverse order of starting: the
// listener first, so that nothing new comes in, then the gateway, which finishes
// what it accepted.
func (a *app) run(ctx context.Context, ready func(addr string)) error {
	serving, stopServing := context.WithCancel(context.Background())
	working, stopWorking := context.WithCancel(context.Background())
	defer stopServing()
	defer stopWorking()
	group, failed := errgroup.WithContext(context.Background())
	connected, disconnect := context.WithCancel(context.Background())
	defer disconnect()
	for _, d := range a.devices {
		group.Go(func() error { d.Run(connected, a.gateway); return nil })
	}
	group.Go(func() error {
		defer disconnect() // what was accepted has left by then
		return a.gateway.Run(working)
	})

	public, addr, err := listen(a.config.Listen, a.handler)
	if err != nil {
		stopWorking()
		return errors.Join(err, group.Wait())
	}
	admin, _, err := listen(a.config.AdminListen, a.adminRoutes())
	if err != nil {
		stopWorking()
		return errors.Join(err, public.Close(), group.Wait())
	}
	group.Go(func() error { a.console.Run(serving); return nil })
	group.Go(func() error { a.people.IndexTexts(serving); return nil })
	group.Go(func() error { a.people.RunErasures(serving); return nil })
	group.Go(func() error { a.assigner.Run(serving); return nil })
	group.Go(func() error { a.bulk.Run(serving); return nil })
	group.Go(func() error { a.keeping.run(serving); return nil })
	group.Go(func() error { a.showTyping(serving); return nil })
	group.Go(func() error { return public.serve(serving) })
	group.Go(func() error { return admin.serve(serving) })
	if ready != nil {
		ready(addr)
	}
	select {
	case <-ctx.Done():
		a.log.Info("stopping: what was accepted is finished")
	case <-failed.Done():
	}
	stopServing()
	public.wait()
	stopWorking()
	err = group.Wait()
	return errors.Join(err, a.close())
}

func (a *app) close() error {
	var errs []error
	for i := len(a.closers) - 1; i >= 0; i-- {
		errs = append(errs, a.closers[i]())
	}
	a.closers = nil
	return errors.Join(errs...)
}

// logger writes text on a terminal and JSON elsewhere.
func logger(level slog.Level) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	if term.IsTerminal(int(os.Stderr.Fd())) {
		return slog.New(slog.NewTextHandler(os.Stderr, o))
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, o))
}

// storeOptions is what the configuration says of its database.
func storeOptions(cfg *configs.Config, log *slog.Logger) store.Options {
	return store.Options{Logger: log, Secret: []byte(cfg.Secret), Forget: func(url string) error { return media.Remove(cfg.Media, url) }}
}

// openStore opens the configured database and checks or brings up its schema.
func openStore(ctx context.Context, cfg *configs.Config, migrate bool, log *slog.Logger) (*store.Store, error) {
	st, err := store.Open(ctx, cfg.Database, storeOptions(cfg, log))
	if err != nil {
		return nil, err
	}
	have, want, err := st.Schema(ctx)
	switch {
	case err != nil:
	case have == want:
		err = keyed(ctx, st)
	case have > want:
		err = fmt.Errorf("the database has schema %d, this program knows %d: run a newer causette", have, want)
	case migrate || have == 0:
		if err = st.Migrate(ctx); err == nil {
			err = keyed(ctx, st)
		}
	default:
		err = fmt.Errorf("the database has schema %d, this program needs %d: run `causette migrate`, or serve with --migrate", have, want)
	}
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return st, nil
}

// keyed looks at the installation's secret before the first turn does.
func keyed(ctx context.Context, st *store.Store) error {
	_, err := st.Secret(ctx)
	return err
}

// shutdownGrace is how long open requests may take once the gateway stops: an
// opt-out's acknowledgement waits for the send deadline.
const shutdownGrace = 12 * time.Second
