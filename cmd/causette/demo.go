package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/causette/causette/configs"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/api"
	"github.com/causette/causette/gateway/phones"
	"github.com/causette/causette/gateway/shop"
	"github.com/causette/causette/store"
)

type demoCmd struct {
	Listen string `default:"127.0.0.1:8080" help:"Where the phones are served."`
	Data   string `type:"path" placeholder:"DIR" help:"Where the demo keeps its database; without it, nothing outlives the demo."`
	Play   bool   `help:"Play one scripted day on the terminal instead, and exit."`
}

func (c *demoCmd) Run(ctx context.Context, s streams) (err error) {
	folder, remove, err := c.folder()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	listen, level, clock := c.Listen, slog.LevelWarn, time.Now
	var day *dayClock
	if c.Play {
		level = slog.LevelError
		day = newDayClock()
		clock = day.now
	}
	d, err := openDemo(ctx, folder, listen, logger(level), clock, !c.Play)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.store.Close()) }()
	if c.Play {
		return d.play(ctx, s.out, day)
	}
	return d.run(ctx, func(addr string) {
		fresh := d.seed(ctx, s.err)
		logins, err := d.staff(ctx)
		if err != nil {
			fmt.Fprintf(s.err, "causette: making the desk's accounts: %v\n", err)
		}
		key, err := d.key(ctx)
		if err != nil {
			fmt.Fprintf(s.err, "causette: making the demo's API key: %v\n", err)
		}
		d.welcome(s.out, addr, logins, key)
		if fresh {
			d.morning(ctx, s.err)
		}
	})
}

// folder is where the database lies; a temporary one is removed at the end.
func (c *demoCmd) folder() (string, func() error, error) {
	if c.Data != "" {
		return c.Data, func() error { return nil }, os.MkdirAll(c.Data, 0o700)
	}
	folder, err := os.MkdirTemp("", "causette-demo-")
	return folder, func() error { return os.RemoveAll(folder) }, err
}

// demo is the house with a French shop in it.
type demo struct {
	*app
	shop *configs.DemoShop
}

// demoConfig is the demo's configuration: one brand, with a short code and a
// WhatsApp number that simulated phones can text.
func demoConfig(listen, public, database string) (*configs.Config, error) {
	text := fmt.Sprintf(`
listen: %[1]q
admin_listen: 127.0.0.1:0
public_url: %[2]q
database: %[3]q
sending: {deadline: 2s, lease: 5s, list_lag: 1s}
brands:
  - id: lumen
    name: Lumen
    languages: [fr, en]
    country: FR
    timezone: Europe/Paris
    currency: EUR
    support: {phone: "+33123456789", email: aide@lumen.example}
    escalate: {cart_value: 150.00, vip: true}
    burst_wait: 2s
    join: {messages: 4, per: month}
    links: {allow: [lumen.example]}
channels:
  - {id: lumen-sms, brand: lumen, kind: phones, address: "36105"}
  - {id: lumen-whatsapp, brand: lumen, kind: phones, address: "whatsapp:+33939061235"}
desk:
  canned:
    - id: bonjour
      title: Bonjour
      text: {fr: "Bonjour {name}, je suis {agent} de Lumen. Je regarde tout de suite.", en: "Hello {name}, this is {agent} at Lumen. Let me have a look."}
    - id: geste
      title: Geste commercial
      text: {fr: "Nous vous offrons 10 %% sur votre prochaine commande : code LUMEN10.", en: "Here is 10%% off your next order: code LUMEN10."}
    - id: merci
      title: Merci
      text: {fr: "Avec plaisir, {name}. Belle journée !", en: "You are welcome, {name}. Have a lovely day!"}
`, listen, public, database)
	cfg, err := configs.Parse("demo", []byte(text), os.LookupEnv)
	if err != nil {
		return nil, err
	}
	cfg.Media = filepath.Join(filepath.Dir(strings.TrimPrefix(database, "file:")), "media")
	return cfg, nil
}

// wakefulGate lets offers go out at any hour: whoever tries the demo on a Sunday
// evening wants to see one.
const wakefulGate = `gate:
  windows:
    FR: {binds: [marketing, transactional], everyday: "00:00-24:00"}
`

