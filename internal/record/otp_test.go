package record

import (
	"encoding/base32"
	"errors"
	"strings"
	"testing"
	"time"

	"memovault/internal/lang"
)

func TestCleanOTPAuth(t *testing.T) {
	const secret = "JBSWY3DPEHPK3PXP"
	checkClean(t, of(TypeOTPAuth), []cleanCase{
		{"otpauth://totp/Example:hanako?secret=JBSWY3DPEHPK3PXP&issuer=Example", "otpauth://totp/Example:hanako?secret=JBSWY3DPEHPK3PXP&issuer=Example", ""},
		{"otpauth://totp/例:花子?secret=jbswy3dpehpk3pxp", "otpauth://totp/例:花子?secret=jbswy3dpehpk3pxp", ""},
		{"ｏｔｐａｕｔｈ://totp/a?secret=" + secret, "otpauth://totp/a?secret=" + secret, "folded!"},
		{"otpauth://totp/a?secret=JBSW%20Y3DP-EHPK%203PXP", "otpauth://totp/a?secret=JBSW%20Y3DP-EHPK%203PXP", ""},
		{"otpauth://totp/Example", "otpauth://totp/Example", "otpauth"},
		{"otpauth://totp/Example?secret=1810", "otpauth://totp/Example?secret=1810", "otpauth"},
		{"otpauth://hotp/a?counter=1&secret=" + secret, "otpauth://hotp/a?counter=1&secret=" + secret, "otpauth"},
		{"otpauth://totp/a?digits=99&secret=" + secret, "otpauth://totp/a?digits=99&secret=" + secret, "otpauth"},
		{"otpauth-migration://offline?data=CjEKCkhlbGxv", "otpauth-migration://offline?data=CjEKCkhlbGxv", "otpauth"},
		{secret, secret, ""},
		{"jbsw y3dp-ehpk 3pxp", secret, "grouped!"},
		{"ＪＢＳＷ　Ｙ３ＤＰ　ＥＨＰＫ　３ＰＸＰ", secret, "folded! grouped!"},
		{"JBSWY3DP", "JBSWY3DP", "length"},
		{"0189", "0189", "base32"},
		{"abc 0189", "abc 0189", "base32"},
		{"JBSWY3DPEHPK3PXP======", "JBSWY3DPEHPK3PXP======", ""},
	})
}

// address makes an address with the secret of the tests in RFC 6238.
func address(secret, more string) string {
	return "otpauth://totp/x?secret=" + base32.StdEncoding.EncodeToString([]byte(secret)) + more
}

// The vectors of RFC 6238, appendix B.
func TestOTPNowRFC6238(t *testing.T) {
	const ten = "1234567890"
	for second, codes := range map[int64][3]string{
		59:          {"94287082", "46119246", "90693936"},
		1111111109:  {"07081804", "68084774", "25091201"},
		1111111111:  {"14050471", "67062674", "99943326"},
		1234567890:  {"89005924", "91819424", "93441116"},
		2000000000:  {"69279037", "90698825", "38618901"},
		20000000000: {"65353130", "77737706", "47863826"},
	} {
		for i, value := range []string{
			address(ten+ten, "&digits=8"),
			address(ten+ten+ten+"12", "&digits=8&algorithm=SHA256"),
			address(strings.Repeat(ten, 6)+"1234", "&digits=8&algorithm=sha512"),
		} {
			code, _, err := OTPNow(value, time.Unix(second, 0))
			if err != nil || code != codes[i] {
				t.Errorf("second %d, vector %d: got %s, %v, want %s", second, i, code, err, codes[i])
			}
		}
	}
}

// The vectors of RFC 4226, appendix D, by a clock that ticks once a period.
func TestOTPNowRFC4226(t *testing.T) {
	bare := base32.StdEncoding.EncodeToString([]byte("12345678901234567890"))
	for counter, want := range []string{"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"} {
		for _, c := range []struct {
			value string
			at    int64
		}{{bare, int64(counter) * 30}, {strings.ToLower(bare), int64(counter)*30 + 29}, {address("12345678901234567890", "&period=60"), int64(counter) * 60}} {
			if code, _, err := OTPNow(c.value, time.Unix(c.at, 0)); err != nil || code != want {
				t.Errorf("counter %d: got %s, %v, want %s", counter, code, err, want)
			}
		}
	}
}

