package picture

import "fmt"

// An UnsupportedError is a file of a kind that is not read, or a variety of one
// that is.
type UnsupportedError struct {
	Kind Kind   // what the file is, as far as its first bytes tell; "" if they do not
	What string // what of that kind is not read, in English: "JBIG2 compression"; "" for all of it
}

func (e *UnsupportedError) Error() string {
	switch {
	case e.Kind == Unknown:
		return "neither a picture nor a PDF file"
	case e.What == "":
		return fmt.Sprintf("%s files are not read", e.Kind)
	}
	return fmt.Sprintf("%s with %s is not read", e.Kind, e.What)
}

// A TooLargeError is a picture that would take more memory than one file may.
type TooLargeError struct {
	Kind          Kind
	Width, Height int // as the file claims, in pixels
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("%d by %d pixels are too many", e.Width, e.Height)
}

// A DamagedError is a file of a known kind of which nothing can be shown.
type DamagedError struct {
	Kind Kind
	Err  error // what the decoder said
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("damaged %s file: %v", e.Kind, e.Err)
}

func (e *DamagedError) Unwrap() error { return e.Err }

// An EncryptedError is a PDF file that is locked with a password.
type EncryptedError struct{}

func (e *EncryptedError) Error() string { return "the PDF file is encrypted" }
