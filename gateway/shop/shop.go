// Package shop connects the gateway to a brand's shop: what a conversation asks
// of it after a turn is durable goes out as a signed webhook, or to a simulated
// shop in the demo. Both satisfy gateway.Shop.
package shop

import (
	"encoding/json"
	"fmt"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway"
)

var (
	_ gateway.Shop = (*Webhook)(nil)
	_ gateway.Shop = (*Simulated)(nil)
)

// Reorder is the kind of job that orders an earlier order again.
const Reorder = "reorder"

// reorder reads the payload of a job. A job that cannot be read can never be
// carried out: its error is for agents, not for another try.
func reorder(job conversation.Job) (conversation.ReorderPayload, error) {
	var p conversation.ReorderPayload
	if job.Kind != Reorder {
		return p, fmt.Errorf("no shop knows a job of kind %q", job.Kind)
	}
	if err := json.Unmarshal(job.Payload, &p); err != nil {
		return p, fmt.Errorf("read reorder: %w", err)
	}
	return p, nil
}
