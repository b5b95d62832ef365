package conversation

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func during(e Event, list ...Incident) Event {
	e.Live = &Live{Incidents: list}
	return e
}

var (
	snow   = Incident{ID: "snow", Kind: CarrierIncident, Match: "colissimo", Text: map[string]string{"fr": "Neige : Colissimo a deux jours de retard.", "en": "Snow: Colissimo is two days late."}}
	glass  = Incident{ID: "glass", Kind: ProductIncident, Match: "ondine", Text: map[string]string{"fr": "Des lampes Ondine arrivent fendues : nous les remplaçons toutes."}}
	outage = Incident{ID: "bank", Kind: IntentIncident, Match: "payment_trouble", Text: map[string]string{"en": "Card payments are down, we are on it."}}
)

func incidentsOf(turn Turn) (ids []string) {
	for _, n := range turn.Publish {
		if n.Type == "incident.told" {
			ids = append(ids, n.Data["incident"])
		}
	}
	return ids
}

func TestAnIncidentIsToldBeforeAnybodyIsHandedOverForIt(t *testing.T) {
	s := defaultScript(t)
	for _, c := range []struct {
		name   string
		before []Event
		words  string
		on     Incident
		told   bool
		state  State
		says   string
	}{
		{"the parcel is late", []Event{ofOrder("shipped")}, "où est mon colis ?", snow, true, Idle, "Neige"},
		{"nothing came", []Event{ofOrder("delivered")}, "livré mais rien reçu, où est mon colis ?", snow, true, Idle, "CONSEILLER"},
		{"a VIP was missed", []Event{ofCustomer(true), ofOrder("delivery_missed")}, "où est mon colis ?", snow, true, Idle, "Neige"},
		{"another carrier", []Event{ofOrder("delivered")}, "livré mais rien reçu, où est mon colis ?", Incident{ID: "x", Kind: CarrierIncident, Match: "DHL", Text: snow.Text}, false, AwaitingAgent, "conseiller"},
		{"something else", []Event{ofOrder("shipped")}, "vos horaires ?", snow, false, Idle, "9 h"},
		{"a person is asked for all the same", []Event{ofOrder("shipped")}, "où est mon colis ? je veux parler à un conseiller", snow, true, AwaitingAgent, "Neige"},
		{"anger", []Event{ofOrder("delivered")}, "C'est INADMISSIBLE !!! rien reçu, voleurs, où est mon colis", snow, false, AwaitingAgent, "excuses"},
		{"a broken lamp", []Event{ofOrder("delivered")}, "ma lampe est arrivée cassée", glass, true, Idle, "fendues"},
		{"a lamp in the cart", []Event{ofCart(9900)}, "c'est en stock ?", glass, true, Idle, "fendues"},
		{"a lamp that nobody has", nil, "ma lampe est arrivée cassée", glass, false, ChoosingOrder, "numéro"},
		{"a card refused", nil, "ma carte est refusée", outage, true, Idle, "Card payments are down"},
		{"charged twice, which is another matter", nil, "prélevé deux fois !", outage, true, AwaitingAgent, "débit en trop"},
		{"danger", []Event{ofOrder("delivered")}, "la lampe a pris feu", glass, false, AwaitingAgent, "112"},
		{"before it began", []Event{ofOrder("shipped")}, "où est mon colis ?", Incident{ID: "x", Kind: CarrierIncident, Match: "Colissimo", Text: snow.Text, Since: monday.Add(time.Hour)}, false, Idle, "LU-1042"},
		{"after it ended", []Event{ofOrder("shipped")}, "où est mon colis ?", Incident{ID: "x", Kind: CarrierIncident, Match: "Colissimo", Text: snow.Text, Until: monday}, false, Idle, "LU-1042"},
		{"without a text", []Event{ofOrder("shipped")}, "où est mon colis ?", Incident{ID: "x", Kind: CarrierIncident, Match: "Colissimo"}, false, Idle, "LU-1042"},
	} {
		t.Run(c.name, func(t *testing.T) {
			turn := s.Step(played(s, c.before...), during(text("9", c.words), c.on), monday)
			if (len(incidentsOf(turn)) > 0) != c.told || turn.Next.State != c.state || len(turn.Messages) != 1 || !strings.Contains(turn.Messages[0].Text, c.says) {
				t.Fatalf("told %v, state %s, said %+v", incidentsOf(turn), turn.Next.State, turn.Messages)
			}
			if c.told && !slices.Equal(turn.Next.Incidents, []string{c.on.ID}) {
				t.Errorf("remembers %v", turn.Next.Incidents)
			}
			again := s.Step(turn.Next, during(text("10", c.words), c.on), monday.Add(time.Minute))
			if len(incidentsOf(again)) > 0 {
				t.Error("told twice")
			}
			if c.told && c.state == Idle && len(again.Messages) == 0 {
				t.Error("who asks again is met with silence")
			}
		})
	}
}

