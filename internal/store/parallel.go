package store

import (
	"runtime"
	"sync"
	"sync/atomic"

	"memovault/internal/erase"
)

// inParallel calls f(0) to f(n-1) on as many goroutines as may run at once. A
// panic in f is raised again here: on its own goroutine nobody could recover
// it, and its message, which may quote a record, would be printed.
func inParallel(n int, f func(i int)) {
	var next atomic.Int64
	var raised atomic.Pointer[any]
	work := func() {
		defer func() {
			if r := recover(); r != nil {
				raised.CompareAndSwap(nil, &r)
			}
		}()
		for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
			f(i)
		}
	}
	var done sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		done.Go(func() { erase.Do(work) })
	}
	done.Wait()
	if r := raised.Load(); r != nil {
		panic(*r)
	}
}
