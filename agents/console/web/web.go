// Package web is the agents' page: React and TypeScript, built by make console
// into dist, which holds nothing but a README until then.
package web

import "embed"

// Dist is the built page, under dist/.
//
//go:embed all:dist
var Dist embed.FS
