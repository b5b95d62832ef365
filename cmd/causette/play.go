package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/phones"
)

// dayClock is the scripted day's clock: it runs like any other, and is set
// forward between the scenes, when nothing is under way.
type dayClock struct {
	mu    sync.Mutex
	ahead time.Duration
	zone  *time.Location
}

// feasts are the French public holidays that can be a Tuesday: no offer goes out.
var feasts = []string{"01-01", "05-01", "05-08", "07-14", "08-15", "11-01", "11-11", "12-25"}

// newDayClock starts at 8:55 in Paris on the next Tuesday, which is a working
// day and never today.
func newDayClock() *dayClock {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		zone = time.UTC
	}
	d := &dayClock{zone: zone}
	now := time.Now().In(zone)
	days := (int(time.Tuesday) - int(now.Weekday()) + 7) % 7
	if days == 0 {
		days = 7
	}
	start := time.Date(now.Year(), now.Month(), now.Day()+days, 8, 55, 0, 0, zone)
	for slices.Contains(feasts, start.Format("01-02")) {
		start = start.AddDate(0, 0, 7)
	}
	d.ahead = time.Until(start)
	return d
}

func (d *dayClock) now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return time.Now().Add(d.ahead)
}

// set moves the clock to an hour of its day, never back.
func (d *dayClock) set(hour string) error {
	at, err := time.Parse("15:04", hour)
	if err != nil {
		return fmt.Errorf("scene at %q: %w", hour, err)
	}
	now := d.now().In(d.zone)
	to := time.Date(now.Year(), now.Month(), now.Day(), at.Hour(), at.Minute(), 0, 0, d.zone)
	d.mu.Lock()
	defer d.mu.Unlock()
	if jump := to.Sub(now); jump > 0 {
		d.ahead += jump
	}
	return nil
}

// until moves the clock to a moment that is still to come.
func (d *dayClock) until(at time.Time) {
	now := d.now()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ahead += max(0, at.Sub(now))
}

// line is one thing that happens on the scripted day: somebody texts, the shop
// tells something, or an agent does.
type line struct {
	who     string // a phone's name
	says    string
	channel conversation.ChannelID // "" for SMS
	silent  bool                   // no answer is due
	more    bool                   // a second message follows, of what the shop says
	shop    string                 // an order's new status, in place of says
	cart    bool                   // an automation reminds them of their cart, in place of says
	offer   string                 // an automation tells them that this is back, in place of says
	agent   string                 // a person at the desk does an act
	does    agents.Kind
}

type scene struct {
	at, title string
	lines     []line
}

// play plays the day: every text goes through the simulated carrier, the
// gateway, its database and back, as in serve.
func (d *demo) play(ctx context.Context, out io.Writer, day *dayClock) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	working, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.gateway.Run(working) }()
	d.seed(ctx, out)
	fmt.Fprintf(out, "Une journée chez Lumen, lampes et bougies. 36105 répond.\n")
	_, err := d.staff(ctx)
	if err == nil {
		err = d.scenes(ctx, out, day)
	}
	stop()
	err = errors.Join(err, <-ended, d.close())
	if err != nil {
		return err
	}
	return d.report(context.WithoutCancel(ctx), out)
}

func (d *demo) scenes(ctx context.Context, out io.Writer, day *dayClock) error {
	for _, s := range scriptedDay {
		if err := day.set(s.at); err != nil {
			return err
		}
		fmt.Fprintf(out, "\n── %s\n", s.title)
		for _, l := range s.lines {
			if err := d.line(ctx, out, day, l); err != nil {
				return fmt.Errorf("%s, %s: %w", s.title, l.who, err)
			}
		}
	}
	return nil
}

// answerPatience is how long the play waits for one answer: the burst's wait,
// and a slow machine.
const answerPatience = 20 * time.Second

// line plays one line and prints it with what is answered.
func (d *demo) line(ctx context.Context, out io.Writer, day *dayClock, l line) error {
	phone, err := d.phone(l.who)
	if err != nil {
		return err
	}
	switch {
	case l.shop != "":
		return d.ship(ctx, out, day, phone, l)
	case l.offer != "":
		return d.offerAtNight(ctx, out, day, phone, l)
	case l.cart:
		return d.remindOf(ctx, out, day, phone, l)
	case l.agent != "":
		return d.staffed(ctx, out, day, phone, l)
	}
	sent, err := d.carrier.Text(phone.Number, phones.Text{Text: l.says, Channel: l.channel})
	if err != nil {
		return err
	}
	show(out, day, l.who, ">", l.says)
	if l.silent {
		return d.taken(ctx, sent)
	}
	got, err := d.next(ctx, phone, sent.Place)
	if err != nil {
		return err
	}
	show(out, day, "Lumen", "<", got.Text)
	if l.more {
		if got, err = d.next(ctx, phone, got.Place); err != nil {
			return err
		}
		show(out, day, "Lumen", "<", got.Text)
	}
	return nil
}

// next waits for the brand's next message on a phone behind a place.
func (d *demo) next(ctx context.Context, phone phones.Phone, place uint64) (phones.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, answerPatience)
	defer cancel()
	return d.carrier.Await(ctx, phone.Number, place, func(phones.Message) bool { return true })
}

// ship tells the gateway that the customer's newest order has moved.
func (d *demo) ship(ctx context.Context, out io.Writer, day *dayClock, phone phones.Phone, l line) error {
	who := gateway.Who{Address: phone.Number}
	c, err := d.store.Conversation(ctx, "lumen", who)
	if err != nil {
		return err
	}
	if len(c.Customer.Orders) == 0 {
		return fmt.Errorf("%s has no order", l.who)
	}
	order := c.Customer.Orders[0]
	order.Status, order.Changed = l.shop, day.now().UTC()
	_, err = d.gateway.Accept(ctx, "lumen", who, conversation.Event{
		ID: conversation.EventID("play:" + order.ID + ":" + l.shop), Type: conversation.EventType("order." + l.shop), Time: order.Changed,
		Shop: &conversation.ShopEvent{Order: &order},
	})
	if err != nil {
		return err
	}
	show(out, day, "boutique", ".", fmt.Sprintf("commande %s de %s : %s", order.Number, l.who, l.shop))
	return nil
}

func (d *demo) phone(name string) (phones.Phone, error) {
	for _, p := range d.shop.Phones {
		if p.Name == name {
			return phoneOf(p), nil
		}
	}
	return phones.Phone{}, fmt.Errorf("no phone is %s's", name)
}

// show prints one line as transcripts are written.
func show(out io.Writer, day *dayClock, who, sign, text string) {
	margin := strings.Repeat(" ", 19)
	fmt.Fprintf(out, "%s %10s %s %s\n", day.now().In(day.zone).Format("15:04"), who, sign, strings.ReplaceAll(text, "\n", "\n"+margin))
}

// report sums the day up from the log, the way an auditor would.
func (d *demo) report(ctx context.Context, out io.Writer) error {
	count := make(map[string]int)
	var after int64
	for {
		entries, err := d.store.Log(ctx, "lumen", after, 500)
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			break
		}
		for _, e := range entries {
			count[e.Type]++
			after = e.Seq
		}
	}
	fmt.Fprintf(out, "\n── Le journal : %d textes reçus, chacun traité une fois ; %d changements d'état de messages ; %d lignes, sans trou.\n",
		count["message.received"], count["message.status"], after)
	return nil
}
