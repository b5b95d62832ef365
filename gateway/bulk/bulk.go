// Package bulk sends one prompt to everybody of a segment: it counts the
// segment before use, and works through the customers in the order of their ids,
// knocking at the door for each as any automation does.
//
// Whoever orders jobs declares what it needs of Bulk; in full that is
//
//	Count(ctx context.Context, brand conversation.BrandID, o gateway.BulkOrder) (gateway.BulkCount, error)
//	Start(ctx context.Context, brand conversation.BrandID, by string, o gateway.BulkOrder) (gateway.Bulk, error)
//	Job(ctx context.Context, brand conversation.BrandID, id string) (gateway.Bulk, error)
//	Jobs(ctx context.Context, brand conversation.BrandID, before string, limit int) ([]gateway.Bulk, error)
//	Command(ctx context.Context, brand conversation.BrandID, id string, c gateway.BulkCommand) (gateway.Bulk, error)
//
// An order that cannot be wraps gateway.ErrBulkOrder, and a *segment.Error where
// the segment's text is why; a command at the wrong time wraps
// gateway.ErrBulkState; an unknown job is gateway.ErrNotFound. Count shows what
// a segment means and how many that are; Start wants that number in
// BulkOrder.Confirm. Jobs lists the newest first, before the job of that id.
package bulk
