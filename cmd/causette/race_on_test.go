//go:build race

package main

// raceDetector says that times mean nothing here: the race detector makes
// everything several times slower.
const raceDetector = true
