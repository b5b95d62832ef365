package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

// Channel is a configured channel, as the console shows it.
type Channel struct {
	Brand   conversation.BrandID   `json:"brand"`
	ID      conversation.ChannelID `json:"id"`
	Kind    string                 `json:"kind"` // "twilio", "whatsapp", "phones"
	Medium  conversation.Medium    `json:"medium"`
	Address string                 `json:"address"`
	Linked  bool                   `json:"linked"` // it goes through a device that is linked to a phone: no API of its carrier's
}

// Linker links channels' devices to phones.
type Linker interface {
	// Pair links the channel's device to a phone. It sends codes as each takes
	// the last one's place and then the end, and closes what it returns when
	// it is over, or soon after ctx is. gateway.ErrPaired, gateway.ErrHeld.
	Pair(ctx context.Context, brand conversation.BrandID, channel conversation.ChannelID) (<-chan gateway.PairStep, error)
}

const (
	pairFor   = 5 * time.Minute  // an attempt; the carrier's codes last for less
	pairBeat  = 15 * time.Second // proxies cut what is silent for a minute
	slowStart = 2 * time.Minute  // connecting for longer is a trouble of the network
)

// channelView is a channel and how its device is.
type channelView struct {
	Channel
	Device *deviceView `json:"device"` // nil: it has none
}

type deviceView struct {
	State   gateway.DeviceState `json:"state"`
	Up      bool                `json:"up"` // it sends and receives
	Code    string              `json:"code"`
	Until   time.Time           `json:"until,omitzero"`
	Since   time.Time           `json:"since,omitzero"`
	Account string              `json:"account"`
	Advice  advice              `json:"advice"`
}

// advice is what a person can do about a device that is down.
type advice string

const (
	noAdvice     advice = ""
	advisePair   advice = "pair"          // link a phone
	advisePairer advice = "pair_again"    // the phone unlinked it
	adviseWait   advice = "wait"          // a ban that ends
	adviseAppeal advice = "appeal"        // one that does not
	adviseUpdate advice = "update"        // install a newer Causette
	adviseOther  advice = "stop_other"    // another program uses the device
	adviseLookUp advice = "look_up"       // the code says what is wrong
	adviseStart  advice = "start"         // no node runs the channel
	adviseNet    advice = "check_network" // it connects for a long time
)

// deviceOf is a device as it is at a moment.
func deviceOf(d gateway.Device, now time.Time) *deviceView {
	held := d.Lease.After(now)
	v := &deviceView{State: d.State, Up: held && d.State == gateway.Connected, Code: d.Code, Until: d.Until, Since: d.Changed, Account: d.Account}
	switch d.State {
	case gateway.Unpaired:
		v.Advice = advisePair
	case gateway.LoggedOut:
		v.Advice = advisePairer
	case gateway.Outdated:
		v.Advice = adviseUpdate
	case gateway.Replaced:
		v.Advice = adviseOther
	case gateway.Disconnected:
		v.Advice = adviseLookUp
	case gateway.Banned:
		switch {
		case d.Until.IsZero():
			v.Advice = adviseAppeal
		case held || d.Until.After(now):
			v.Advice = adviseWait
		default:
			v.Advice = adviseStart
		}
	default:
		switch {
		case !held: // what it was when its node ended
			v.Advice = adviseStart
		case d.State == gateway.Connecting && now.Sub(d.Changed) > slowStart:
			v.Advice = adviseNet
		}
	}
	return v
}

func (c *Console) getChannels(r *http.Request, s *session) (any, error) {
	brand := brandOf(r)
	devices, err := c.desk.Devices(r.Context(), s.agent, brand)
	if err != nil {
		return nil, err
	}
	known := make(map[conversation.ChannelID]gateway.Device, len(devices))
	for _, d := range devices {
		known[d.Channel] = d
	}
	now := c.now()
	var list []channelView
	for _, ch := range c.channels {
		if brand != "" && ch.Brand != brand || agents.Allow(s.agent, agents.Supervise, ch.Brand) != nil {
			continue
		}
		v := channelView{Channel: ch}
		if ch.Linked {
			d, is := known[ch.ID]
			if !is {
				d.State = gateway.Unpaired
			}
			v.Device = deviceOf(d, now)
		}
		list = append(list, v)
	}
	return listed(list), nil
}

// pairings are the attempts to link a device that run here.
type pairings struct {
	mu      sync.Mutex
	running map[conversation.ChannelID]bool
}

// begin takes the channel for one attempt; false while there is another.
func (p *pairings) begin(ch conversation.ChannelID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running[ch] {
		return false
	}
	if p.running == nil {
		p.running = make(map[conversation.ChannelID]bool)
	}
	p.running[ch] = true
	return true
}

func (p *pairings) end(ch conversation.ChannelID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.running, ch)
}

var (
	errNoChannel = refuse(http.StatusNotFound, "not_found", "There is no such channel", "read GET /v1/desk/channels again")
	errNoDevice  = refuse(http.StatusConflict, "no_device", "The channel has no device that could be linked", "it goes through an API, or this node does not run it")
	errPairing   = refuse(http.StatusConflict, "pairing", "Somebody is linking the device now", "wait until they have ended, or ask them to")
	errPairEnded = refuse(http.StatusServiceUnavailable, "busy", "The attempt was cut off", "begin it again")
)

// postPair links a channel's device to a phone: an answer that goes on until it
// is done, or the page leaves.
func (c *Console) postPair(w http.ResponseWriter, r *http.Request) {
	if err := c.pair(w, r); err != nil {
		c.fail(w, r, err)
	}
}

