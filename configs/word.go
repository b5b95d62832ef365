package configs

import (
	"regexp"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// reference is ${NAME}; $${ writes ${ itself.
var reference = regexp.MustCompile(`\$?\$\{([^}]*)\}?`)

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// word is the text of a scalar node as it was written, with the environment
// filled in after YAML was read, so that no value of it can be YAML.
func (d *decoder) word(n ast.Node, path, wanted string) (string, bool) {
	var text string
	switch t := n.(type) {
	case *ast.LiteralNode:
		text = t.Value.Value
	case *ast.StringNode:
		text = t.Value
	case ast.ScalarNode:
		text = t.GetToken().Value // 36105 and 150.00 as they were written
	default:
		d.fail(path, line(n), "should be "+wanted, "write one value, in quotes where it holds a colon or a bracket")
		return "", false
	}
	ok := true
	d.literal[path] = !strings.Contains(text, "${")
	return reference.ReplaceAllStringFunc(text, func(found string) string {
		if strings.HasPrefix(found, "$$") {
			return found[1:]
		}
		name := strings.TrimSuffix(strings.TrimPrefix(found, "${"), "}")
		if !strings.HasSuffix(found, "}") || !variableName.MatchString(name) {
			d.fail(path, line(n), found+" names no environment variable", "write ${NAME}, or $${ for the characters themselves")
			ok = false
			return ""
		}
		value, set := d.env(name)
		if !set {
			d.fail(path, line(n), "environment variable "+name+" is not set", "export it before the gateway starts")
			ok = false
		}
		return value
	}), ok
}
