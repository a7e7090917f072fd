//go:build race

package page

const underRace = true