// pair returns an error that nothing was answered for yet.
func (c *Console) pair(w http.ResponseWriter, r *http.Request) error {
	s, err := c.admit(r)
	if err != nil {
		return err
	}
	brand, id := conversation.BrandID(r.PathValue("brand")), conversation.ChannelID(r.PathValue("channel"))
	if err := agents.Allow(s.agent, agents.ManageChannels, brand); err != nil {
		return err
	}
	ch := c.channel(brand, id)
	switch {
	case ch == nil:
		return errNoChannel
	case !ch.Linked || c.linker == nil:
		return errNoDevice
	case !c.pairings.begin(id):
		return errPairing
	}
	defer c.pairings.end(id)
	if err := c.desk.PairingBegins(r.Context(), s.agent, brand, id); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), pairFor)
	defer cancel()
	defer context.AfterFunc(c.serving, cancel)()
	steps, err := c.linker.Pair(ctx, brand, id)
	if err != nil {
		return pairProblem(err)
	}
	defer func() {
		cancel()
		for step := range steps { // the device is another attempt's only once this one has let go of it
			c.keepPaired(ctx, s, ch, step)
		}
	}()
	c.tellPairing(ctx, newStream(w), s, ch, steps)
	return nil
}

func (c *Console) channel(brand conversation.BrandID, id conversation.ChannelID) *Channel {
	for i, ch := range c.channels {
		if ch.Brand == brand && ch.ID == id {
			return &c.channels[i]
		}
	}
	return nil
}

// pairStep is a step as the page gets it.
type pairStep struct {
	Code    string    `json:"code,omitempty"`
	Expires time.Time `json:"expires,omitzero"`
	Seconds float64   `json:"seconds,omitempty"` // until then: a page's clock may be wrong
	Done    bool      `json:"done,omitempty"`
	Problem *problem  `json:"problem,omitempty"`
}

// tellPairing tells the page each step, as long as its session may link devices.
func (c *Console) tellPairing(ctx context.Context, out *stream, s *session, ch *Channel, steps <-chan gateway.PairStep) {
	beat := time.NewTicker(pairBeat)
	defer beat.Stop()
	out.beat()
	for {
		var step gateway.PairStep
		var more bool
		select {
		case step, more = <-steps:
		case <-beat.C:
			if err := c.mayStill(ctx, s, ch); err != nil {
				out.say(pairStep{Problem: problemOf(c.log, "pair", err)})
				return
			}
			out.beat()
			continue
		case <-ctx.Done():
		}
		c.keepPaired(ctx, s, ch, step)
		switch {
		case step.Done:
			out.say(pairStep{Done: true})
			return
		case step.Err != nil:
			out.say(pairStep{Problem: pairProblem(step.Err)})
			return
		case errors.Is(ctx.Err(), context.DeadlineExceeded):
			out.say(pairStep{Problem: pairProblem(ctx.Err())})
			return
		case !more:
			out.say(pairStep{Problem: errPairEnded})
			return
		}
		if err := c.mayStill(ctx, s, ch); err != nil {
			out.say(pairStep{Problem: problemOf(c.log, "pair", err)})
			return
		}
		out.say(pairStep{Code: step.Code, Expires: step.Expires.UTC(), Seconds: max(0, step.Expires.Sub(c.now()).Seconds())})
	}
}

// keepPaired keeps in the audit that a device was linked, also where the page
// has gone meanwhile.
func (c *Console) keepPaired(ctx context.Context, s *session, ch *Channel, step gateway.PairStep) {
	if !step.Done {
		return
	}
	if err := c.desk.Paired(context.WithoutCancel(ctx), s.agent, ch.Brand, ch.ID); err != nil {
		c.log.Error("cannot keep in the audit that a device was linked", "channel", ch.ID, "error", err)
	}
}

// mayStill looks whether the session is still one that may link the device:
// who sees a code can read all that comes in.
func (c *Console) mayStill(ctx context.Context, s *session, ch *Channel) error {
	now, err := c.guard.check(ctx, s.token)
	if err != nil {
		return err
	}
	return agents.Allow(now.agent, agents.ManageChannels, ch.Brand)
}

// pairProblem says why a device is not linked, and what to do.
func pairProblem(err error) *problem {
	switch {
	case errors.Is(err, gateway.ErrPaired):
		return refuse(http.StatusConflict, "paired", "The device is linked to a phone already",
			"unlink it on the phone first: WhatsApp, Settings, Linked devices")
	case errors.Is(err, gateway.ErrHeld):
		return refuse(http.StatusConflict, "held", "Another node holds the device",
			"link it on that node, or stop the node and wait for a few minutes; on this one a phone may have been linked just now")
	case errors.Is(err, gateway.ErrPairExpired), errors.Is(err, context.DeadlineExceeded):
		return refuse(http.StatusGatewayTimeout, "expired", "No phone scanned a code in time", "begin again, with the phone at hand")
	case errors.Is(err, gateway.ErrOutdated):
		return refuse(http.StatusBadGateway, "outdated", "The carrier refuses this version", "install a newer Causette")
	case errors.Is(err, gateway.ErrOtherPhone):
		return refuse(http.StatusConflict, "other_phone", "The phone is not the one of the channel's address", "scan with the other phone, or correct the address: "+err.Error())
	case errors.Is(err, gateway.ErrPhoneOutdated):
		return refuse(http.StatusConflict, "phone_outdated", "The phone's WhatsApp is too old to link devices", "update it, and begin again")
	case errors.Is(err, gateway.ErrPasskey):
		return refuse(http.StatusConflict, "passkey", "WhatsApp asks the account for a passkey, which a gateway has not", "turn the passkey off on the phone, and begin again with the QR code")
	case errors.Is(err, gateway.ErrNotFound):
		return errNoDevice
	case errors.Is(err, context.Canceled):
		return errPairEnded
	}
	return refuse(http.StatusBadGateway, "not_paired", "The device was not linked", fmt.Sprint(err))
}
