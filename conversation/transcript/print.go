package transcript

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/causette/causette/conversation"
)

// print writes what one event did: what was said first, with the transitions
// and the rule, then the effects.
func (r *runner) print(e conversation.Event, t conversation.Turn, was *conversation.Desk) {
	if t.Refused != nil {
		text := "refused: " + t.Refused.Code
		if t.Refused.Owner != "" {
			text += ", " + string(t.Refused.Owner) + " has it"
		}
		if t.Refused.Why != "" {
			text += ", " + t.Refused.Why
		}
		if !t.Refused.Next.IsZero() {
			text += " until " + t.Refused.Next.In(r.zone).Format("2006-01-02 15:04")
		}
		r.effect("desk", text)
		return
	}
	why := annotation(t)
	if e.Type == conversation.TimerDue && (len(t.Messages)+len(t.Steps)+len(t.Consents)+len(t.Publish)+len(t.Prompts) > 0) {
		fmt.Fprintf(&r.out, "%s %-*s . %s", r.now.Format("15:04"), r.width, clock, e.Timer.Name)
		if len(t.Messages) == 0 {
			r.out.WriteString(why)
		}
		r.out.WriteByte('\n')
	}
	brand := r.script.Brand().Name
	for i, m := range t.Messages {
		lines := strings.Split(m.Text, "\n")
		who := brand
		if m.Agent != "" {
			who = string(m.Agent)
		}
		fmt.Fprintf(&r.out, "%s %-*s < %s", r.now.Format("15:04"), r.width, who, lines[0])
		for _, l := range lines[1:] {
			fmt.Fprintf(&r.out, "\n%*s | %s", 6+r.width, "", l)
		}
		if m.Purpose != conversation.Answer {
			fmt.Fprintf(&r.out, "  (%s", m.Purpose)
			if m.Medium != r.medium {
				fmt.Fprintf(&r.out, " by %s", m.Medium)
			}
			r.out.WriteByte(')')
		}
		if m.Content != nil {
			r.out.WriteString("  (approved)")
		}
		if m.After.After(r.now) {
			r.out.WriteString("  (at " + m.After.In(r.zone).Format("2006-01-02 15:04") + ")")
		}
		if i == len(t.Messages)-1 {
			r.out.WriteString(why)
		}
		r.out.WriteByte('\n')
	}
	if len(t.Messages) == 0 && e.Type == conversation.MessageReceived {
		r.effect(brand, "(no answer)"+why)
	} else if e.Act != nil {
		if len(t.Messages) == 0 {
			text := "noted"
			if r.c.Desk != nil {
				text = stands(r.c.Desk)
			}
			r.effect("desk", text+why)
		}
	} else if len(t.Messages) == 0 && len(t.Steps) > 0 && e.Type != conversation.TimerDue {
		r.effect(brand, "(no answer)"+why)
	}
	if d := r.c.Desk; d != nil && e.Act == nil && (was == nil || stands(d) != stands(was)) {
		r.effect("desk", stands(d))
		if why := d.Inputs["why."+r.explain]; why != "" && d.Status == conversation.DeskQueued {
			r.effect("why", why)
		}
	}
	if t.Cancel != conversation.CancelNothing {
		r.effect("queue", "cancelled: "+string(t.Cancel))
	}
	if t.Recall != "" {
		r.effect("queue", "taken back: "+string(t.Recall))
	}
	for _, p := range t.Prompts {
		if text := r.became(p); text != "" {
			r.effect("prompt", text)
		}
	}
	for _, c := range t.Consents {
		r.effect("ledger", fmt.Sprintf("%s on %s %s (%s)", c.Purpose, c.Medium, c.State, c.Source))
	}
	for _, j := range t.Jobs {
		r.effect("shop", "asked: "+j.Kind+" "+string(j.Payload))
	}
	for _, c := range t.Codes {
		r.effect("link", c.Kind+" "+c.Code+" until "+c.Expires.In(r.zone).Format("2006-01-02 15:04"))
	}
	for _, n := range t.Publish {
		text := n.Type
		for _, k := range slices.Sorted(maps.Keys(n.Data)) {
			v := n.Data[k]
			if v == "" || strings.ContainsAny(v, " \n\"") {
				v = fmt.Sprintf("%q", v)
			}
			text += " " + k + "=" + v
		}
		r.effect("log", text)
	}
}

// effect prints a line without a time.
func (r *runner) effect(who, text string) {
	fmt.Fprintf(&r.out, "%5s %-*s . %s\n", "", r.width, who, text)
}

// annotation is "  [idle → awaiting_agent]  rule: human.asked".
func annotation(t conversation.Turn) string {
	var b strings.Builder
	if len(t.Steps) > 0 {
		b.WriteString("  [" + string(t.Steps[0].From))
		for _, s := range t.Steps {
			b.WriteString(" → " + string(s.To))
		}
		b.WriteString("]")
	}
	if t.Rule != "" {
		b.WriteString("  rule: " + string(t.Rule))
	}
	return b.String()
}

// stands is where a conversation stands at the desk: "queued, high: hesitation
// (cart=249,00 € words=…)".
func stands(d *conversation.Desk) string {
	text := string(d.Status)
	if d.Owner != "" {
		text += " " + string(d.Owner)
	}
	if d.Status != conversation.DeskQueued {
		if len(d.Tags) > 0 {
			text += ", tags " + strings.Join(d.Tags, ", ")
		}
		return text
	}
	if d.Team != "" {
		text += " for " + d.Team
	}
	text += ", " + string(d.Priority) + ": " + d.Reason
	var inputs []string
	for _, k := range slices.Sorted(maps.Keys(d.Inputs)) {
		if k != "rule" && !strings.HasPrefix(k, "why.") {
			inputs = append(inputs, k+"="+d.Inputs[k])
		}
	}
	if d.Last != "" {
		inputs = append(inputs, "had by "+string(d.Last))
	}
	if len(inputs) > 0 {
		text += " (" + strings.ReplaceAll(strings.Join(inputs, "; "), "\n", " / ") + ")"
	}
	if d.Offered != "" {
		text += ", held for " + string(d.Offered)
	}
	return text
}
