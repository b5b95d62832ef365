package conversation

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// Every phrase that the code says is in the table, and every phrase of the
// table is said: copy that nobody reads would rot.
func TestEveryPhraseIsSaid(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	families := []string{}
	fset := token.NewFileSet()
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") || e.Name() == "copy.go" {
			continue
		}
		file, err := parser.ParseFile(fset, e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if s, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
					said[s] = true
				}
			case *ast.BinaryExpr: // "status." + o.Status
				if lit, ok := n.X.(*ast.BasicLit); ok && n.Op == token.ADD {
					if s, err := strconv.Unquote(lit.Value); err == nil {
						families = append(families, s)
					}
				}
			case *ast.CallExpr:
				sel, ok := n.Fun.(*ast.SelectorExpr)
				if !ok || len(n.Args) == 0 || sel.Sel.Name != "say" && sel.Sel.Name != "text" {
					return true
				}
				if lit, ok := n.Args[0].(*ast.BasicLit); ok {
					key, _ := strconv.Unquote(lit.Value)
					if _, ok := phrases[key]; !ok {
						t.Errorf("%s: %q is in no table of phrases%s", fset.Position(lit.Pos()), key, nearest(key, phraseKeys()))
					}
				}
			}
			return true
		})
	}
	for _, r := range defaultScript(t).escalation.rules {
		said[r.say] = true
	}
	for key := range phrases {
		ok := said[key]
		for _, f := range families {
			ok = ok || strings.HasSuffix(f, ".") && strings.HasPrefix(key, f) || strings.HasSuffix(f, "_") && strings.HasPrefix(key, f)
		}
		if !ok {
			t.Errorf("nobody says %q", key)
		}
	}
}

func testBrand() BrandInfo {
	return BrandInfo{
		ID: "lumen", Name: "Lumen", Languages: []string{"fr", "en"}, Country: "FR", Timezone: "Europe/Paris", Currency: "EUR",
		Phone: "01 23 45 67 89", Email: "aide@lumen.example", CartValue: 15000, VIP: true, UploadURL: "https://text.lumen.example/photo",
	}
}

func defaultScript(t testing.TB, change ...func(*BrandInfo)) *Script {
	t.Helper()
	brand := testBrand()
	for _, c := range change {
		c(&brand)
	}
	s, err := ParseScript(brand, os.DirFS("../configs/scripts"), "lumen")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheDefaultCopyIsInSevenLanguagesAndPolite(t *testing.T) {
	s := defaultScript(t)
	for _, language := range []string{"fr", "en", "es", "de", "it", "nl", "pt"} {
		book := s.books[language]
		for key, p := range phrases {
			if p.essential && book[key] == nil {
				t.Errorf("%s is missing in %s", key, language)
			}
		}
		for key, tpl := range book {
			text := tpl.render(func(name string) string { return "{" + name + "}" })
			if n := utf8.RuneCountInString(text); n > 320 {
				t.Errorf("%s in %s has %d characters: more than a text should", key, language, n)
			}
			if text != strings.TrimSpace(text) || strings.Contains(text, "  ") {
				t.Errorf("%s in %s has stray spaces: %q", key, language, text)
			}
		}
	}
	tu := regexp.MustCompile(`(?i)\b(tu|toi|ton|tes|ta|t'es|t'as)\b`)
	for key, tpl := range s.books["fr"] {
		text := tpl.render(func(string) string { return "x" })
		if m := tu.FindString(text); m != "" {
			t.Errorf("%s says %q to a customer: %q", key, m, text)
		}
		if strings.ContainsAny(text, "’«»…\u00a0\u202f") && key != "restate.value" {
			t.Errorf("%s has a sign that makes a cheap text dear: %q", key, text)
		}
	}
	for _, language := range []string{"fr", "en"} { // what must be in a confirmation, facts/compliance.md
		for key, words := range map[string][]string{
			"help.text":       {"Lumen", "01 23 45 67 89", "aide@lumen.example", "STOP"},
			"start.confirmed": {"Lumen", "STOP", "2"},
			"stop.marketing":  {"Lumen"},
		} {
			turn := turn{Script: s, lang: language}
			text := turn.text(key)
			for _, w := range words {
				if !strings.Contains(text, w) {
					t.Errorf("%s in %s does not mention %s: %q", key, language, w, text)
				}
			}
		}
	}
}
