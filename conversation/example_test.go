package conversation_test

import (
	"fmt"
	"log"
	"os"
	"time"

	"github.com/causette/causette/conversation"
)

// One event to one conversation gives one turn: what to say, and what to record.
func ExampleScript_Step() {
	script, err := conversation.ParseScript(lumen(), os.DirFS("../configs/scripts"), "lumen")
	if err != nil {
		log.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 9, 41, 0, 0, time.UTC)
	turn := script.Step(conversation.Begin("lumen", "c1"), conversation.Event{
		ID: "in:lumen-sms:SM1", Type: conversation.MessageReceived, Time: now,
		Message: &conversation.Inbound{Carrier: "SM1", Channel: "lumen-sms", Medium: conversation.SMS, From: "+33612345678", Text: "STOP", At: now},
	}, now)

	fmt.Println(turn.Rule)
	fmt.Println(turn.Messages[0].Text)
	for _, c := range turn.Consents {
		fmt.Println(c.Purpose, "on", c.Medium, c.State)
	}
	fmt.Println("cancelled:", turn.Cancel, "fence:", turn.Fence)
	// Output:
	// stop.keyword
	// C'est noté : Lumen ne vous enverra plus d'offres, ni par SMS ni sur WhatsApp. Vos commandes restent suivies. Pour tout arrêter : STOP. Pour reprendre : START.
	// marketing on sms withdrawn
	// marketing on whatsapp withdrawn
	// cancelled: all fence: true
}
