package media

import (
	_ "embed"
	"errors"
	"html/template"
	"net/http"

	"github.com/causette/causette/gateway"
	"github.com/causette/causette/gateway/visitor"
)

//go:embed page.html
var pageHTML string

var page = template.Must(template.New("photo").Parse(pageHTML))

// occasion is why the page is shown.
type occasion int

const (
	asking occasion = iota
	thanks
	wrong
	gone
	later
)

// words are what the page says of each occasion, title and text, and on its two
// buttons.
type words struct {
	said         [5][2]string
	choose, send string
}

// french is said to whom no other language is known of.
const french = "fr"

var languages = map[string]words{
	french: {[5][2]string{
		asking: {"Envoyer une photo", "Une photo de l’article et de son emballage nous suffit. Elle n’est vue que par notre service client."},
		thanks: {"Merci, la photo est bien arrivée", "Vous pouvez fermer cette page : la suite arrive par texto."},
		wrong:  {"Ce fichier n’est pas une photo lisible", "Choisissez une photo (JPEG, PNG, WebP, HEIC) de 12 Mo au plus."},
		gone:   {"Ce lien a déjà servi ou a expiré", "Répondez à notre texto pour en recevoir un autre."},
		later:  {"La photo n’a pas pu être enregistrée", "Envoyez-la de nouveau dans un instant."},
	}, "Choisir une photo", "Envoyer"},
	"en": {[5][2]string{
		asking: {"Send a photo", "One photo of the article and its packaging is enough. Only our customer service sees it."},
		thanks: {"Thank you, the photo has arrived", "You can close this page: we go on by text message."},
		wrong:  {"This file is not a photo we can read", "Choose a photo (JPEG, PNG, WebP, HEIC) of at most 12 MB."},
		gone:   {"This link was used before or has expired", "Answer our text message to get another one."},
		later:  {"The photo could not be saved", "Send it again in a moment."},
	}, "Choose a photo", "Send"},
}

// show writes the page.
func (p *Page) show(w http.ResponseWriter, status int, v visit, o occasion) {
	lang := v.customer.Customer.Language
	said, ok := languages[lang]
	if !ok {
		lang, said = french, languages[french]
	}
	err := visitor.Show(w, status, lang, page, struct {
		Lang, Brand, Title, Text, Choose, Send string
		Form                                   bool
	}{lang, p.Brands[v.brand], said.said[o][0], said.said[o][1], said.choose, said.send, o == asking || o == wrong || o == later})
	if err != nil {
		p.Log.Info("the photo page was not read to its end", "error", err)
	}
}

// refuse shows why a code leads nowhere.
func (p *Page) refuse(w http.ResponseWriter, v visit, err error) {
	if errors.Is(err, gateway.ErrNotFound) {
		p.show(w, http.StatusNotFound, v, gone)
		return
	}
	p.Log.Warn("cannot look a code up", "brand", v.brand, "error", err)
	p.show(w, http.StatusServiceUnavailable, v, later)
}
