package phones

import "time"

// Network is what the network does on demand, everywhere or to one phone. The
// zero value is a network without faults.
type Network struct {
	DelayMS    int  `json:"delay_ms"`   // each way, 0 to 60,000
	Loss       int  `json:"loss"`       // percent of the brand's messages lost on the air, reported undelivered
	Unanswered int  `json:"unanswered"` // percent accepted, but the sender is left without an answer
	Unheard    int  `json:"unheard"`    // percent neither accepted nor answered
	Reset      bool `json:"reset"`      // without an answer, the connection breaks at once; else there is silence until the deadline
	Throttled  bool `json:"throttled"`  // sends are refused for now (429)
	Invalid    bool `json:"invalid"`    // the number does not exist
	Blocked    bool `json:"blocked"`    // the carrier holds an opt-out of its own
	Off        bool `json:"off"`        // the phone is off: messages wait until they expire
	Unreported bool `json:"unreported"` // no delivery reports
	Shuffled   bool `json:"shuffled"`   // delivery reports come last first, and twice
	Repeated   bool `json:"repeated"`   // the phone's texts reach the gateway twice
}

const maxDelay = time.Minute

func (n Network) delay() time.Duration { return time.Duration(n.DelayMS) * time.Millisecond }

func (n Network) check() error {
	if n.DelayMS < 0 || n.delay() > maxDelay {
		return refuse("bad_network", "delay_ms %d is not in 0 to %d", n.DelayMS, maxDelay.Milliseconds())
	}
	for name, percent := range map[string]int{"loss": n.Loss, "unanswered": n.Unanswered, "unheard": n.Unheard} {
		if percent < 0 || percent > 100 {
			return refuse("bad_network", "%s %d is not in 0 to 100", name, percent)
		}
	}
	return nil
}

// over is the network n with a phone's own faults on top: delays add up, of two
// shares the larger counts.
func (n Network) over(p Network) Network {
	return Network{
		DelayMS:    n.DelayMS + p.DelayMS,
		Loss:       max(n.Loss, p.Loss),
		Unanswered: max(n.Unanswered, p.Unanswered),
		Unheard:    max(n.Unheard, p.Unheard),
		Reset:      n.Reset || p.Reset,
		Throttled:  n.Throttled || p.Throttled,
		Invalid:    n.Invalid || p.Invalid,
		Blocked:    n.Blocked || p.Blocked,
		Off:        n.Off || p.Off,
		Unreported: n.Unreported || p.Unreported,
		Shuffled:   n.Shuffled || p.Shuffled,
		Repeated:   n.Repeated || p.Repeated,
	}
}
