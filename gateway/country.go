package gateway

import (
	"sync"
	"sync/atomic"

	"github.com/nyaruka/phonenumbers"

	"github.com/causette/causette/conversation"
)

// countries are those that a carrier refuses to text (Twilio's 21408, a
// permission that the account lacks), with the code it gave. Nothing is sent
// there until the permission is given and the gateway restarted.
type countries struct {
	any    atomic.Bool // spares every message the parsing of its number
	mu     sync.Mutex
	closed map[string]string
}

func (c *countries) close(to conversation.Address, code string) {
	region := regionOf(to)
	if region == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed == nil {
		c.closed = make(map[string]string)
	}
	c.closed[region] = code
	c.any.Store(true)
}

// why is the code for which the address's country is closed, "" when it is not.
func (c *countries) why(to conversation.Address) string {
	if !c.any.Load() {
		return ""
	}
	region := regionOf(to)
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed[region]
}

// regionOf is the ISO 3166-1 code of a number's country, "" when it has none.
func regionOf(to conversation.Address) string {
	n, err := phonenumbers.Parse(string(to), "ZZ")
	if err != nil {
		return ""
	}
	return phonenumbers.GetRegionCodeForNumber(n)
}
