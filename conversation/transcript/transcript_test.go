package transcript_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/conversation/transcript"
)

func script(t testing.TB) *conversation.Script {
	t.Helper()
	s, err := conversation.ParseScript(conversation.BrandInfo{
		ID: "lumen", Name: "Lumen", Languages: []string{"fr", "en"}, Country: "FR", Timezone: "Europe/Paris", Currency: "EUR",
		Phone: "01 23 45 67 89", Email: "aide@lumen.example",
	}, os.DirFS("../../configs/scripts"), "lumen")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const stop = `# STOP.
date: 2026-11-23
09:41 Ana    > STOP
`

func TestATranscriptIsItsInputsAndWhatTheScriptMakesOfThem(t *testing.T) {
	s := script(t)
	got, err := transcript.Run(s, stop)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"# STOP.\ndate: 2026-11-23\n09:41 Ana    > STOP\n09:41 Lumen  < C'est noté",
		"rule: stop.keyword\n", "      queue  . cancelled: all\n", "      ledger . marketing on sms withdrawn (keyword)\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	again, err := transcript.Run(s, got)
	if err != nil || again != got {
		t.Errorf("its own output runs to something else (%v):\n%s\n%s", err, got, again)
	}
}

func TestTimePassesWithItsTimers(t *testing.T) {
	got, err := transcript.Run(script(t), "burst: 3s\n09:41 Ana > blorp zzt\n+2s Ana > qsdf\n+1m clock .\n")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(got, " < "); n != 1 {
		t.Errorf("%d answers to one thought:\n%s", n, got)
	}
	if !strings.Contains(got, "clock  . burst\n") {
		t.Errorf("the clock does not show:\n%s", got)
	}
}

func TestAMistakeNamesItsLine(t *testing.T) {
	s := script(t)
	for _, c := range []struct {
		name, text, want string
		line             int
	}{
		{"no time", "# x\nAna > bonjour", "neither a time such as 09:41", 2},
		{"no sign", "09:41 Ana bonjour", "neither > (the customer)", 1},
		{"nothing said", "09:41 Ana", "want a time, who speaks", 1},
		{"an unknown event", "09:41 shop . order.lost id=1", `unknown event "order.lost"`, 1},
		{"an unknown field", "09:41 shop . order.placed id=1 nmuber=2", `unknown field "nmuber"`, 1},
		{"an open quote", `09:41 shop . order.placed lines="x`, "never closed", 1},
		{"a bad date", "09:41 shop . order.placed placed=tomorrow", "is not a date", 1},
		{"a bad number", "09:41 shop . points.changed points=many", "is not a whole number", 1},
		{"the clock set back", "09:41 Ana > a\n09:40 Ana > b", "is before 09:41", 2},
		{"a question that was not asked", "09:41 Ana > 2 {quotes=-1}", "0 questions were asked", 1},
		{"an unknown act", "09:41 @claire . dances", `unknown act "dances"`, 1},
		{"an act without an agent", "09:41 @ . claims", "want the agent's name", 1},
		{"an act with too much", "09:41 @claire . claims colour=red", `unknown field "colour"`, 1},
		{"a desk that looks like nothing", "09:41 live . snows", "is neither wait=20m, begins nor ends", 1},
		{"a wait that is none", "09:41 live . wait=long", "is neither wait=20m", 1},
		{"an incident with too much", "09:41 live . begins id=a colour=red", `unknown field "colour"`, 1},
		{"a medium that is none", "medium: fax\n09:41 Ana > a", "is not sms or whatsapp", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := transcript.Run(s, c.text)
			var p *transcript.Problem
			if !errors.As(err, &p) || p.Line != c.line || !strings.Contains(p.Why, c.want) {
				t.Errorf("error %v, want line %d: %s", err, c.line, c.want)
			}
		})
	}
}

func FuzzRun(f *testing.F) {
	s := script(f)
	for _, seed := range []string{
		stop, "09:41 Ana > oui {medium=whatsapp media=image/jpeg}", "burst: 3s\n09:41 Ana > a\n+1d clock .",
		"09:00 shop . order.placed id=1 number=LU-1 lines=\"2 x A 3.00; B (out)\"\n+1m Ana > recommander\n+1s Ana > oui",
		"09:00 shop . prompt.requested id=p purpose=transactional text=\"Bonjour {first}\" opens=review\n+1s Ana > 3",
		"explain: fr\n09:00 live . wait=20m\n09:00 live . begins id=a kind=intent match=hours fr=\"Neige\"\n09:41 Ana > conseiller\n+1m Ana > vos horaires ?\n+1s live . ends id=a\n+2d clock .",
		"09:41 Ana > conseiller\n+1s @claire . claims capacity=1\n+1s @claire > bonjour {seen=2}\n+1s @claire . snoozes until=2026-11-25\n+2d clock .\n+1s @claire . returns",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Count(text, "\n") > 50 || len(text) > 4000 {
			t.Skip("longer than anybody writes")
		}
		got, err := transcript.Run(s, text)
		if err != nil {
			return
		}
		again, err := transcript.Run(s, got)
		if err != nil || again != got {
			t.Errorf("not stable (%v):\n%q\n%q", err, got, again)
		}
	})
}
