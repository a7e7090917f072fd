package record

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"hash"
	"net/url"
	"strconv"
	"strings"
	"time"

	"memovault/internal/lang"
)

// The beginnings of what the QR code of an authenticator holds: one account,
// or the export of Google Authenticator with several.
const (
	otpScheme       = "otpauth://"
	otpExportScheme = "otpauth-migration://"
)

// An otp is the secret of an authenticator with what the codes are made by.
type otp struct {
	secret []byte
	hash   func() hash.Hash
	digits int
	period int64 // seconds
}

// Bounds on what a QR code may ask for. RFC 4226 has 6 to 8 digits; no service
// was seen with a period other than 30 or 60 seconds.
const (
	otpMinDigits, otpMaxDigits = 6, 8
	otpMinPeriod, otpMaxPeriod = 1, 3600
)

// otpHashes are the algorithms of RFC 6238, by their name in the address.
var otpHashes = map[string]func() hash.Hash{"": sha1.New, "SHA1": sha1.New, "SHA256": sha256.New, "SHA512": sha512.New}

var (
	textOTPSecret = lang.T("no secret=… that an authenticator understands is in this address: copy it once more",
		"認証アプリで使える secret=… が見つかりません。もう一度コピーしてください")
	textOTPExport = lang.T("this is an export of several accounts: note the secret of one account in each note",
		"複数のアカウントをまとめた書き出しです。アカウントごとの鍵を 1 つずつ記録してください")
	textOTPCounter = lang.T("this authenticator does not go by the clock: its codes cannot be shown here",
		"時刻を使わない種類の認証なので、ここではコードを表示できません")
	textOTPSettings = lang.T("%s in this address is not what an authenticator understands", "このアドレスの %s は認証アプリで使えない値です")
	textOTPBase32   = lang.T("an authenticator's secret has only the letters A to Z and the digits 2 to 7: compare it once more",
		"認証アプリの鍵は A〜Z と 2〜7 だけでできています。見直してください")
	textOTPShort = lang.T("%d characters: a secret mostly has 16 or more, was all of it copied?",
		"%d 文字です。鍵はたいてい 16 文字以上あります。最後までコピーできていますか")
)

// minOTPSecret is the length in bytes of the shortest secret that services are
// known to give out: 16 characters of base32.
const minOTPSecret = 10

// readOTP reads what is stored in a field of type otpauth. The error is a
// *ValueError.
func readOTP(value string) (otp, error) {
	switch {
	case hasPrefixFold(value, otpExportScheme):
		return otp{}, refuse("otpauth", textOTPExport)
	case hasPrefixFold(value, otpScheme):
		return readOTPAddress(value)
	}
	secret, ok := decodeBase32(value)
	if !ok {
		return otp{}, refuse("base32", textOTPBase32)
	}
	return otp{secret: secret, hash: sha1.New, digits: 6, period: 30}, nil
}

// readOTPAddress reads an address as Google Authenticator defined it.
func readOTPAddress(address string) (otp, error) {
	u, err := url.Parse(address)
	if err != nil {
		return otp{}, refuse("otpauth", textOTPSecret)
	}
	q := u.Query()
	secret, ok := decodeBase32(q.Get("secret"))
	if !ok {
		return otp{}, refuse("otpauth", textOTPSecret)
	}
	if !strings.EqualFold(u.Host, "totp") {
		return otp{}, refuse("otpauth", textOTPCounter)
	}
	o := otp{secret: secret, hash: otpHashes[strings.ToUpper(q.Get("algorithm"))]}
	if o.hash == nil {
		return otp{}, refuse("otpauth", textOTPSettings, "algorithm")
	}
	if o.digits, ok = bounded(q.Get("digits"), 6, otpMinDigits, otpMaxDigits); !ok {
		return otp{}, refuse("otpauth", textOTPSettings, "digits")
	}
	period, ok := bounded(q.Get("period"), 30, otpMinPeriod, otpMaxPeriod)
	if o.period = int64(period); !ok {
		return otp{}, refuse("otpauth", textOTPSettings, "period")
	}
	return o, nil
}

// OTPAddress is what an authenticator app scans to set up the account of a
// stored value: the address itself, or one made of a bare secret, for the account
// with the name. ok is false for a value that no authenticator understands.
func OTPAddress(value, name string) (address string, ok bool) {
	if _, err := readOTP(value); err != nil {
		return "", false
	}
	if hasPrefixFold(value, otpScheme) {
		return value, true
	}
	return otpScheme + "totp/" + url.PathEscape(name) + "?secret=" + strings.TrimRight(strings.ToUpper(ungroup(value)), "="), true
}

// bounded reads a number within bounds; an empty s stands for otherwise.
func bounded(s string, otherwise, least, most int) (n int, ok bool) {
	if s == "" {
		return otherwise, true
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && least <= n && n <= most
}

// OTPNow returns the code that an authenticator shows at the moment now, and
// for how long (RFC 6238; a bare secret means SHA-1, 6 digits, 30 seconds). The
// error is a *ValueError, which never holds the secret.
func OTPNow(value string, now time.Time) (code string, left time.Duration, err error) {
	o, err := readOTP(value)
	if err != nil {
		return "", 0, err
	}
	seconds := max(now.Unix(), 0)
	period := time.Duration(o.period) * time.Second
	since := time.Duration(seconds%o.period)*time.Second + time.Duration(now.Nanosecond())
	return o.at(uint64(seconds / o.period)), period - since, nil
}

// at is HOTP of RFC 4226.
func (o otp) at(counter uint64) string {
	mac := hmac.New(o.hash, o.secret)
	mac.Write(binary.BigEndian.AppendUint64(nil, counter))
	sum := mac.Sum(nil)
	from := sum[len(sum)-1] & 0xf
	n := binary.BigEndian.Uint32(sum[from:]) & 0x7fffffff
	modulus := uint32(1)
	for range o.digits {
		modulus *= 10
	}
	return fmt.Sprintf("%0*d", o.digits, n%modulus)
}

// cleanOTPAuth keeps an address as it is, and writes a bare secret, which
// services print in lower case and in groups, in capitals without spaces.
func cleanOTPAuth(s string) (string, []Note) {
	value, notes := s, []Note(nil)
	if !strings.Contains(s, "://") {
		if _, ok := decodeBase32(s); ok {
			value = strings.ToUpper(ungroup(s))
		}
	}
	if value != s {
		notes = append(notes, changed("grouped", lang.T("spaces and hyphens were taken out, letters made capital", "空白と「-」を取り除き、大文字に直しました")))
	}
	o, err := readOTP(value)
	if refused, ok := err.(*ValueError); ok {
		return value, append(notes, remark(refused.Key, refused.Text, refused.Args...))
	}
	if len(o.secret) < minOTPSecret {
		notes = append(notes, remark("length", textOTPShort, (len(o.secret)*8+4)/5))
	}
	return value, notes
}

// decodeBase32 reads a secret in either case, in groups or not, with or
// without the '=' at the end.
func decodeBase32(s string) (secret []byte, ok bool) {
	s = strings.TrimRight(strings.ToUpper(ungroup(s)), "=")
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(s)
	return secret, err == nil && len(secret) > 0
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
