package conversation

import (
	"time"
)

// rules are the numbers that the assistant decides by; all are data of the script.
type rules struct {
	answersPerHour int           // to one customer, confirmations of STOP aside: two machines that answer each other fall silent
	questionFor    time.Duration // how long a question may be answered
	restateFor     time.Duration // how long after that an answer is still asked back
	stopSilence    time.Duration // a doubtful opt-out that nobody clarifies is one
	agentWait      time.Duration // after that without a person, the assistant is back
	remindReorder  time.Duration // an unanswered confirmation is reminded of once; 0: never
	remindCart     time.Duration
	maxWait        time.Duration // above this expected wait only some still wait for a person; 0: all do
	rating         bool          // who was helped by an agent is asked for a mark
	remindFrom     int           // hours of the customer's day in which reminders go out
	remindUntil    int
	sla            slaRules
}

var defaultRules = rules{
	answersPerHour: 20,
	questionFor:    24 * time.Hour,
	restateFor:     72 * time.Hour,
	stopSilence:    time.Hour,
	agentWait:      24 * time.Hour,
	maxWait:        2 * time.Hour,
	rating:         true,
	remindReorder:  0,
	remindCart:     0,
	remindFrom:     9,
	remindUntil:    20,
	sla:            defaultSLA,
}

func parseRules(n node) rules {
	f := n.fields("answers_per_hour", "question_expires", "restate_for", "stop_silence", "agent_wait", "max_wait", "rating",
		"remind_reorder", "remind_cart", "remind_from", "remind_until", "sla")
	d := defaultRules
	r := rules{
		answersPerHour: f["answers_per_hour"].number(d.answersPerHour, 3, 1000),
		questionFor:    f["question_expires"].duration(d.questionFor),
		restateFor:     f["restate_for"].duration(d.restateFor),
		stopSilence:    f["stop_silence"].duration(d.stopSilence),
		agentWait:      f["agent_wait"].duration(d.agentWait),
		maxWait:        f["max_wait"].duration(d.maxWait),
		rating:         f["rating"].absent() && d.rating || f["rating"].truth(),
		remindReorder:  f["remind_reorder"].duration(d.remindReorder),
		remindCart:     f["remind_cart"].duration(d.remindCart),
		remindFrom:     f["remind_from"].number(d.remindFrom, 0, 23),
		remindUntil:    f["remind_until"].number(d.remindUntil, 1, 24),
		sla:            parseSLA(f["sla"]),
	}
	if r.remindFrom >= r.remindUntil {
		f["remind_until"].wrong("is not after remind_from")
	}
	if r.questionFor < time.Minute {
		f["question_expires"].wrong("is under a minute: nobody answers that fast")
	}
	return r
}
