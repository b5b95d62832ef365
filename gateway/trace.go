package gateway

// Point is a place on a message's way. A proof stops the process at each of
// them, and what follows must come out the same.
type Point string

const (
	PointGroupBegun Point = "group begun"      // nothing is written yet
	PointCommitting Point = "committing"       // everything is written, COMMIT is next
	PointCommitted  Point = "committed"        // durable, nobody was told
	PointPublished  Point = "acknowledged"     // the callers were answered, the messages handed over
	PointPosting    Point = "posting"          // the move to posting is committed, the request not written
	PointRequesting Point = "requesting"       // the request is being written
	PointAnswered   Point = "carrier answered" // the carrier's answer is known to this process alone
	PointSettled    Point = "settled"          // the settlement is committed
	PointResolving  Point = "resolving"        // the carrier is asked what became of an attempt
)

// Points are all of them, in the order of a message's way.
var Points = []Point{
	PointGroupBegun, PointCommitting, PointCommitted, PointPublished, PointPosting,
	PointRequesting, PointAnswered, PointSettled, PointResolving,
}

func (g *Gateway) at(p Point) {
	if g.opt.Trace != nil {
		g.opt.Trace(p)
	}
}
