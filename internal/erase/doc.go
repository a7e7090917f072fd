// Package erase has the memory of secrets cleared once nothing refers to them
// any more. The runtime of Go does that, where the program was built with
// GOEXPERIMENT=runtimesecret, on Linux for amd64 and arm64; elsewhere what was
// freed keeps its bytes until it is used again.
package erase

// Do calls f. Its registers and its stack are cleared when it returns, what it
// allocated is as soon as the garbage collector finds that it is not in use.
// Goroutines that f starts are not covered: they call Do themselves.
// (pkg.go.dev/runtime/secret, Go 1.26)
func Do(f func()) { do(f) }
