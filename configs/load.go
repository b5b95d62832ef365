package configs

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	_ "time/tzdata" // a zone that is valid here is valid on every machine
)

// Load reads, completes and checks a configuration. env finds environment
// variables, as os.LookupEnv does. The error is Problems when the file could be
// read, and warnings stand in Config.Warnings.
func Load(path string, env func(string) (string, bool)) (*Config, error) {
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, Problems{{File: path, What: "there is no such file", Do: "name it with --config"}}
	case err != nil:
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return Parse(path, data, env)
}

// Parse is Load for bytes in hand. name is how problems call them, and relative
// paths in them start at its folder.
func Parse(name string, data []byte, env func(string) (string, bool)) (*Config, error) {
	d := newDecoder(name, env)
	var c Config
	d.decode(data, &c)
	if len(d.lines) > 0 || !d.problems.failed() { // what is no YAML misses nothing else
		c.relocate(filepath.Dir(name))
		checker{d}.config(&c)
		c.Tariff = checker{d}.tariff(c.Prices)
	}
	slices.SortStableFunc(d.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	if d.problems.failed() {
		return nil, d.problems
	}
	c.problems = d.problems
	return &c, nil
}

// relocate makes relative paths start at the configuration's folder, so that
// two commands started in two places open the same database.
func (c *Config) relocate(folder string) {
	move := func(path string) string {
		if path == "" || filepath.IsAbs(path) {
			return path
		}
		return filepath.Join(folder, path)
	}
	c.Scripts, c.Prices, c.Media = move(c.Scripts), move(c.Prices), move(c.Media)
	if path, ok := strings.CutPrefix(c.Database, "file:"); ok && !strings.HasPrefix(path, ":") {
		path, query, asked := strings.Cut(path, "?")
		c.Database = "file:" + move(path)
		if asked {
			c.Database += "?" + query
		}
	}
}
