package record

// A Format is the form that a key or a code of one service has. It is checked
// only where a template names it: several services share eight digits, so the
// form alone never tells the service.
type Format string

// The formats. What each looks like and how sure that is stands at its check.
const (
	FormatMicrosoftKey      Format = "microsoft-5x5"      // product key: five groups of five
	FormatBitLocker         Format = "bitlocker"          // recovery password: eight blocks of six digits
	FormatGoogleBackup      Format = "google-backup"      // backup code: eight digits
	FormatMicrosoftRecovery Format = "microsoft-recovery" // recovery code: 25 letters and digits
)

// fits reports whether there is such a format for values of the type.
func (f Format) fits(t Type) bool {
	switch f {
	case FormatMicrosoftKey, FormatBitLocker:
		return t == TypeProductKey
	case FormatGoogleBackup, FormatMicrosoftRecovery:
		return t == TypeCodes
	}
	return false
}