// A complaint that goes on is a person's: what happened to this one lamp.
func TestWhoDescribesWhatIsBrokenReachesAPerson(t *testing.T) {
	s := defaultScript(t)
	c := played(s, ofOrder("delivered"))
	for i, words := range []string{"ma lampe est arrivée cassée", "ma lampe est cassée, et l'abat-jour aussi", "l'abat-jour est déchiré sur dix centimètres"} {
		c = s.Step(c, during(text(fmt.Sprint(i), words), glass), monday.Add(time.Duration(i)*time.Minute)).Next
	}
	if c.State != AwaitingAgent || c.Desk.Reason != "item_problem" {
		t.Errorf("%s, %+v", c.State, c.Desk)
	}
}

// Who waits reads it, too: it may be all that they waited for.
func TestAnIncidentAnswersWhoWaits(t *testing.T) {
	s := defaultScript(t)
	facts := []Event{ofCustomer(true), ofOrder("delivery_missed")}
	stuck := s.Step(played(s, append(facts, text("1", "blorp zzt"))...), during(text("2", "où est mon colis ?"), snow), monday.Add(5*time.Minute))
	if stuck.Next.State != Idle || !strings.Contains(stuck.Messages[0].Text, "Neige") {
		t.Errorf("who was not understood: %s, %+v", stuck.Next.State, stuck.Messages)
	}
	asked := s.Step(played(s, append(facts, text("1", "conseiller"))...), during(text("2", "où est mon colis ?"), snow), monday.Add(5*time.Minute))
	if said := asked.Messages[0].Text; asked.Next.State != AwaitingAgent || !strings.Contains(said, "Neige") || strings.Contains(said, "CONSEILLER") {
		t.Errorf("who asked: %s, %q", asked.Next.State, said)
	}
}

func TestAnIncidentIsToldInTheCustomersLanguage(t *testing.T) {
	s := defaultScript(t)
	for language, want := range map[string]string{"": "Neige", "fr": "Neige", "en": "Snow", "de": "Snow", "it": "Snow"} {
		c := played(s, ofOrder("shipped"))
		c.Customer.Language = language
		turn := s.Step(c, during(text("1", "LU-1042"), snow), monday)
		if len(turn.Messages) != 1 || !strings.Contains(turn.Messages[0].Text, want) {
			t.Errorf("%q: %+v", language, turn.Messages)
		}
	}
}

// What a conversation remembers, and what one answer tells, is bounded.
func TestManyIncidentsStayFew(t *testing.T) {
	s := defaultScript(t)
	c := played(s, ofOrder("shipped"))
	var list []Incident
	for i := range 50 {
		list = append(list, Incident{ID: fmt.Sprint(i), Kind: CarrierIncident, Match: "Colissimo", Text: map[string]string{"fr": strings.Repeat("é", 2000)}})
	}
	for i := range 30 {
		turn := s.Step(c, during(text(fmt.Sprint(i), "où est mon colis ?"), list...), monday.Add(time.Duration(i)*time.Hour))
		if c = turn.Next; len(c.Incidents) > maxKnown || len(incidentsOf(turn)) > maxIncidentsTold {
			t.Fatalf("remembers %d, tells %d", len(c.Incidents), len(incidentsOf(turn)))
		}
	}
}
