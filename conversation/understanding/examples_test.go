package understanding

import "testing"

var questions = map[string][]string{
	"gift_wrap":    {"faites-vous des paquets cadeaux ?", "emballage cadeau possible", "vous pouvez emballer la lampe pour offrir"},
	"bulb":         {"quelle ampoule pour cette lampe ?", "quel culot faut-il, E27 ou E14"},
	"installments": {"peut-on payer en plusieurs fois ?", "paiement en 3 fois sans frais"},
	"warranty":     {"combien de temps dure la garantie ?", "la lampe est-elle garantie"},
}

func TestExamplesAnswerTheQuestionTheyShow(t *testing.T) {
	examples := NewExamples(questions)
	for _, c := range []struct{ text, want string }{
		{"faites-vous des paquets cadeaux ?", "gift_wrap"},
		{"vous faites des paquets cadeaux", "gift_wrap"},
		{"un emballage cadeau est possible ?", "gift_wrap"},
		{"quelle ampoule pour la lampe", "bulb"},
		{"payer en plusieurs fois", "installments"},
		{"la garantie dure combien de temps", "warranty"},
		{"bonjour", ""}, {"où est mon colis", ""}, {"la lampe", ""}, {"", ""}, {"👍", ""},
	} {
		name, score, ok := examples.Match(Read(c.text, "fr"))
		if ok != (c.want != "") || ok && name != c.want {
			t.Errorf("Match(%q): %s %.2f %v, want %q", c.text, name, score, ok, c.want)
		}
	}
}

func TestALongOrAngryTextIsNotAnsweredOnOneKeyword(t *testing.T) {
	examples := NewExamples(questions)
	for _, text := range []string{
		"bande d'escrocs, la garantie de la lampe c'est n'importe quoi !!!",
		"j'ai acheté une lampe chez vous il y a trois semaines, elle est tombée en panne hier soir pendant le dîner, j'ai appelé deux fois, personne ne répond, et maintenant on me dit que la garantie ne couvre rien, franchement je suis très déçue de votre boutique",
	} {
		if name, score, ok := examples.Match(Read(text, "fr")); ok {
			t.Errorf("Match(%q): %s %.2f", text, name, score)
		}
	}
}
