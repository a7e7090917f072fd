//go:build race

package paper

// racing says that the race detector is on, under which drawing takes ten times
// as long and finds no other faults.
const racing = true