// wakefulScripts writes the default scripts into the demo's folder, with a gate
// that never closes, and returns the folder of the brands' scripts.
func wakefulScripts(folder string) (string, error) {
	folder = filepath.Join(folder, "scripts")
	if err := os.RemoveAll(folder); err != nil {
		return "", err
	}
	if err := os.CopyFS(filepath.Join(folder, "lumen"), configs.Scripts("lumen")); err != nil {
		return "", err
	}
	return folder, os.WriteFile(filepath.Join(folder, "lumen", "gate.yaml"), []byte(wakefulGate), 0o600)
}

// openDemo opens the demo in a folder; awake, offers go out at any hour.
func openDemo(ctx context.Context, folder, listen string, log *slog.Logger, clock func() time.Time, awake bool) (*demo, error) {
	cfg, err := demoConfig(listen, "http://"+listen, "file:"+filepath.Join(folder, "causette.db"))
	if err != nil {
		return nil, err
	}
	if awake {
		if cfg.Scripts, err = wakefulScripts(folder); err != nil {
			return nil, fmt.Errorf("write the demo's scripts: %w", err)
		}
	}
	demoShop, err := configs.Demo(clock())
	if err != nil {
		return nil, err
	}
	options := storeOptions(cfg, log)
	options.Clock = clock
	st, err := store.Open(ctx, cfg.Database, options)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(st.Exclusive(), st.Migrate(ctx)); err != nil {
		return nil, errors.Join(err, st.Close())
	}
	shops := map[conversation.BrandID]gateway.Shop{"lumen": shop.NewSimulated(demoShop.Catalogue)}
	a, err := build(ctx, cfg, st, log, shops)
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	d := &demo{app: a, shop: demoShop}
	for _, p := range demoShop.Phones {
		if err := a.carrier.Add(phoneOf(p)); err != nil {
			return nil, errors.Join(err, a.close(), st.Close())
		}
	}
	return d, nil
}

// phoneOf is a phone of the demo's shop as the simulated network takes it.
func phoneOf(p configs.DemoPhone) phones.Phone {
	return phones.Phone{Number: p.Number, Name: p.Name, About: p.About, Language: p.Language, Look: phones.Look(p.Look), Suggestions: p.Suggestions}
}

// seed tells the gateway what the shop knows: customers, orders, carts. Events
// that an earlier demo on the same data told are duplicates; fresh says that
// there was none.
func (d *demo) seed(ctx context.Context, problems io.Writer) (fresh bool) {
	for _, e := range d.shop.Events {
		out, err := d.gateway.Accept(ctx, "lumen", e.Who, e.Event)
		if err != nil {
			fmt.Fprintf(problems, "causette: seeding %s: %v\n", e.Event.ID, err)
		}
		fresh = fresh || err == nil && !out.Duplicate
	}
	return fresh
}

// key makes an API key for who tries an automation.
func (d *demo) key(ctx context.Context) (string, error) {
	secret, key, err := api.NewKey("lumen", "demo", nil)
	if err != nil {
		return "", err
	}
	return secret, d.store.PutKey(ctx, key)
}

func (d *demo) welcome(out io.Writer, addr string, logins []login, key string) {
	fmt.Fprintf(out, `
Causette, une boutique de démonstration : Lumen, lampes et bougies.

  Les téléphones    http://%[1]s/phones/
  (in English)      http://%[1]s/phones/?lang=en
  La console        http://%[1]s/console/
%[2]s
  L'inscription     http://%[1]s/join/lumen
  Une automatisation envoie le premier mot :
    curl -s http://%[1]s/v1/prompts -H "Authorization: Bearer %[3]s" -H "Content-Type: application/json" \
      -d '{"to": "%[4]s", "purpose": "transactional", "template": "order_shipped", "variables": {"order": "LU-1042"}}'

Textez au 36105 : « où est mon colis ? », « recommander », « préférences », STOP…
Ctrl-C arrête tout.
`, addr, table(logins), key, d.shop.Phones[0].Number)
}
