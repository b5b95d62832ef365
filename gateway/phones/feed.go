package phones

import "github.com/causette/causette/conversation"

// Update is one thing that changed; pages apply them in order. Exactly one of
// the pointers is set.
type Update struct {
	Seq     uint64   `json:"seq"`
	Phone   *Holder  `json:"phone,omitempty"`   // a phone came or changed
	Message *Message `json:"message,omitempty"` // a message came or changed
	Network *Network `json:"network,omitempty"` // the carrier's own switches
	Gone    *Gone    `json:"gone,omitempty"`    // a message is no longer kept
}

// Holder is a phone as pages list it: with what waits to be seen, by channel.
type Holder struct {
	Phone
	Unread map[conversation.ChannelID]int `json:"unread,omitempty"`
}

// Gone names a message that made room for newer ones.
type Gone struct {
	Phone conversation.Address   `json:"phone"`
	ID    conversation.CarrierID `json:"id"`
}

// feedLength is how many updates a page may miss and still resume.
const feedLength = 2048

// feed keeps the newest updates. Readers hold a cursor and come back whenever
// changed is closed, so a slow one costs nothing.
type feed struct {
	ring    [feedLength]Update
	seq     uint64
	changed chan struct{}
}

func (f *feed) publish(u Update) {
	f.seq++
	u.Seq = f.seq
	f.ring[u.Seq%feedLength] = u
	close(f.changed)
	f.changed = make(chan struct{})
}

// since lists up to limit updates after seq. whole is false when the reader is
// too far behind, or ahead: from another life of the carrier.
func (f *feed) since(seq uint64, limit int) (list []Update, whole bool) {
	if seq > f.seq || f.seq-seq > feedLength {
		return nil, false
	}
	for s := seq + 1; s <= f.seq && len(list) < limit; s++ {
		list = append(list, f.ring[s%feedLength])
	}
	return list, true
}
