package conversation

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/causette/causette/conversation/understanding"
)

// at moves an event to a moment.
func at(e Event, when time.Time) Event {
	e.Time = when
	if e.Message != nil {
		in := *e.Message
		in.At, e.Message = when, &in
	}
	return e
}

// lets is the event, come when people let wait so long.
func lets(wait time.Duration, e Event) Event {
	e.Live = &Live{Wait: wait}
	return e
}

func TestAWaitIsRoundedUpToWhatPeopleSay(t *testing.T) {
	const m, h = time.Minute, time.Hour
	for _, c := range [][2]time.Duration{
		{-m, 0}, {0, 0}, {time.Second, 5 * m}, {5 * m, 5 * m}, {5*m + 1, 10 * m}, {12 * m, 15 * m}, {16 * m, 20 * m}, {21 * m, 30 * m}, {31 * m, 45 * m},
		{46 * m, h}, {h, h}, {h + 1, 2 * h}, {2 * h, 2 * h}, {7*h + m, 8 * h}, {8 * h, 8 * h}, {8*h + 1, 0}, {1 << 62, 0},
	} {
		if got := roundWait(c[0]); got != c[1] {
			t.Errorf("%s is told as %s, want %s", c[0], got, c[1])
		}
	}
}

// Monday at 10:41 in Paris.
func TestWhoWaitsIsToldHowLong(t *testing.T) {
	s := defaultScript(t)
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	day := func(d, h, m int) time.Time { return time.Date(2026, 11, d, h, m, 0, 0, paris) }
	for _, c := range []struct {
		name string
		when time.Time
		wait time.Duration
		want string // the whole last line
	}{
		{"ten minutes", day(23, 10, 41), 7 * time.Minute, "Je passe la main à un conseiller, qui vous répond ici : comptez environ 10 minutes."},
		{"an hour", day(23, 10, 41), 50 * time.Minute, "Je passe la main à un conseiller, qui vous répond ici : comptez environ une heure."},
		{"hours", day(23, 10, 41), 100 * time.Minute, "Je passe la main à un conseiller, qui vous répond ici : comptez environ 2 heures."},
		{"not known", day(23, 10, 41), 0, "Je passe la main à un conseiller, qui vous répond ici."},
		{"beyond the end of the day", day(23, 17, 50), 30 * time.Minute, "Je passe la main à un conseiller, qui vous répond ici."},
		{"before the opening", day(23, 7, 0), 5 * time.Minute, "Je passe la main à un conseiller, qui vous répondra ici à l'ouverture, lundi 23 novembre à 9 h."},
		{"after the end of the day", day(23, 18, 0), 5 * time.Minute, "Je passe la main à un conseiller, qui vous répondra ici à l'ouverture, mardi 24 novembre à 9 h."},
		{"on a Sunday", day(22, 12, 0), 5 * time.Minute, "Je passe la main à un conseiller, qui vous répondra ici à l'ouverture, lundi 23 novembre à 9 h."},
		{"on a holiday", day(11, 12, 0), 5 * time.Minute, "Je passe la main à un conseiller, qui vous répondra ici à l'ouverture, jeudi 12 novembre à 9 h."},
	} {
		turn := s.Step(Begin("lumen", "c1"), lets(c.wait, at(text("1", "je veux parler à un conseiller"), c.when)), c.when)
		if len(turn.Messages) != 1 || !strings.HasSuffix(turn.Messages[0].Text, "\n"+c.want) {
			t.Errorf("%s: said %+v", c.name, turn.Messages)
		}
	}
}

// In each of the seven languages the wait, the update, the busy desk and the way
// out have words, and the word that asks for a person again is understood.
func TestWaitingHasWordsInSevenLanguages(t *testing.T) {
	s := defaultScript(t)
	for _, language := range understanding.Languages {
		c := Begin("lumen", "c1")
		c.Customer.Language = language
		ask := map[string]string{"fr": "CONSEILLER", "en": "AGENT", "es": "AGENTE", "de": "MITARBEITER", "it": "OPERATORE", "nl": "MEDEWERKER", "pt": "ATENDENTE"}[language]
		turn := s.Step(c, lets(12*time.Minute, text("1", ask)), monday)
		if turn.Next.State != AwaitingAgent || !strings.Contains(turn.Messages[0].Text, "15 minut") && !strings.Contains(turn.Messages[0].Text, "15 Minut") {
			t.Errorf("%s: %s, said %+v", language, turn.Next.State, turn.Messages)
		}
		tr := speaking(s, language)
		for _, d := range []time.Duration{0, 10 * time.Minute, time.Hour, 3 * time.Hour} {
			for _, key := range []string{"human.open", "human.waiting", "human.update", "human.busy"} {
				text := tr.text(key, "wait", tr.sayWait(d))
				if strings.ContainsAny(text, "{}[]") || strings.Contains(text, "  ") || !strings.Contains(text, tr.sayWait(d)) {
					t.Errorf("%s %s: %q", language, key, text)
				}
			}
		}
		for _, key := range []string{"human.busy", "human.left", "incident.person"} {
			if text := tr.text(key); !strings.Contains(text, ask) {
				t.Errorf("%s %s does not say %s: %q", language, key, ask, text)
			}
		}
	}
}

