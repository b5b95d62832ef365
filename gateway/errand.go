package gateway

import "sync"

// Errand runs do on a gateway that takes events and does nothing by itself: for
// a command beside a gateway that runs. What it says is sent by that one.
func (g *Gateway) Errand(do func() error) error {
	var running, writing, telling sync.WaitGroup
	writing.Go(func() { g.write(g.queue) })
	telling.Go(g.tell)
	err := do()
	g.finish(&running, &writing, &telling)
	return err
}
