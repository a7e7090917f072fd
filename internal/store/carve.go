package store

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"io"
)

// This file cuts armored age files out of anything: a vault whose pages do not
// hold together, half a vault, a tar, the raw image of a disk. A value lies in a
// vault in one piece from its first line to its last (bbolt keeps what does not
// fit into a page in the pages behind it), so what survived whole is found
// without any page.

const (
	armorBegin = "-----BEGIN AGE ENCRYPTED FILE-----\n"
	armorEnd   = "-----END AGE ENCRYPTED FILE-----"
	// armorIntro begins the first line: "age-encryption.org/v1" in base64.
	armorIntro   = "YWdlLWVuY3J5cHRpb24ub3JnL3Yx"
	armorColumns = 64
)

// maxCarved is the longest armor in bytes that is cut out. Attachments take
// 14 MiB, and the index of 100,000 records less than this.
const maxCarved = 128 << 20

// carve reads r to its end and calls found for each armored age file that is
// whole by its looks: the line it begins with, lines as age writes them, the line
// it ends with. at counts bytes of r from 0; armored ends in a newline, is valid
// until found returns and is at most maxCarved long. The error is one of r or of
// found.
func carve(r io.Reader, found func(at int64, armored []byte) error) error {
	c := &carver{in: bufio.NewReaderSize(r, 256<<10)}
	for {
		ok, err := c.next()
		if !ok || err != nil {
			return err
		}
		at := c.at - int64(len(armorBegin))
		whole, err := c.body()
		if err != nil {
			return err
		}
		if !whole {
			continue
		}
		if err := found(at, c.block); err != nil {
			return err
		}
	}
}

type carver struct {
	in    *bufio.Reader
	at    int64 // of what in holds next
	block []byte
}

func (c *carver) skip(n int) {
	c.in.Discard(n) // of what was peeked at
	c.at += int64(n)
}

// peek returns what comes next, n bytes or as many as there are.
func (c *carver) peek(n int) ([]byte, error) {
	b, err := c.in.Peek(n)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return b, err
}

// next moves behind the next line that begins an armored file.
func (c *carver) next() (bool, error) {
	for {
		b, err := c.peek(max(c.in.Buffered(), len(armorBegin)))
		if err != nil {
			return false, err
		}
		if i := bytes.Index(b, []byte(armorBegin)); i >= 0 {
			c.skip(i + len(armorBegin))
			return true, nil
		}
		if len(b) < len(armorBegin) {
			return false, nil
		}
		c.skip(len(b) - len(armorBegin) + 1)
	}
}

// body takes the lines of one file to c.block. Where it reports false it stands
// before the line that does not belong there: what was taken holds no beginning
// of another file.
func (c *carver) body() (bool, error) {
	if cap(c.block) > 1<<20 {
		c.block = nil // one large file is no reason to hold so much for ever
	}
	c.block = append(c.block[:0], armorBegin...)
	b, err := c.peek(len(armorIntro))
	if err != nil || string(b) != armorIntro {
		return false, err
	}
	for len(c.block) < maxCarved {
		line, err := c.peek(armorColumns + 1)
		if err != nil {
			return false, err
		}
		if !isFullLine(line) {
			return c.lastLine()
		}
		c.block = append(c.block, line...)
		c.skip(len(line))
	}
	return false, nil
}

// lastLine takes the last line, which is shorter than the others or is missing,
// and the line that ends the file. The final newline may be missing.
func (c *carver) lastLine() (bool, error) {
	b, err := c.peek(armorColumns + 1 + len(armorEnd) + 1)
	if err != nil {
		return false, err
	}
	n := 0
	if !bytes.HasPrefix(b, []byte(armorEnd)) {
		n = bytes.IndexByte(b, '\n') + 1
	}
	if !bytes.HasPrefix(b[n:], []byte(armorEnd)) || n == 0 && len(c.block) == len(armorBegin) || n > 0 && !isLastLine(b[:n-1]) {
		return false, nil
	}
	c.block = append(append(append(c.block, b[:n]...), armorEnd...), '\n')
	c.skip(n + len(armorEnd))
	return true, nil
}

// inBase64 says which bytes are digits of standard base64.
var inBase64 = func() (table [256]bool) {
	for _, digit := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" {
		table[digit] = true
	}
	return table
}()

// isFullLine reports whether b is 64 digits and a newline.
func isFullLine(b []byte) bool {
	if len(b) != armorColumns+1 || b[armorColumns] != '\n' {
		return false
	}
	for _, digit := range b[:armorColumns] {
		if !inBase64[digit] {
			return false
		}
	}
	return true
}

// isLastLine reports whether b may stand before the line that ends a file: up to
// 64 characters of base64 with its padding.
func isLastLine(b []byte) bool {
	if len(b) == 0 || len(b) > armorColumns || bytes.ContainsAny(b, "\r\n") {
		return false
	}
	var out [armorColumns]byte
	_, err := base64.StdEncoding.Strict().Decode(out[:], b)
	return err == nil
}
