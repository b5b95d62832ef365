package gateway

import "github.com/causette/causette/conversation"

// Templates lists what prompts of the brand may say, by its current script: none
// where there is no script, or one that has no such list.
func (g *Gateway) Templates(brand conversation.BrandID) []conversation.TemplateInfo {
	g.scripts.mu.RLock()
	current := g.scripts.current[brand]
	g.scripts.mu.RUnlock()
	s, ok := current.(interface {
		Templates() []conversation.TemplateInfo
	})
	if !ok {
		return nil
	}
	return s.Templates()
}

// ScriptOf is the script that a conversation runs on.
func (g *Gateway) ScriptOf(c conversation.Conversation) (Script, error) { return g.scripts.of(c) }
