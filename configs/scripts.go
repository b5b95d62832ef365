package configs

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/causette/causette/conversation"
)

//go:embed scripts
var scripts embed.FS

// DefaultBrand is whose embedded scripts a brand without its own speaks.
const DefaultBrand conversation.BrandID = "lumen"

// Scripts is the embedded folder of a brand's scripts, or DefaultBrand's where
// the brand has none.
func Scripts(brand conversation.BrandID) fs.FS {
	if folder, ok := embedded(brand); ok {
		return folder
	}
	folder, _ := embedded(DefaultBrand)
	return folder
}

// embedded finds a brand's own embedded folder.
func embedded(brand conversation.BrandID) (fs.FS, bool) {
	folder, err := fs.Sub(scripts, "scripts/"+string(brand))
	if err != nil {
		return nil, false // the id is no name of a folder
	}
	info, err := fs.Stat(folder, ".")
	return folder, err == nil && info.IsDir()
}

// ScriptsOf is the folder that a brand's conversations are read from: the one
// that the configuration names, else the embedded one.
func (c *Config) ScriptsOf(brand conversation.BrandID) (fs.FS, error) {
	if c.Scripts == "" {
		return Scripts(brand), nil
	}
	folder := filepath.Join(c.Scripts, string(brand))
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("no scripts for brand %s: there is no folder %s; copy one of another brand there", brand, folder)
	}
	return os.DirFS(folder), nil
}
