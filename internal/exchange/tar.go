package exchange

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"path"
	"strings"

	"memovault/internal/record"
)

// The archive holds the document without its files, and the files beside it:
//
//	vault.json
//	attachments/<id of the attachment>/<name of the file>
//
// Whoever has only age and tar gets all of it: age -d FILE | tar x
const (
	documentName = "vault.json"
	filesFolder  = "attachments"
)

// isTar looks for the mark that POSIX.1-1988 put at byte 257.
func isTar(head []byte) bool {
	return len(head) >= 512 && bytes.HasPrefix(head[257:], []byte("ustar"))
}

func exportTar(w io.Writer, s *Selection) error {
	t := tar.NewWriter(w)
	document := []string{s.head(), string(s.records), s.tail() + "}\n"}
	size := 0
	for _, part := range document {
		size += len(part)
	}
	if err := t.WriteHeader(s.part(documentName, size)); err != nil {
		return err
	}
	for _, part := range document {
		if _, err := io.WriteString(t, part); err != nil {
			return err
		}
	}
	for _, at := range s.files {
		data, err := s.read(at)
		if err != nil {
			return err
		}
		if err := t.WriteHeader(s.part(path.Join(filesFolder, at.ID.String(), fileName(at.Name)), len(data))); err != nil {
			return err
		}
		if _, err := t.Write(data); err != nil {
			return err
		}
	}
	return t.Close()
}

// part is a header that tells nothing of the machine and is always the same.
func (s *Selection) part(name string, size int) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(size), Mode: 0o600, ModTime: s.Time.UTC()}
}

// fileName makes one harmless path element of an attachment's name; the record
// keeps the name as it is.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '_'
		}
		return r
	}, name)
	if name == "." || name == ".." || name == "/" || name == "" {
		return "file"
	}
	return name
}

func importTar(r io.Reader) (*Content, error) {
	c := &Content{Files: map[record.ID][]byte{}}
	t := tar.NewReader(r)
	found := false
	for n := 0; ; n++ {
		h, err := t.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, brokenTar(err)
		}
		if n >= MaxFiles {
			return nil, &Error{Reason: TooLarge}
		}
		if err := c.readPart(h, t, &found); err != nil {
			return nil, err
		}
	}
	// The padding behind the archive is where encryption proves that nothing
	// was cut off.
	if _, err := io.Copy(io.Discard, r); err != nil {
		return nil, broken(err)
	}
	if !found {
		return nil, &Error{Reason: Malformed, Part: documentName}
	}
	return c.checked()
}

func brokenTar(err error) error {
	if errors.Is(err, tar.ErrHeader) || errors.Is(err, tar.ErrFieldTooLong) {
		return &Error{Reason: Malformed, Err: err}
	}
	return broken(err)
}

// readPart reads one part of the archive, into memory only. Other programs of
// the kind may have packed the archive again: folders are passed over, and parts
// that are not ours are left out.
func (c *Content) readPart(h *tar.Header, r io.Reader, found *bool) error {
	switch h.Typeflag {
	case tar.TypeReg:
	case tar.TypeDir, tar.TypeXGlobalHeader:
		return nil
	default:
		return &Error{Reason: BadPart, Part: h.Name}
	}
	name := path.Clean(h.Name)
	if path.IsAbs(name) || name == ".." || strings.HasPrefix(name, "../") {
		return &Error{Reason: BadPart, Part: h.Name}
	}
	if name == documentName {
		if *found {
			return &Error{Reason: Malformed, Part: name}
		}
		*found = true
		return c.readDocument(r)
	}
	id, ok := strings.CutPrefix(path.Dir(name), filesFolder+"/")
	if _, err := record.ParseID(id); !ok || err != nil {
		c.leave(h.Name)
		return nil
	}
	if h.Size > record.MaxAttachment {
		return &Error{Reason: TooLarge, Part: h.Name}
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return brokenTar(err)
	}
	return c.addFile(id, h.Name, data)
}
