package conversation

import (
	"strconv"
	"strings"
	"time"
)

// askProblem is about a damaged, wrong or missing article.
func (t *turn) askProblem() {
	t.decide("problem.asked")
	t.slot("item_problem.said", t.in.Text)
	if o, ok := t.which(ProblemDialogue, returnable, "problem.none"); ok {
		t.askProblemOf(o)
	}
}

// askProblemOf asks for a photo: in the conversation where the medium carries
// pictures, else by a link that works once.
func (t *turn) askProblemOf(o Order) {
	t.slot("item_problem.order", o.ID)
	if t.shows() { // it came with its picture
		t.reportProblem(o)
		return
	}
	link := ""
	if !t.brand.carries(t.c.Medium) && t.brand.UploadURL != "" {
		code := derived("upload", t.brand.ID, t.e.ID)
		link = strings.TrimRight(t.brand.UploadURL, "/") + "/" + code
		t.out.Codes = append(t.out.Codes, Code{Code: code, Kind: "upload", Expires: t.now.Add(uploadLife)})
		t.notice("upload.requested", "order", o.ID)
	}
	t.ask(Question{Dialogue: ProblemDialogue, Name: askProblem, Free: true, Subject: t.text("problem.subject", "order.number", o.Number)},
		t.text("problem.describe", "order.number", o.Number, "link", link))
}

// uploadLife is how long a texted upload link works.
const uploadLife = 7 * 24 * time.Hour

func (t *turn) problemAnswered(q Question, value string) {
	if q.Name == askWhichOrder {
		t.orderChosen(q, value)
		return
	}
	o, ok := t.order(ProblemDialogue)
	if !ok {
		o = Order{}
	}
	t.reportProblem(o)
}

// reportProblem passes what is wrong on to people.
func (t *turn) reportProblem(o Order) {
	t.decide("problem.reported")
	said := t.c.Slots["item_problem.said"]
	if text := strings.TrimSpace(t.in.Text); text != "" && text != said {
		said = strings.TrimSpace(said + " / " + text)
	}
	data := []string{"order", o.ID, "number", o.Number, "text", cutRunes(said, 2*maxSlot)}
	for i, m := range t.in.Media[:min(len(t.in.Media), 4)] {
		data = append(data, "media."+strconv.Itoa(i+1), m.URL)
	}
	t.notice("problem.reported", data...)
	t.say("problem.thanks")
	t.finish(ProblemDialogue, onAnswered)
	t.matter = &o
	t.came(problemTold)
}
