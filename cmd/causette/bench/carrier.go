package main

import (
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/causette/causette/gateway/twilio/twiliotest"
)

// customers is how many people text. With fewer, some of them would exhaust the
// answers that the assistant gives one customer an hour.
const customers = 100_000

const addressPrefix = "+33612"

// address is the phone number of customer i, and customerAt the way back; -1 for
// a number that is no customer's.
func address(i int) string {
	n := strconv.Itoa(1_000_000 + i)
	return addressPrefix + n[1:]
}

func customerAt(address string) int {
	if len(address) != len(addressPrefix)+6 {
		return -1
	}
	i, err := strconv.Atoi(address[len(addressPrefix):])
	if err != nil || i >= customers {
		return -1
	}
	return i
}

// carrier is the played Twilio, and who waits for an answer there.
type carrier struct {
	*twiliotest.Server
	url     string
	began   time.Time // zero of the carrier's clock
	waiting [customers]atomic.Pointer[text]
	replies atomic.Int64
	strays  atomic.Int64           // replies that nobody waited for: second answers
	prompts atomic.Int64           // messages of a bulk job
	told    [customers]atomic.Bool // who got one
	reply   atomic.Pointer[string] // the last one's words
}

// text is a customer's text whose answer has not arrived yet.
type text struct {
	due      time.Time     // when it was meant to be sent
	answered chan struct{} // told of the answer, unless nil
	took     *histogram    // from due to the answer's arrival
}

// startCarrier plays Twilio on a free port. It calls the gateway back at
// gateway, a base URL, with "sent" and "delivered" for each message if callbacks.
func startCarrier(gateway string, callbacks bool) (*carrier, error) {
	c := &carrier{}
	o := twiliotest.Options{
		AccountSID: accountSID, AuthToken: authToken, Webhook: publicURL, Gateways: []string{gateway},
		Statuses: []string{}, Forget: true, OnAccept: c.accepted,
	}
	if callbacks {
		o.Statuses = []string{"sent", "delivered"}
	}
	c.Server = twiliotest.New(o)
	c.began = time.Now().Add(-c.Now())
	var err error
	c.url, err = c.Start()
	return c, err
}

func (c *carrier) accepted(m twiliotest.Message) {
	i := customerAt(m.To)
	if i < 0 {
		c.strays.Add(1)
		return
	}
	if strings.Contains(m.Body, bulkWords) {
		if c.prompts.Add(1); c.told[i].Swap(true) {
			c.strays.Add(1)
		}
		return
	}
	t := c.waiting[i].Swap(nil)
	if t == nil {
		c.strays.Add(1)
		return
	}
	t.took.record(c.began.Add(m.At).Sub(t.due))
	c.reply.Store(&m.Body)
	c.replies.Add(1)
	if t.answered != nil {
		t.answered <- struct{}{}
	}
}

// expect notes that a customer writes; it says false when the one before has
// not been answered yet.
func (c *carrier) expect(customer int, t *text) bool {
	return c.waiting[customer].CompareAndSwap(nil, t)
}

// unanswered is how many texts still wait.
func (c *carrier) unanswered() (n int) {
	for i := range c.waiting {
		if c.waiting[i].Load() != nil {
			n++
		}
	}
	return n
}
