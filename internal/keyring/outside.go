package keyring

import (
	"bytes"
	"io"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// An Outside is what anybody sees of an armored age file without a key.
type Outside struct {
	Stanzas []string // types of the recipient stanzas, in order: "X25519", "scrypt"
	Size    int64    // bytes of the plaintext, padding included
}

// nonceSize, chunkSize and tagSize are those of the payload of an age file
// (C2SP age.md, "Payload").
const (
	nonceSize = 16
	chunkSize = 64 << 10
	tagSize   = 16
)

// LookAt reads the header of an armored age file that begins with head and is
// length bytes long in armor. It reports false where there is no whole header in
// head, or where what follows it is no payload.
func LookAt(head []byte, length int64) (Outside, bool) {
	body, ok := bytes.CutPrefix(head, []byte(armor.Header+"\n"))
	if !ok {
		return Outside{}, false
	}
	var stanzas stanzaReader
	if _, err := age.Decrypt(lineReader(body), &stanzas); len(stanzas.stanzas) == 0 || err == nil {
		return Outside{}, false
	}
	header, err := age.ExtractHeader(lineReader(body))
	if err != nil {
		return Outside{}, false
	}
	o := Outside{Size: plainSize(binarySize(head, length) - int64(len(header)))}
	for _, s := range stanzas.stanzas {
		o.Stanzas = append(o.Stanzas, s.Type)
	}
	return o, o.Size >= 0
}

// lineReader decodes as many whole lines of armor as body begins with.
func lineReader(body []byte) io.Reader {
	out := make([]byte, 0, len(body)/(columns+1)*bytesPerLine+bytesPerLine)
	for line := range bytes.Lines(body) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		if len(line) == 0 || line[0] == '-' {
			break
		}
		part := make([]byte, bytesPerLine)
		n, err := strict.Decode(part, line)
		if err != nil {
			break
		}
		out = append(out, part[:n]...)
	}
	return bytes.NewReader(out)
}

// binarySize returns how many bytes length bytes of armor hold. Of the padding it
// only sees what is in head; elsewhere it may count up to two bytes too many.
func binarySize(head []byte, length int64) int64 {
	body := length - int64(len(armor.Header)+1+len(armor.Footer)+1)
	lines := (body + columns) / (columns + 1)
	padding := int64(0)
	if int64(len(head)) == length {
		end := bytes.TrimSuffix(bytes.TrimSuffix(head, []byte("\n")), []byte(armor.Footer))
		end = bytes.TrimSuffix(end, []byte("\n"))
		padding = int64(len(end) - len(bytes.TrimRight(end, "=")))
	}
	return (body-lines)/4*3 - padding
}

// plainSize returns how many bytes of plaintext a payload of that many bytes
// holds, -1 if it is none.
func plainSize(payload int64) int64 {
	sealed := payload - nonceSize
	if sealed < tagSize {
		return -1
	}
	chunks := (sealed + chunkSize + tagSize - 1) / (chunkSize + tagSize)
	return sealed - chunks*tagSize
}

// IsValue reports whether the file may be a value that is sealed to a vault's own
// identity: a record, an index, an attachment. A slot for a recovery key or an
// identity file looks the same.
func (o Outside) IsValue() bool {
	return len(o.Stanzas) == 1 && (o.Stanzas[0] == "X25519" || o.Stanzas[0] == "mlkem768x25519")
}

// IsSlot reports whether the file may be a slot.
func (o Outside) IsSlot() bool { return o.Size == slotSize }