func speaking(s *Script, language string) *turn {
	return &turn{Script: s, lang: language, c: Begin("lumen", "c1"), e: &Event{}, now: monday}
}

// Two words about the wait at most, none at night and none outside opening
// hours, whatever people let wait; and nobody waits in silence for good.
func TestUpdatesAreFewAndNeverAtNight(t *testing.T) {
	s := defaultScript(t)
	rapid.Check(t, func(rt *rapid.T) {
		now := monday.Add(time.Duration(rapid.IntRange(0, 7*24*60).Draw(rt, "minute")) * time.Minute)
		wait := func() time.Duration {
			return time.Duration(rapid.IntRange(-1, 300).Draw(rt, "wait")) * time.Minute
		}
		turn := s.Step(Begin("lumen", "c1"), lets(wait(), at(text("1", "je veux parler à un conseiller"), now)), now)
		timers := map[string]time.Time{}
		updates := 0
		for range 40 {
			for _, name := range turn.Unset {
				delete(timers, name)
			}
			for _, x := range turn.Timers {
				if x.Name == timerWait && !x.Due.After(now) {
					rt.Fatalf("wakes itself at once, at %s", now)
				}
				timers[x.Name] = x.Due
			}
			name := ""
			for n, due := range timers {
				if name == "" || due.Before(timers[name]) {
					name = n
				}
			}
			if turn.Next.State != AwaitingAgent || name == "" {
				break
			}
			now = timers[name]
			delete(timers, name)
			timer := Timer{Name: name, Due: now}
			e := Event{ID: "t", Type: TimerDue, Time: now, Timer: &timer, Live: &Live{Wait: wait()}}
			turn = s.Step(turn.Next, e, now)
			if name == timerWait && len(turn.Messages) > 0 {
				updates++
				tr := speaking(s, "fr")
				tr.now = now
				if open, _ := s.hours.at(tr.localNow("")); !open {
					rt.Fatalf("said at %s, when nobody is there: %q", now, turn.Messages[0].Text)
				}
				if m := turn.Messages[0]; m.Purpose != Transactional || turn.Next.Desk.Told != updates {
					rt.Fatalf("said %+v, told %d of %d", m, turn.Next.Desk.Told, updates)
				}
			}
		}
		if updates > maxTold {
			rt.Fatalf("%d updates", updates)
		}
		if turn.Next.State != Idle {
			rt.Fatalf("still %s", turn.Next.State)
		}
	})
}

// Above the bound only some wait; the others read how else to reach people.
func TestABusyDeskIsSaid(t *testing.T) {
	s := defaultScript(t)
	for _, c := range []struct {
		words string
		wait  time.Duration
		queue bool
	}{
		{"ma carte est refusée", 2 * time.Hour, true},
		{"ma carte est refusée", 2*time.Hour + time.Minute, false},
		{"je veux parler à un conseiller", 5 * time.Hour, true},
		{"C'est INADMISSIBLE !!! vous êtes des voleurs", 5 * time.Hour, true},
		{"je vais saisir mon avocat et porter plainte", 5 * time.Hour, true},
		{"la lampe a pris feu", 5 * time.Hour, true},
		{"j'hésite encore", 5 * time.Hour, false},
	} {
		start := played(s, ofCart(24900))
		turn := s.Step(start, lets(c.wait, text("1", c.words)), monday)
		if queued := turn.Next.State == AwaitingAgent; queued != c.queue {
			t.Errorf("%q with %s: %s", c.words, c.wait, turn.Next.State)
		}
		if c.queue {
			continue
		}
		said := turn.Messages[0].Text
		if !strings.Contains(said, "CONSEILLER") || !strings.Contains(said, "01 23 45 67 89") {
			t.Errorf("%q: said %q", c.words, said)
		}
		if !slices.ContainsFunc(turn.Publish, func(n Notice) bool { return n.Type == "escalation.declined" }) {
			t.Errorf("%q: nobody is told: %+v", c.words, turn.Publish)
		}
		if again := s.Step(turn.Next, lets(c.wait, text("2", "conseiller")), monday.Add(time.Minute)); again.Next.State != AwaitingAgent {
			t.Errorf("%q: who asks after that does not wait", c.words)
		}
	}
	// Nobody is not understood for ever, however busy people are.
	c := s.Step(Begin("lumen", "c1"), lets(5*time.Hour, text("1", "blorp zzt")), monday).Next
	if c = s.Step(c, lets(5*time.Hour, text("2", "qwfp")), monday).Next; c.State != AwaitingAgent {
		t.Error("who is stuck does not wait")
	}
}

