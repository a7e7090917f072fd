package record

import "strings"

// A Network is a Wi-Fi network as a record notes it.
type Network struct {
	Name string // SSID
	Key  string // "" for a network that asks for none
	kind string // protection, as the code for joining names it
}

// networkFields are the keys of the fields that name a network, and of those
// with its key.
var networkFields = []struct{ name, key string }{
	{"ssid", "wifi_key"}, {"ssid_2", "wifi_key"}, {"guest_ssid", "guest_key"},
}

// protectionField says how the networks of a record are protected.
const protectionField, protectionWEP = "security", "wep"

// Network returns the record's first network, or the one that the field with
// the key belongs to. It reports false where none is noted.
func (r *Record) Network(key string) (Network, bool) {
	for _, n := range networkFields {
		if name := r.value(n.name); name != "" && (key == "" || key == n.name || key == n.key) {
			return Network{name, r.value(n.key), r.protection(n.key)}, true
		}
	}
	return Network{}, false
}

func (r *Record) value(key string) string {
	if f := r.Field(key); f != nil {
		return f.Value
	}
	return ""
}

func (r *Record) protection(key string) string {
	switch {
	case r.value(key) == "":
		return "nopass"
	case r.value(protectionField) == protectionWEP:
		return "WEP"
	}
	return "WPA"
}

// JoinCode is what a telephone reads from a QR code to join the network. The
// form is that of ZXing's wiki, "Barcode Contents", in which WPA stands for
// WPA2 and WPA3 too.
func (n Network) JoinCode() string {
	code := "WIFI:T:" + n.kind + ";S:" + joinEscape.Replace(n.Name) + ";"
	if n.Key != "" {
		code += "P:" + joinEscape.Replace(n.Key) + ";"
	}
	return code + ";"
}

var joinEscape = strings.NewReplacer(`\`, `\\`, `;`, `\;`, `,`, `\,`, `:`, `\:`, `"`, `\"`)
