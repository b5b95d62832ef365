package gateway

import (
	"errors"
	"time"

	"github.com/causette/causette/conversation"
)

// The words of bulk jobs, for the API that orders them, the runner that works
// through them (gateway/bulk) and the store that keeps them.

// BulkOrder asks for one prompt to everybody of a segment.
type BulkOrder struct {
	Segment string     `json:"segment"` // conversation/segment's language
	Prompt  BulkPrompt `json:"prompt"`

	PerMinute int `json:"per_minute,omitempty"` // prompts; 0: as fast as answers to customers leave room for
	Slice     int `json:"slice,omitempty"`      // percent who get it first: then the job waits for a go-on; 0: everybody at once
	Confirm   int `json:"confirm"`              // how many customers the count found: the job fails where it finds many more

	ID string `json:"-"` // the job's, minted by who orders it so that asking again is no second job; "": a new one (UUIDv7: jobs are listed by it)
}

// BulkPrompt is what everybody of the segment is sent.
type BulkPrompt struct {
	Purpose   conversation.Purpose   `json:"purpose"`
	Template  string                 `json:"template,omitempty"` // or Text
	Text      string                 `json:"text,omitempty"`
	Variables map[string]string      `json:"variables,omitempty"`
	Channel   conversation.ChannelID `json:"channel,omitempty"`   // "": each customer's best
	Opens     conversation.Dialogue  `json:"opens,omitempty"`     // cart: of each one's own cart
	Incentive bool                   `json:"incentive,omitempty"` // it gives a discount
	Expires   time.Time              `json:"expires,omitzero"`
}

// BulkCount is a segment before use: what it says, and how many it means.
type BulkCount struct {
	Segment    string            `json:"segment"`    // as it is read
	Explained  map[string]string `json:"explained"`  // a sentence by language: fr, en
	Considered int               `json:"considered"` // customers of the brand
	Matched    int               `json:"matched"`
	Verdicts   map[string]int    `json:"verdicts,omitempty"` // what the gate would say of the prompt now: open, held, or a refusal's code
	At         time.Time         `json:"at"`
}

// BulkStatus is where a job stands.
type BulkStatus string

const (
	BulkCounting  BulkStatus = "counting"  // its segment is counted again, against BulkOrder.Confirm
	BulkRunning   BulkStatus = "running"   // prompts are asked for
	BulkSliced    BulkStatus = "sliced"    // the first slice has been asked for; BulkContinue goes on
	BulkPaused    BulkStatus = "paused"    // BulkResume goes on where it was
	BulkDone      BulkStatus = "done"      // everybody was asked for; what is held leaves later
	BulkCancelled BulkStatus = "cancelled" // nobody else gets it, and what had not left is dropped
	BulkFailed    BulkStatus = "failed"    // Bulk.Why says why
)

// Ended says that nothing changes the job any more.
func (s BulkStatus) Ended() bool { return s == BulkDone || s == BulkCancelled || s == BulkFailed }

// BulkCommand is what a person says to a job.
type BulkCommand string

const (
	BulkPause    BulkCommand = "pause"
	BulkResume   BulkCommand = "resume"
	BulkContinue BulkCommand = "continue" // after the first slice
	BulkCancel   BulkCommand = "cancel"
)

// Bulk is a job: an order that somebody gave, and how far it is.
type Bulk struct {
	ID      string               `json:"id"`
	Brand   conversation.BrandID `json:"-"`
	Order   BulkOrder            `json:"order"`
	By      string               `json:"by"` // the API key's name or "agent:" and the id
	Status  BulkStatus           `json:"status"`
	Why     string               `json:"why,omitempty"` // of a failed one; of a running one that waits for the desk
	Created time.Time            `json:"created"`
	Changed time.Time            `json:"changed"`

	Progress BulkProgress `json:"progress"`
	Tally    BulkTally    `json:"tally"`
	Cursor   BulkCursor   `json:"-"`
}

// BulkProgress is how far the job has come through the customers.
type BulkProgress struct {
	Total      int `json:"total"`      // matched when it was counted
	Considered int `json:"considered"` // customers looked at
	Matched    int `json:"matched"`    // of them: a prompt was asked for
}

// BulkTally is how the job's prompts stand now.
type BulkTally struct {
	Queued        int            `json:"queued"` // said: on their way or gone
	Held          int            `json:"held"`   // hours, caps, a person who talks with the customer
	Refused       map[string]int `json:"refused,omitempty"`
	Ended         int            `json:"ended"` // cancelled or expired before they were said
	Undeliverable int            `json:"undeliverable"`
}

// Add counts n prompts that stand so.
func (t *BulkTally) Add(status conversation.PromptStatus, code string, n int) {
	switch status {
	case conversation.PromptQueued, conversation.PromptMerged:
		t.Queued += n
	case conversation.PromptScheduled, conversation.PromptHeld, conversation.PromptShown:
		t.Held += n
	case conversation.PromptRefused:
		if t.Refused == nil {
			t.Refused = make(map[string]int)
		}
		t.Refused[code] += n
	case conversation.PromptUndeliverable:
		t.Undeliverable += n
	default:
		t.Ended += n
	}
}

// BulkPhase is which part of its work a job is at.
type BulkPhase string

const (
	BulkPhaseCount BulkPhase = "count"
	BulkPhaseSlice BulkPhase = "slice" // the first slice
	BulkPhaseRest  BulkPhase = "rest"  // everybody else
	BulkPhaseDrop  BulkPhase = "drop"  // of a cancelled one: what has not left
	BulkPhaseOver  BulkPhase = "over"
)

// BulkCursor is where the job goes on: after the customer (or, dropping, the
// prompt) that was the last of all that are done.
type BulkCursor struct {
	Phase BulkPhase
	After string
}

// BulkPrefix begins the id of every prompt of a job; the customer's ends it.
// The event that asks for it has the same id, so nobody gets two.
func BulkPrefix(job string) string { return "bulk:" + job + ":" }

// What is wrong with a command to a job, or with an order.
var (
	ErrBulkState = errors.New("the job does not stand so that this can be done")
	ErrBulkOrder = errors.New("the job cannot be ordered so")
)
