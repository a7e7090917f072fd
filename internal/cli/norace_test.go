//go:build !race

package cli

// raceEnabled says that the race detector is on, which makes reading pictures
// ten times as slow.
const raceEnabled = false
