package cli

import (
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"sync"
)

// seededReader gives random bytes that are the same each time, so that a guide
// can show a passphrase and a sheet that a test makes again. Only the test
// binary has it.
func seededReader(seed string) io.Reader {
	return &seeded{source: rand.NewChaCha8(sha256.Sum256([]byte(seed)))}
}

type seeded struct {
	mu     sync.Mutex
	source *rand.ChaCha8
}

func (s *seeded) Read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.source.Read(b)
}
