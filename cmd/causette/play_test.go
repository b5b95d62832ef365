package main

import (
	"bytes"
	"strings"
	"testing"
)

// The scripted day plays to its end, with everybody in it.
func TestTheDemoPlaysItsDay(t *testing.T) {
	t.Parallel()
	var out, problems bytes.Buffer
	if code := run(t.Context(), []string{"demo", "--play"}, streams{strings.NewReader(""), &out, &problems}); code != exitDone {
		t.Fatalf("exit %d: %s\n%s", code, &problems, &out)
	}
	if problems.Len() > 0 {
		t.Errorf("it complains: %s", &problems)
	}
	at := 0
	for _, want := range []string{
		"Claire > bonjour, où est mon colis ?", "Hugo > recommander",
		"Camille @ prend la conversation de Théodore", "Camille < Avec plaisir", "ici l'assistant automatique de Lumen",
		"Hugo > stop svp merci",
		"pour Claire : attend jusqu'à ", "(hours.fr)", "Lumen < Lumen : la lampe Lison est de retour", "Le journal : ",
	} {
		i := strings.Index(out.String()[at:], want)
		if i < 0 {
			t.Fatalf("%q does not come where it should:\n%s", want, &out)
		}
		at += i
	}
}
