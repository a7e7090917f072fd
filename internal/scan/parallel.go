package scan

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// both splits the numbers below n among the processors.
func both(n int, work func(from, to int)) {
	parts := max(min(runtime.GOMAXPROCS(0), n), 1)
	var group sync.WaitGroup
	for i := range parts {
		group.Go(func() { work(i*n/parts, (i+1)*n/parts) })
	}
	group.Wait()
}

// each does work for every number below n, the next one by whoever is free.
func each(n int, work func(i int)) {
	var next atomic.Int64
	both(n, func(_, _ int) {
		for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
			work(i)
		}
	})
}
