//go:build race

package scan

const underRace = true
