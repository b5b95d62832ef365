package understanding

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// count is how many names were put.
func (t *featureTable) count() int { return len(slices.Collect(t.names())) }

func TestATableFindsWhatWasPutAndNothingElse(t *testing.T) {
	text := "# names\n" + strings.Join([]string{"a: 1", "a b: 2", "ab: 3", "b: 4", "<a> <b>: -5", "never put: 6"}, "\n")
	tab, want := newFeatureTable(text), map[string]int32{"a": 1, "a b": 2, "ab": 3, "b": 4, "<a> <b>": -5}
	for at, line := range modelLines(text) {
		name, _, _ := strings.Cut(line, ":")
		if value, ok := want[name]; ok {
			tab.put(at, name, value)
		}
	}
	for name, value := range want {
		if got, ok := tab.find([]byte(name)); !ok || got != value {
			t.Errorf("find(%q) = %d, %v, want %d", name, got, ok, value)
		}
	}
	for _, name := range []string{"", "c", "a ", " a", "a:", "<a>", "never put", "# names", "ab: 3\nb"} {
		if got, ok := tab.find([]byte(name)); ok {
			t.Errorf("find(%q) = %d, want nothing", name, got)
		}
	}
	if got, all := slices.Sorted(tab.names()), slices.Sorted(maps.Keys(want)); !slices.Equal(got, all) {
		t.Errorf("names %q, want %q", got, all)
	}
	empty := newFeatureTable("")
	if _, ok := empty.find([]byte("a")); ok || empty.count() != 0 {
		t.Error("an empty table has a name")
	}
}
