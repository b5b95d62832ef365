package console

import (
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// notBuilt is what stands at /console/ until the page is built.
const notBuilt = `<!doctype html>
<html lang="fr"><meta charset="utf-8"><title>Causette</title>
<p>La console n'est pas construite. Lancez <code>make console</code>, puis recompilez.
<p lang="en">The console is not built. Run <code>make console</code>, then compile again.
`

// servePage serves the built page under /console/. Files below assets/ carry a
// hash in their name and never change; the rest is asked for again each time.
// Whatever path is no file is a place in the page, which finds its way itself.
func servePage(files fs.FS) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/console")
		name = strings.TrimPrefix(name, "/")
		if files == nil || !isFile(files, "index.html") {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(notBuilt)) // the browser has gone: nobody to tell
			return
		}
		hashed := strings.HasPrefix(name, "assets/")
		switch {
		case isFile(files, name) && !strings.HasPrefix(path.Base(name), "."):
		case hashed || path.Ext(name) != "": // a file of an older build, or none at all
			http.NotFound(w, r)
			return
		default:
			name = "index.html"
		}
		if hashed {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		} else {
			w.Header().Set("Cache-Control", "no-cache")
		}
		http.ServeFileFS(w, withoutRedirect(r), files, name)
	})
}

// withoutRedirect keeps http.ServeFileFS from sending …/index.html elsewhere.
func withoutRedirect(r *http.Request) *http.Request {
	if !strings.HasSuffix(r.URL.Path, "/index.html") {
		return r
	}
	again := r.Clone(r.Context())
	again.URL.Path = strings.TrimSuffix(r.URL.Path, "index.html")
	return again
}

func isFile(files fs.FS, name string) bool {
	info, err := fs.Stat(files, name)
	return err == nil && info.Mode().IsRegular()
}
