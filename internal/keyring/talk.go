package keyring

import "errors"

// A Talk asks the person what a key wants to know before it opens anything. Each
// of its functions may be nil, and so may be a *Talk: nobody can be asked then.
// What a plugin says comes from another program and may hold anything.
type Talk struct {
	// Passphrase asks for the passphrase of a key file: of the SSH key with the
	// fingerprint of, or of an encrypted identity file if of is empty. again
	// says that the last one was wrong.
	Passphrase func(of string, again bool) (string, error)

	Show    func(plugin, message string) error
	Ask     func(plugin, prompt string, secret bool) (string, error)
	Confirm func(plugin, prompt, yes, no string) (bool, error) // no is empty where there is no choice
	Waiting func(plugin string)                                // on a goroutine of its own, after five seconds
}

// keyTries is how often the passphrase of a key file may be typed.
const keyTries = 3

// unlock asks for the passphrase of a key file until try takes it.
func (t *Talk) unlock(of string, try func(pass string) error) error {
	if t == nil || t.Passphrase == nil {
		return ErrKeyLocked
	}
	for n := range keyTries {
		pass, err := t.Passphrase(of, n > 0)
		if err != nil {
			return err
		}
		if err := try(pass); !errors.Is(err, ErrKeyPassphrase) {
			return err
		}
	}
	return ErrKeyPassphrase
}
