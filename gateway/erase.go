package gateway

import (
	"fmt"
	"time"
)

// InFlightError says that a message is on its way to a customer who is to be
// erased: what became of it must be known first, or its lease have ended.
type InFlightError struct{ Until time.Time }

func (e *InFlightError) Error() string {
	return fmt.Sprintf("a message is on its way to the customer until %s", e.Until.Format(time.RFC3339))
}
