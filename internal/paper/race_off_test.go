//go:build !race

package paper

const racing = false
