package gateway

import (
	"reflect"
	"testing"
	"time"

	"github.com/causette/causette/conversation"
)

func TestAHandoffIsNotedOnceAndAsItStandsLast(t *testing.T) {
	began := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	var f fold
	before := conversation.Conversation{Customer: conversation.Customer{ID: "c1", Language: "fr"}, Channel: "lumen-sms"}
	turn := func(d *conversation.Desk) {
		after := before
		after.Desk = d
		f.handoff(&before, &after)
		before = after
	}
	turn(&conversation.Desk{Tags: []string{"cadeau"}}) // people have nothing to do with it
	turn(&conversation.Desk{Began: began, Reason: "asked", Priority: conversation.High})
	turn(&conversation.Desk{Began: began, Reason: "asked", Priority: conversation.High, Owner: "theo", Answered: began})
	turn(&conversation.Desk{Began: began, Reason: "asked", Priority: conversation.High, Last: "theo", Answered: began, Closed: began.Add(time.Hour)})
	turn(&conversation.Desk{Began: began.Add(2 * time.Hour), Reason: "angry", Last: "theo"})
	want := []HandoffRow{
		{Customer: "c1", Began: began, Reason: "asked", Priority: conversation.High, Channel: "lumen-sms", Language: "fr", Owner: "theo", Answered: began, Closed: began.Add(time.Hour)},
		{Customer: "c1", Began: began.Add(2 * time.Hour), Reason: "angry", Channel: "lumen-sms", Language: "fr"},
	}
	if !reflect.DeepEqual(f.handoffs, want) {
		t.Errorf("got %+v, want %+v", f.handoffs, want)
	}
	f = fold{}
	turn(&conversation.Desk{Began: began.Add(2 * time.Hour), Reason: "angry", Last: "theo", Waits: began})
	if len(f.handoffs) > 0 {
		t.Errorf("what did not change is noted: %+v", f.handoffs)
	}
}
