package phones

import (
	"container/heap"
	"time"
)

// Clock is the carrier's clock. AfterFunc calls f in a goroutine of its own once
// d has passed, and returns what stops it.
type Clock interface {
	Now() time.Time
	AfterFunc(d time.Duration, f func()) (stop func() bool)
}

// SystemClock is the machine's clock; inside testing/synctest it is the bubble's.
type SystemClock struct{}

func (SystemClock) Now() time.Time { return time.Now() }

func (SystemClock) AfterFunc(d time.Duration, f func()) func() bool {
	return time.AfterFunc(d, f).Stop
}

// agenda is what the carrier will do later, with one timer for all of it: tasks
// that are due at the same moment run in the order in which they were entered.
// The carrier's lock guards it and is held while a task runs.
type agenda struct {
	tasks   []task
	entered uint64
	stop    func() bool
	wakes   time.Time
}

type task struct {
	due   time.Time
	order uint64
	run   func()
}

func (a *agenda) Len() int { return len(a.tasks) }
func (a *agenda) Less(i, j int) bool {
	if a.tasks[i].due.Equal(a.tasks[j].due) {
		return a.tasks[i].order < a.tasks[j].order
	}
	return a.tasks[i].due.Before(a.tasks[j].due)
}
func (a *agenda) Swap(i, j int) { a.tasks[i], a.tasks[j] = a.tasks[j], a.tasks[i] }
func (a *agenda) Push(x any)    { a.tasks = append(a.tasks, x.(task)) }
func (a *agenda) Pop() any {
	last := a.tasks[len(a.tasks)-1]
	a.tasks[len(a.tasks)-1] = task{}
	a.tasks = a.tasks[:len(a.tasks)-1]
	return last
}

// after runs the task once d has passed, at once if d is not positive.
func (c *Carrier) after(d time.Duration, run func()) {
	if d <= 0 {
		run()
		return
	}
	a := &c.agenda
	a.entered++
	heap.Push(a, task{due: c.clock.Now().Add(d), order: a.entered, run: run})
	c.arm()
}

// arm sets the timer for the first task, unless it stands there already.
func (c *Carrier) arm() {
	a := &c.agenda
	if len(a.tasks) == 0 || c.closed {
		return
	}
	first := a.tasks[0].due
	if a.stop != nil {
		if a.wakes.Equal(first) {
			return
		}
		a.stop()
	}
	a.wakes = first
	a.stop = c.clock.AfterFunc(first.Sub(c.clock.Now()), c.wake)
}

// wake runs what is due.
func (c *Carrier) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := &c.agenda
	a.stop = nil
	now := c.clock.Now()
	for !c.closed && len(a.tasks) > 0 && !a.tasks[0].due.After(now) {
		heap.Pop(a).(task).run()
	}
	c.arm()
}
