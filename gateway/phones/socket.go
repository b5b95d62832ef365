package phones

import (
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gorilla/websocket"
)

// A page opens /phones/socket?epoch=E&after=N with the cursor that it had, or
// without one. Frames are JSON, from the carrier to the page only:
//
//	page ── open epoch, after ──▶
//	     ◀── {"snapshot": …}          when the cursor is too old or of another life
//	     ◀── {"seq": N, "updates": [ … ]}  from then on, at least once, also empty
//
// What a page does goes through the API. A slow page is not sent more than it
// reads: it holds a cursor into the feed, and begins anew once it is too far back.
const (
	readLimit  = 1 << 10          // pages have nothing to say
	writeWait  = 10 * time.Second // for one frame
	pingPeriod = 25 * time.Second // ± a fifth, so that pages do not ping together
	pongWait   = 60 * time.Second // silence that ends a socket
	frameSize  = 256              // updates in a frame
	maxSockets = 64
)

// frame is what the carrier says to a page.
type frame struct {
	Snapshot *Snapshot `json:"snapshot,omitempty"`
	Seq      uint64    `json:"seq"`
	Updates  []Update  `json:"updates"`
}

// socket upgrades a page's connection and serves it until it ends.
func (c *Carrier) socket(w http.ResponseWriter, r *http.Request) error {
	if !c.ours(r) {
		return refuse("bad_origin", "a page of another origin, or none, may not open the socket")
	}
	if !websocket.IsWebSocketUpgrade(r) {
		return refuse("bad_form", "this is a socket: open it as a WebSocket")
	}
	if err := c.admit(); err != nil {
		return err
	}
	defer c.leaves()
	upgrader := websocket.Upgrader{
		ReadBufferSize: 512, WriteBufferSize: 4 << 10,
		CheckOrigin: func(*http.Request) bool { return true }, // checked above, with a refusal that says why
	}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return nil // the upgrader has answered
	}
	defer conn.Close()
	epoch := r.URL.Query().Get("epoch")
	after, err := strconv.ParseUint(r.URL.Query().Get("after"), 10, 64)
	if err != nil {
		epoch = ""
	}
	gone := make(chan struct{})
	c.work.Go(func() { listen(conn, gone) })
	c.talk(conn, gone, epoch, after)
	return nil
}

// ours says whether the request comes from our own page: from an origin that is
// allowed or, if none is named, from the host that it asks.
func (c *Carrier) ours(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if len(c.options.Origins) > 0 {
		return slices.Contains(c.options.Origins, origin)
	}
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.Host == r.Host
}

func (c *Carrier) admit() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return refuse("closed", "the carrier is closed")
	}
	if c.sockets >= maxSockets {
		return refuse("too_many_pages", "%d pages are open", maxSockets)
	}
	c.sockets++
	c.work.Add(1)
	return nil
}

func (c *Carrier) leaves() {
	c.mu.Lock()
	c.sockets--
	c.mu.Unlock()
	c.work.Done()
}

// listen is the one reader: it keeps the read deadline and notices the end. Pages
// have nothing to say, so the first thing that one says ends its socket.
func listen(conn *websocket.Conn, gone chan<- struct{}) {
	defer close(gone)
	conn.SetReadLimit(readLimit)
	alive := func(string) error { return conn.SetReadDeadline(time.Now().Add(pongWait)) }
	conn.SetPongHandler(alive)
	if alive("") != nil {
		return
	}
	if _, _, err := conn.NextReader(); err == nil {
		bye := websocket.FormatCloseMessage(websocket.ClosePolicyViolation, "what a page does goes through the API")
		conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second))
	}
}

// talk is the one writer. It ends with the page, or says goodbye to it when the
// carrier closes.
func (c *Carrier) talk(conn *websocket.Conn, gone <-chan struct{}, epoch string, after uint64) {
	ping := time.NewTimer(jitter(pingPeriod))
	defer ping.Stop()
	fresh := true
	for {
		c.mu.Lock()
		changed := c.feed.changed
		updates, whole := c.feed.since(after, frameSize)
		c.mu.Unlock()
		f := frame{Seq: after, Updates: updates}
		switch {
		case !whole || epoch != c.epoch:
			s := c.Snapshot()
			epoch = c.epoch
			f = frame{Snapshot: &s, Seq: s.Seq}
		case len(updates) > 0:
			f.Seq = updates[len(updates)-1].Seq
		}
		if fresh || f.Snapshot != nil || len(f.Updates) > 0 {
			if f.Updates == nil {
				f.Updates = []Update{}
			}
			conn.SetWriteDeadline(time.Now().Add(writeWait))
			if conn.WriteJSON(f) != nil {
				return
			}
			fresh, after = false, f.Seq
			if len(f.Updates) == frameSize {
				continue
			}
		}
		select {
		case <-changed:
		case <-ping.C:
			ping.Reset(jitter(pingPeriod))
			if conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeWait)) != nil {
				return
			}
		case <-gone:
			return
		case <-c.ctx.Done():
			bye := websocket.FormatCloseMessage(closeDraining, "the carrier is closing")
			conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second))
			return
		}
	}
}

// closeDraining asks the page to come again a little later.
const closeDraining = 4012

func jitter(d time.Duration) time.Duration {
	return d*4/5 + rand.N(d*2/5)
}
