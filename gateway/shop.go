package gateway

import (
	"context"

	"github.com/causette/causette/conversation"
)

// Shop is what the gateway asks of a brand's shop after a turn is durable.
type Shop interface {
	// Do carries out one job, a confirmed reorder for instance, and returns the
	// shop's answer. It may be called again with the same job after a crash or
	// an error: the job's id is the idempotency key. An error means "ask again
	// later"; a shop that refuses for good says so in Result.Failed.
	Do(ctx context.Context, brand conversation.BrandID, customer conversation.Customer, job conversation.Job) (conversation.Result, error)
}