// Who is answered while waiting leaves the queue, unless only a person will do.
func TestWhoHasTheirAnswerLeavesTheQueue(t *testing.T) {
	s := defaultScript(t)
	stuck := []Event{text("1", "blorp zzt"), text("2", "qwfp arst")}
	asked := []Event{text("1", "je veux parler à un conseiller")}
	angry := []Event{text("1", "C'est INADMISSIBLE !!! vous êtes des voleurs")}
	for _, c := range []struct {
		name   string
		before []Event
		words  string
		after  time.Duration
		leaves bool
	}{
		{"an answer", stuck, "vos horaires ?", time.Minute, true},
		{"a parcel", append([]Event{ofOrder("shipped")}, stuck...), "où est mon colis ?", time.Minute, true},
		{"an answer to who asked", asked, "vos horaires ?", time.Minute, false},
		{"an answer to who is angry", angry, "vos horaires ?", time.Minute, false},
		{"an answer to who was hurt", []Event{text("1", "la lampe a pris feu")}, "vos horaires ?", time.Minute, false},
		{"an answer about law", []Event{text("1", "je vais saisir mon avocat et porter plainte")}, "vos horaires ?", time.Minute, false},
		{"an answer about fraud", []Event{text("1", "on a utilisé ma carte sans mon accord")}, "vos horaires ?", time.Minute, false},
		{"an answer about data", []Event{text("1", "je veux supprimer toutes mes données personnelles")}, "vos horaires ?", time.Minute, false},
		{"an answer that is worse", append([]Event{ofCustomer(true), ofOrder("delivery_missed")}, stuck...), "où est mon colis ?", time.Minute, false},
		{"no answer", stuck, "zxcv", time.Minute, false},
		{"c'est bon", asked, "c'est bon", time.Minute, true},
		{"c'est bon, merci", asked, "c'est bon merci", time.Minute, true},
		{"laissez", angry, "laissez tomber", time.Minute, true},
		{"laissez, and angry", asked, "laissez tomber bande de voleurs !!!", time.Minute, false},
		{"never mind", asked, "never mind", time.Minute, true},
		{"de", asked, "hat sich erledigt, danke", time.Minute, true},
		{"it", asked, "ho risolto, grazie", time.Minute, true},
		{"es", asked, "ya no hace falta, gracias", time.Minute, true},
		{"nl", asked, "laat maar", time.Minute, true},
		{"pt", asked, "já não preciso, obrigado", time.Minute, true},
		{"c'est bon of who was hurt", []Event{text("1", "la lampe a pris feu")}, "c'est bon", time.Minute, false},
		{"merci for the handover", asked, "merci", time.Minute, false},
		{"merci for an answer", append(slices.Clone(asked), text("2", "vos horaires ?")), "merci", 2 * time.Minute, true},
		{"merci much later", asked, "merci", time.Hour, true},
		{"it is no good", asked, "pas cool c'est bon j'en ai marre de vous", time.Minute, false},
		{"a question with good in it", asked, "c'est bon pour la santé le café, vous livrez quand ?", time.Minute, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := played(s, c.before...)
			if before.State != AwaitingAgent {
				t.Fatalf("state %s", before.State)
			}
			now := monday.Add(time.Duration(len(c.before))*time.Minute + c.after)
			turn := s.Step(before, at(text("9", c.words), now), now)
			left := slices.ContainsFunc(turn.Publish, func(n Notice) bool { return n.Type == "escalation.answered" })
			if left != c.leaves || left != (turn.Next.State == Idle) || left != (turn.Next.Desk.Status == DeskResolved) {
				t.Fatalf("left %t, state %s, desk %s, said %+v", left, turn.Next.State, turn.Next.Desk.Status, turn.Messages)
			}
			if left && (len(turn.Messages) != 1 || !strings.Contains(turn.Messages[0].Text, "CONSEILLER") && !strings.Contains(turn.Messages[0].Text, "AGENT")) {
				t.Errorf("does not say how to ask again: %+v", turn.Messages)
			}
			for _, timer := range []string{timerAgent, timerWait} {
				if left && !slices.Contains(turn.Unset, timer) {
					t.Errorf("timer %s still runs", timer)
				}
			}
		})
	}
}

// What an agent gave to the queue is left only by people.
func TestWhatAnAgentGaveToTheQueueStays(t *testing.T) {
	s := defaultScript(t)
	c := played(s, text("1", "blorp zzt"), text("2", "qwfp arst"), act(AgentClaimed, "claire"),
		act(AgentWrote, "claire", func(a *Act) { a.Text = "Bonjour" }), act(AgentTransferred, "claire", func(a *Act) { a.Team = "sav" }), text("3", "vos horaires ?"))
	if c.State != AwaitingAgent {
		t.Errorf("%s: %+v", c.State, c.Desk)
	}
}

func TestADayMayEndAtMidnight(t *testing.T) {
	for text, want := range map[string]span{
		"00:00-24:00": {0, 24 * 60}, "09:00-18:30": {9 * 60, 18*60 + 30}, "24:00-24:00": {}, "18:00-09:00": {}, "9": {}, "": {}, "09:00-25:00": {},
	} {
		var found Problems
		root, ok := parseYAML("x.yaml", []byte("hours: "+strconv.Quote(text)), &found)
		if !ok {
			t.Fatal(found)
		}
		if got := parseSpan(root.fields("hours")["hours"]); got != want || (len(found) == 0) != (want != span{}) {
			t.Errorf("%q is %v, %v", text, got, found)
		}
	}
}
