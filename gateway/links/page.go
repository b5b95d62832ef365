package links

import (
	_ "embed"
	"html/template"
	"net/http"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/gateway/visitor"
)

//go:embed page.html
var pageHTML string

var page = template.Must(template.New("link").Parse(pageHTML))

// occasion is why a link leads to a page of ours.
type occasion int

const (
	gone occasion = iota
	later
	tooMany
)

// words are what the page says of each occasion, title and text, and on the way
// to the shop.
type words struct {
	said [3][2]string
	shop string
}

var languages = map[string]words{
	"fr": {[3][2]string{{"Ce lien ne mène plus nulle part", "Il a expiré, ou son adresse est incomplète."},
		{"Un instant", "Le lien n’a pas pu être ouvert. Réessayez dans quelques secondes."}, {"Trop d’essais", "Réessayez dans une minute."}}, "Aller à la boutique"},
	"en": {[3][2]string{{"This link leads nowhere any more", "It has expired, or its address is not complete."},
		{"One moment", "The link could not be opened. Try again in a few seconds."}, {"Too many tries", "Try again in a minute."}}, "Go to the shop"},
	"es": {[3][2]string{{"Este enlace ya no lleva a ninguna parte", "Ha caducado o su dirección está incompleta."},
		{"Un momento", "No se ha podido abrir el enlace. Inténtelo de nuevo en unos segundos."}, {"Demasiados intentos", "Inténtelo de nuevo en un minuto."}}, "Ir a la tienda"},
	"de": {[3][2]string{{"Dieser Link führt nirgendwohin mehr", "Er ist abgelaufen, oder seine Adresse ist unvollständig."},
		{"Einen Augenblick", "Der Link konnte nicht geöffnet werden. Versuchen Sie es in einigen Sekunden noch einmal."}, {"Zu viele Versuche", "Versuchen Sie es in einer Minute noch einmal."}}, "Zum Shop"},
	"it": {[3][2]string{{"Questo link non porta più da nessuna parte", "È scaduto, o il suo indirizzo è incompleto."},
		{"Un momento", "Non è stato possibile aprire il link. Riprovi tra qualche secondo."}, {"Troppi tentativi", "Riprovi tra un minuto."}}, "Vai al negozio"},
	"nl": {[3][2]string{{"Deze link leidt nergens meer heen", "Hij is verlopen, of het adres is onvolledig."},
		{"Een ogenblik", "De link kon niet worden geopend. Probeer het over enkele seconden opnieuw."}, {"Te veel pogingen", "Probeer het over een minuut opnieuw."}}, "Naar de winkel"},
	"pt": {[3][2]string{{"Este link já não leva a lado nenhum", "Expirou, ou o seu endereço está incompleto."},
		{"Um momento", "Não foi possível abrir o link. Tente de novo dentro de alguns segundos."}, {"Demasiadas tentativas", "Tente de novo dentro de um minuto."}}, "Ir para a loja"},
}

// show writes the page in the brand's languages; nil for a domain of several
// brands.
func (l *Links) show(w http.ResponseWriter, r *http.Request, brand *conversation.BrandInfo, status int, o occasion) {
	var view struct{ Lang, Brand, Title, Text, Shop, To string }
	spoken := []string{"fr", "en"}
	if brand != nil {
		spoken, view.Brand = brand.Languages, brand.Name
		if len(brand.LinkHosts) > 0 {
			view.To = "https://" + brand.LinkHosts[0] + "/"
		}
	}
	view.Lang = visitor.Language(r, spoken)
	said := languages[view.Lang]
	view.Title, view.Text, view.Shop = said.said[o][0], said.said[o][1], said.shop
	w.Header().Set("X-Robots-Tag", "noindex, nofollow")
	if err := visitor.Show(w, status, view.Lang, page, view); err != nil {
		l.Log.Info("the page of a link was not read to its end", "error", err)
	}
}

// tooMany stops who asked for too many links that are none.
func (l *Links) tooMany(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Retry-After", "60")
	l.show(w, r, l.host(r), http.StatusTooManyRequests, tooMany)
}
