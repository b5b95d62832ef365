package twiliotest

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
)

var contentSID = regexp.MustCompile(`^HX[0-9a-fA-F]{32}$`)

// render writes the body of a message whose template is named, or says with what
// code Twilio would refuse it: 21655 the template, 21656 its variables.
func (s *Server) render(m *Message) (code int, why string) {
	if m.Content == "" {
		return 0, ""
	}
	body, approved := s.options.Contents[m.Content]
	if !contentSID.MatchString(m.Content) || s.options.Contents != nil && !approved {
		return 21655, "The ContentSid is Invalid"
	}
	variables := map[string]string{}
	if m.Variables != "" && json.Unmarshal([]byte(m.Variables), &variables) != nil {
		return 21656, "The ContentVariables Parameter is invalid"
	}
	names := slices.Sorted(maps.Keys(variables))
	for _, name := range names {
		// WhatsApp takes no empty value, no line break and no run of spaces in one.
		v := variables[name]
		if v == "" || strings.ContainsAny(v, "\n\t") || strings.Contains(v, "     ") {
			return 21656, "The ContentVariables Parameter is invalid"
		}
		if s.options.Contents == nil {
			body = strings.TrimSpace(body + " " + v)
		}
		body = strings.ReplaceAll(body, "{{"+name+"}}", v)
	}
	if strings.Contains(body, "{{") {
		return 21656, "The ContentVariables Parameter is invalid"
	}
	if body == "" {
		body = m.Content
	}
	m.Body = body
	return 0, ""
}
