package api

import (
	"github.com/causette/causette/conversation"
)

func (a *API) routeTemplates() {
	serve(a, operation{id: "getTemplates", route: "GET /v1/templates", tag: "prompts", scope: PromptsRead,
		summary: "List what prompts may say", text: "The templates of the brand's current script.", success: "The templates, by name"}, a.getTemplates)
}

type templateList struct {
	Templates []conversation.TemplateInfo `json:"templates"`
}

func (a *API) getTemplates(c *call, _ *struct{}) (templateList, error) {
	list := templateList{Templates: []conversation.TemplateInfo{}}
	for _, t := range a.prompts.Templates(c.brand.ID) {
		t.Languages, t.Media, t.Variables = orEmpty(t.Languages), orEmpty(t.Media), orEmpty(t.Variables)
		list.Templates = append(list.Templates, t)
	}
	return list, nil
}
