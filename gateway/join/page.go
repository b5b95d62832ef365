package join

import (
	_ "embed"
	"html/template"
	"net/http"

	"github.com/causette/causette/gateway/visitor"
)

//go:embed page.html
var pageHTML string

var page = template.Must(template.New("join").Parse(pageHTML))

// occasion is why the page is shown.
type occasion int

const (
	asking occasion = iota
	thanks
	wrongNumber
	nothingTicked
	busy
	later
	window // the sheet for a shop window
)

type box struct {
	Name, Text string
	Ticked     bool
}

// show writes the page.
func (p *Page) show(w http.ResponseWriter, v *visit, status int, o occasion, f form) {
	boxes := make([]box, 0, len(purposes))
	for _, purpose := range purposes {
		ticked := false
		for _, t := range f.purposes {
			ticked = ticked || t == purpose
		}
		boxes = append(boxes, box{string(purpose), v.words.Boxes[purpose], ticked})
	}
	var trouble string
	switch o {
	case wrongNumber:
		trouble = v.words.WrongNumber
	case nothingTicked:
		trouble = v.words.NothingTicked
	case busy:
		trouble = v.words.Busy
	case later:
		trouble = v.words.Later
	}
	err := visitor.Show(w, status, v.language, page, struct {
		Lang, Brand, Path, Number, Typed, Trouble, Privacy string
		Words                                              words
		Boxes                                              []box
		Link                                               template.URL
		Thanks, Window                                     bool
	}{
		v.language, v.brand.Name, Path + string(v.brand.ID), string(v.brand.Number), f.number, trouble, v.brand.Privacy,
		v.words, boxes, template.URL(v.brand.textTo()), o == thanks, o == window,
	})
	if err != nil {
		p.log.Info("the join page was not read to its end", "error", err)
	}
}

func (p *Page) window(w http.ResponseWriter, v *visit) { p.show(w, v, http.StatusOK, window, form{}) }
