package phones

import (
	"time"

	"github.com/causette/causette/conversation"
)

// Entry is a line of the ledger: what the carrier did, by its own clock. Proofs
// about order read it, since nobody but the carrier knows when it had a message.
type Entry struct {
	Seq     uint64                 `json:"seq"` // 1, 2, 3, …: the order in which the carrier acted
	At      time.Time              `json:"at"`
	Act     Act                    `json:"act"`
	Channel conversation.ChannelID `json:"channel"`
	Phone   conversation.Address   `json:"phone"`
	Carrier conversation.CarrierID `json:"carrier,omitempty"`
	Message conversation.MessageID `json:"message,omitempty"` // the gateway's, of the brand's messages
	Attempt int                    `json:"attempt,omitempty"`
	Text    string                 `json:"text,omitempty"`
	Code    string                 `json:"code,omitempty"`
}

// Act is what the carrier did.
type Act string

const (
	ActAccepted     Act = "accepted"     // took a message from the gateway
	ActRefused      Act = "refused"      // did not take it, and said so
	ActUnheard      Act = "unheard"      // did not take it, and said nothing
	ActDelivered    Act = "delivered"    // handed it to the phone
	ActLost         Act = "lost"         // gave it up: lost or expired
	ActReported     Act = "reported"     // told the gateway what became of it, and was heard
	ActTexted       Act = "texted"       // took a text from the phone
	ActAcknowledged Act = "acknowledged" // the gateway committed that text
	ActGaveUp       Act = "gave_up"      // the gateway never took it, or never heard a report
)

// ledger keeps the newest lines, in a ring.
type ledger struct {
	ring []Entry
	seq  uint64 // of the newest line
}

func (l *ledger) write(e Entry) {
	l.seq++
	e.Seq = l.seq
	l.ring[(e.Seq-1)%uint64(len(l.ring))] = e
}

// since lists the lines after seq, oldest first. complete is false when some of
// them are no longer kept.
func (l *ledger) since(seq uint64) (list []Entry, complete bool) {
	oldest := uint64(1)
	if size := uint64(len(l.ring)); l.seq > size {
		oldest = l.seq - size + 1
	}
	complete = seq+1 >= oldest
	for s := max(seq+1, oldest); s <= l.seq; s++ {
		list = append(list, l.ring[(s-1)%uint64(len(l.ring))])
	}
	return list, complete
}
