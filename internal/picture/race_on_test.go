//go:build race

package picture

const raceIsOn = true
