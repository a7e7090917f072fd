package keyring

import (
	"bytes"
	"fmt"
	"strconv"
)

// attachmentIntro begins the plaintext of an attachment. The size in bytes and
// a newline follow, then the content, then zero bytes as padding: content may
// end in any byte, so padding can be told from it only by the size.
const attachmentIntro = "vault-attachment 1 "

// SealBytes returns content, which may hold any bytes, as an armored age file
// that only this vault opens, padded and checked like the result of Seal.
func (v *Vault) SealBytes(content []byte) ([]byte, error) {
	line := fmt.Sprintf("%s%d\n", attachmentIntro, len(content))
	padded := make([]byte, paddedLen(len(line)+len(content)))
	copy(padded, line)
	copy(padded[len(line):], content)
	return v.sealPadded(padded)
}

// OpenBytes returns what SealBytes was given. Every error is ErrOpen.
func (v *Vault) OpenBytes(sealed []byte) ([]byte, error) {
	padded, err := v.openPadded(sealed)
	if err != nil {
		return nil, err
	}
	return parseAttachment(padded)
}

func parseAttachment(padded []byte) ([]byte, error) {
	line, rest, ok := bytes.Cut(padded, []byte("\n"))
	digits, isAttachment := bytes.CutPrefix(line, []byte(attachmentIntro))
	if !ok || !isAttachment {
		return nil, fmt.Errorf("%w: not an attachment", ErrOpen)
	}
	size, err := strconv.Atoi(string(digits))
	// Formatting the number again refuses signs and leading zeros.
	if err != nil || strconv.Itoa(size) != string(digits) || size < 0 || size > len(rest) {
		return nil, fmt.Errorf("%w: attachment size does not fit", ErrOpen)
	}
	if len(bytes.Trim(rest[size:], "\x00")) != 0 {
		return nil, fmt.Errorf("%w: attachment padding is not empty", ErrOpen)
	}
	return rest[:size:size], nil
}
