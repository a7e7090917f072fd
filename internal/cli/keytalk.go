package cli

import (
	"errors"
	"strings"
	"sync"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/term"
)

// keyTalk lets keys ask the person at the terminal: for the passphrase of a key
// file, for a PIN, for a touch. What a plugin says is another program's and is
// shown, never sent to the terminal as it is.
func (a *app) keyTalk() *keyring.Talk {
	var one sync.Mutex // Waiting comes from a goroutine of its own
	alone := func(f func(t *term.Terminal) error) error {
		one.Lock()
		defer one.Unlock()
		t, err := a.terminal()
		if err != nil {
			return err
		}
		return f(t)
	}
	return &keyring.Talk{
		Passphrase: func(of string, again bool) (pass string, err error) {
			err = alone(func(t *term.Terminal) error {
				pass, err = a.askKeyPassphrase(t, of, again)
				return err
			})
			if errors.Is(err, term.ErrNoTerminal) {
				err = keyring.ErrKeyLocked
			}
			return pass, err
		},
		Show: func(plugin, message string) error {
			one.Lock()
			defer one.Unlock()
			a.say(lang.T("%s: %s", "%s: %s"), plugin, message)
			return nil
		},
		Ask: func(plugin, prompt string, secret bool) (answer string, err error) {
			err = alone(func(t *term.Terminal) error {
				line := pluginPrompt(plugin, prompt)
				if secret {
					answer, err = t.ReadSecret(line)
				} else {
					answer, err = a.readLine(t, term.Line{Prompt: line})
				}
				return err
			})
			return answer, err
		},
		Confirm: func(plugin, prompt, yes, no string) (chosen bool, err error) {
			err = alone(func(t *term.Terminal) error {
				chosen, err = a.askForPlugin(t, plugin, prompt, yes, no)
				return err
			})
			return chosen, err
		},
		Waiting: func(plugin string) {
			one.Lock()
			defer one.Unlock()
			a.say(lang.T("waiting for the plugin %s (is the device plugged in, does it want to be touched?)", "プラグイン %s の返事を待っています（機器は挿してありますか。触れる必要があるかもしれません）"), plugin)
		},
	}
}

// askKeyPassphrase asks for the passphrase of an SSH key with the fingerprint
// of, or of an identity file if that is empty.
func (a *app) askKeyPassphrase(t *term.Terminal, of string, again bool) (string, error) {
	if again {
		a.tell(t, 2, a.text(lang.T("that is not its passphrase; once more", "そのパスフレーズではありません。もう一度お願いします")))
	}
	if of != "" && !again {
		a.tell(t, 0, a.text(lang.T("The SSH key %s has a passphrase of its own.", "SSH の鍵 %s には、パスフレーズが付いています。"), of))
	}
	return t.ReadSecret(a.text(lang.T("Passphrase of the key file: ", "鍵ファイルのパスフレーズ: ")))
}

// pluginPrompt is a plugin's question on one line.
func pluginPrompt(plugin, prompt string) string {
	return plugin + ": " + strings.TrimRight(term.Sanitize(prompt), ": ") + ": "
}

// askForPlugin lets the person choose one of two answers that a plugin gives.
func (a *app) askForPlugin(t *term.Terminal, plugin, prompt, yes, no string) (bool, error) {
	a.tell(t, 0, plugin+": "+prompt)
	if no == "" {
		_, err := a.readLine(t, term.Line{Prompt: a.text(lang.T("Enter = %s: ", "Enter で「%s」: "), term.Sanitize(yes))})
		return err == nil, err
	}
	n, err := a.choose([]string{term.Sanitize(yes), term.Sanitize(no)}, 0, nil)
	return n == 0, err
}
