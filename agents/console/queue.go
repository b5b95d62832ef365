package console

// Bounds of what waits for a page that reads slowly.
const (
	maxFrames = 256
	maxQueued = 1 << 20 // bytes
)

// queue is what waits to be written to one page. A page that is away costs at
// most this; everybody else is not held up.
type queue struct {
	frames []*frame
	bytes  int
}

// push adds the frame at the end, or in the place of the one of its key that
// still waits. It says false when the page is too slow.
func (q *queue) push(f *frame) bool {
	if f.key != "" {
		for i, old := range q.frames {
			if old.key == f.key {
				q.frames[i] = f
				q.bytes += f.size - old.size
				return true
			}
		}
	}
	if len(q.frames) >= maxFrames || q.bytes+f.size > maxQueued {
		return false
	}
	q.frames = append(q.frames, f)
	q.bytes += f.size
	return true
}

// take empties the queue.
func (q *queue) take() []*frame {
	frames := q.frames
	*q = queue{}
	return frames
}