func TestOTPNowSaysHowLong(t *testing.T) {
	value := address("12345678901234567890", "")
	for _, c := range []struct {
		at   time.Time
		left time.Duration
	}{
		{time.Unix(60, 0), 30 * time.Second},
		{time.Unix(61, 500_000_000), 28*time.Second + 500*time.Millisecond},
		{time.Unix(89, 0), time.Second},
	} {
		if _, left, err := OTPNow(value, c.at); err != nil || left != c.left {
			t.Errorf("at %v: %v left, %v, want %v", c.at, left, err, c.left)
		}
	}
	if code, left, err := OTPNow(value, time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)); err != nil || code != "755224" || left != 30*time.Second {
		t.Errorf("before 1970: %s, %v, %v", code, left, err)
	}
}

// Whatever a QR code says, it is refused with a reason, without the secret.
func TestOTPNowRefuses(t *testing.T) {
	const secret = "GEZDGNBVGEZDGNBV"
	for _, value := range []string{
		"", "=", "geheim", "otpauth://", "otpauth://totp/", "otpauth://totp/x?secret=", "otpauth://totp/x?secret=%zz", "otpauth://totp/x?secret=1",
		"otpauth://%41:b@[::1", "otpauth://hotp/x?secret=" + secret, "otpauth://steam/x?secret=" + secret, "otpauth://?secret=" + secret,
		"otpauth://totp/x?algorithm=MD5&secret=" + secret,
		"otpauth://totp/x?digits=5&secret=" + secret, "otpauth://totp/x?digits=9&secret=" + secret, "otpauth://totp/x?digits=-6&secret=" + secret,
		"otpauth://totp/x?digits=9999999999999999999999&secret=" + secret, "otpauth://totp/x?digits=six&secret=" + secret,
		"otpauth://totp/x?period=0&secret=" + secret, "otpauth://totp/x?period=-30&secret=" + secret, "otpauth://totp/x?period=3601&secret=" + secret,
		"otpauth-migration://offline?data=" + secret,
	} {
		code, _, err := OTPNow(value, time.Unix(59, 0))
		var refused *ValueError
		if !errors.As(err, &refused) || code != "" {
			t.Errorf("%q: got %q, %v", value, code, err)
			continue
		}
		checkSaid(t, refused.Say(lang.EN), refused.Say(lang.JA))
		if strings.Contains(refused.Error(), secret) {
			t.Errorf("%q: says %v", value, err)
		}
	}
}

func FuzzOTPNow(f *testing.F) {
	f.Add("otpauth://totp/Example:hanako?secret=JBSWY3DPEHPK3PXP&issuer=Example&digits=8&period=60&algorithm=SHA512", int64(59))
	f.Add("jbsw y3dp", int64(-1))
	f.Add("otpauth://totp/%1b?secret=AA&period=1", int64(1<<62))
	f.Fuzz(func(t *testing.T, value string, at int64) {
		code, left, err := OTPNow(value, time.Unix(at, 0))
		if err != nil {
			return
		}
		if len(code) < otpMinDigits || len(code) > otpMaxDigits || onlyDigits(code) != code || left <= 0 || left > otpMaxPeriod*time.Second {
			t.Fatalf("got %q, %v", code, left)
		}
	})
}

// What an app scans gives the codes that the stored value gives.
func TestOTPAddress(t *testing.T) {
	at := time.Unix(1111111109, 0)
	for _, c := range []struct {
		value, name, want string
		ok                bool
	}{
		{"GEZD GNBV GY3T QOJQ", "nas 花子", "otpauth://totp/nas%20%E8%8A%B1%E5%AD%90?secret=GEZDGNBVGY3TQOJQ", true},
		{"otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ&digits=8", "x", "otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ&digits=8", true},
		{"otpauth-migration://offline?data=AA", "x", "", false},
		{"0189", "x", "", false},
	} {
		got, ok := OTPAddress(c.value, c.name)
		if got != c.want || ok != c.ok {
			t.Errorf("%q: %q %v, want %q %v", c.value, got, ok, c.want, c.ok)
		}
		if !ok {
			continue
		}
		want, _, _ := OTPNow(c.value, at)
		if code, _, err := OTPNow(got, at); err != nil || code != want {
			t.Errorf("%q: the code of its address is %q, %v, want %q", c.value, code, err, want)
		}
	}
}
