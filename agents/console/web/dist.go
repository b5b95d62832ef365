// Package web is the agents' page: React and TypeScript, built by make console
// into the folder dist.
package web

import "embed"

// Dist is the built page, under dist/. The pattern finds this file too, so that
// everything builds before the page does.
//
//go:embed all:dist*
var Dist embed.FS
