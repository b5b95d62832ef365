package whatsapp

import (
	"context"

	"go.mau.fi/whatsmeow/store"
)

// oneAtATime decrypts one message at a time. A message comes again on the next
// connection while what the last one brought is still handled; whatsmeow looks for
// it in its buffer, does not find it there yet, cannot decrypt it twice, and tells
// WhatsApp that it was had: it is lost if the first handling fails.
type oneAtATime struct {
	store.EventBuffer
	place chan struct{} // the channel's, taken from a look that finds nothing to the end of the decryption
}

// GetBufferedEvent is what whatsmeow asks first; where there is nothing, it decrypts
// next, in DoDecryptionTxn.
func (o *oneAtATime) GetBufferedEvent(ctx context.Context, hash [32]byte) (*store.BufferedEvent, error) {
	select {
	case o.place <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	e, err := o.EventBuffer.GetBufferedEvent(ctx, hash)
	if e != nil || err != nil {
		<-o.place
	}
	return e, err
}

func (o *oneAtATime) DoDecryptionTxn(ctx context.Context, decrypt func(context.Context) error) error {
	defer func() { <-o.place }()
	return o.EventBuffer.DoDecryptionTxn(ctx, decrypt)
}
