//go:build race

package shard

// racing says that the race detector is on, under which large payloads take
// twenty times as long and find no other faults.
const racing = true
