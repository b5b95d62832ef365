package transcript

import (
	"fmt"
	"strings"

	"github.com/causette/causette/conversation"
)

// acts are the verbs of agents.
var acts = map[string]conversation.EventType{
	"claims":       conversation.AgentClaimed,
	"writes":       conversation.AgentWrote, // a template; their own words stand behind >
	"notes":        conversation.AgentNoted,
	"transfers":    conversation.AgentTransferred,
	"returns":      conversation.AgentReturned,
	"snoozes":      conversation.AgentSnoozed,
	"resolves":     conversation.AgentResolved,
	"reopens":      conversation.AgentReopened,
	"tags":         conversation.AgentTagged,
	"unsubscribes": conversation.AgentUnsubscribed,
	"keeps":        conversation.AgentKept,
	"begins":       conversation.AgentBegan,
	"recalls":      conversation.AgentRecalled,
	"declines":     conversation.AgentDeclined,
	"releases":     conversation.AgentReleased, // a prompt that they were shown
	"drops":        conversation.AgentDropped,
	"offers":       conversation.AgentOffered, // by @desk
	"idles":        conversation.AgentIdled,   // by @desk
}

// deskName stands for the desk itself, which acts in no agent's name.
const deskName = "desk"

// act reads what an agent writes, or does: "transfers to=theo",
// "writes template=follow_up var.first=Ana", "snoozes until=2026-11-25T09:00", "claims load=5 capacity=5"; @desk itself
// "offers to=claire until=2026-11-24T09:44".
func (r *runner) act(l Line) (conversation.Event, error) {
	a := &conversation.Act{Agent: conversation.AgentID(strings.TrimPrefix(l.Who, "@"))}
	e := conversation.Event{Type: conversation.AgentWrote, Time: r.now, Act: a}
	if a.Agent == "" {
		return e, fmt.Errorf("want the agent's name after @")
	}
	if a.Agent == deskName {
		a.Agent = ""
	}
	rest := ""
	if l.Agent {
		a.Text = l.Text
		if open := strings.LastIndex(a.Text, "{"); open >= 0 && strings.HasSuffix(a.Text, "}") {
			rest, a.Text = a.Text[open+1:len(a.Text)-1], strings.TrimSpace(a.Text[:open])
		}
		a.Text = strings.ReplaceAll(a.Text, `\n`, "\n")
	} else {
		verb, fields, _ := strings.Cut(l.Text, " ")
		kind, ok := acts[verb]
		if !ok {
			return e, fmt.Errorf("unknown act %q", verb)
		}
		e.Type, rest = kind, fields
	}
	f, err := parseFields(rest, r.zone)
	if err != nil {
		return e, err
	}
	switch e.Type {
	case conversation.AgentNoted:
		a.Text = f.text("text")
	case conversation.AgentBegan:
		a.Text, a.Purpose = f.text("text"), conversation.Purpose(f.text("purpose"))
		a.Channel, a.Medium, a.Address = r.channel, r.medium, r.address
	}
	a.Prompt = f.text("prompt")
	if a.Template = f.text("template"); a.Template != "" {
		a.Variables = f.variables()
	}
	a.Team, a.From = f.text("team"), conversation.AgentID(f.text("from"))
	a.To, a.Until = conversation.AgentID(f.text("to")), f.date("until")
	a.After, a.Message, a.Queued = f.date("after"), conversation.MessageID(f.text("message")), f.truth("queued")
	for _, tag := range strings.Split(f.text("tags"), ";") {
		if tag = strings.TrimSpace(tag); tag != "" {
			a.Tags = append(a.Tags, tag)
		}
	}
	for name, to := range map[string]func(int64){
		"seen":     func(n int64) { a.Seen = n },
		"load":     func(n int64) { a.Load = int(n) },
		"capacity": func(n int64) { a.Capacity = int(n) },
	} {
		if n := f.number(name); n != nil {
			to(*n)
		}
	}
	return e, f.done()
}
