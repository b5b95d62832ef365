package visitor

import (
	"net/http"

	"golang.org/x/text/language"
)

// Language is the one to show: ?lang=, else the browser's, of those that the
// brand speaks, of which the first is for whoever speaks none of them.
func Language(r *http.Request, spoken []string) string {
	tags := make([]language.Tag, 0, len(spoken))
	for _, l := range spoken {
		tags = append(tags, language.Make(l))
	}
	if len(tags) == 0 {
		return "fr"
	}
	_, i := language.MatchStrings(language.NewMatcher(tags), r.URL.Query().Get("lang"), r.Header.Get("Accept-Language"))
	return spoken[i]
}
