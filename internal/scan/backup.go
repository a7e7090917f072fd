package scan

import "image"

// Backup reads the codes of a paper backup, QR version 20, in a picture of one or
// more of its pages or of a part of one, any way round.
func Backup(img *image.Gray) Result {
	codes := readStock(img)
	if len(codes) == 0 {
		return Result{Trouble: NoCodes}
	}
	return Result{Codes: codes}
}
