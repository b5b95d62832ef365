package understanding

import "testing"

func TestChoosingTakesTheOneOptionThatFits(t *testing.T) {
	colours := []Option{{[]string{"bleu", "bleue", "blue"}}, {[]string{"rouge", "red"}}, {[]string{"bleu marine", "navy"}}}
	sizes := []Option{{[]string{"small", "petit"}}, {[]string{"medium", "moyen"}}, {[]string{"large", "grand"}}}
	products := []Option{{[]string{"lampe opale"}}, {[]string{"bougie figuier"}}, {[]string{"abonnement"}}}
	for _, c := range []struct {
		text    string
		options []Option
		want    int // -1: none
	}{
		{"rouge", colours, 1}, {"le rouge svp", colours, 1}, {"Rouge !", colours, 1}, {"red", colours, 1},
		{"2", colours, 1}, {"le 2ème", colours, 1}, {"deux", colours, 1}, {"1.", colours, 0}, {"le troisième", colours, 2},
		{"bleu marine", colours, 2}, // the whole text before a part of it
		{"bleu ou rouge", colours, -1}, {"4", colours, -1}, {"0", colours, -1}, {"vert", colours, -1}, {"", colours, -1},
		{"ruoge", colours, 1}, {"roge", colours, 1}, {"rd", colours, -1}, // no typo under four letters
		{"mediun", sizes, 1}, {"gand", sizes, 2}, {"larg", sizes, 2},
		{"abonement", products, 2}, {"abonemment", products, 2}, {"abon", products, -1},
		{"la bougie figuier", products, 1}, {"bougie figueir", products, 1}, {"bougie", products, -1},
		{"je ne sais pas encore je vais réfléchir à la lampe opale et je vous dirai demain", products, -1},
	} {
		got, ok := Read(c.text, "fr").Choose(c.options)
		if ok != (c.want >= 0) || ok && got != c.want {
			t.Errorf("Choose(%q): %d %v, want %d", c.text, got, ok, c.want)
		}
	}
}

func TestDistanceCountsOneSlipAsOne(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"stop", "stop", 0}, {"stop", "sotp", 1}, {"stop", "stp", 1}, {"stop", "stoop", 1}, {"stop", "step", 1},
		{"abonnement", "abonement", 1}, {"abonnement", "abonemment", 2}, {"a", "", 1}, {"ca", "abc", 3},
	} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
		if got := distance(c.b, c.a); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.b, c.a, got, c.want)
		}
	}
}
