package record

import "testing"

func TestNetwork(t *testing.T) {
	fields := func(pairs ...string) *Record {
		r := &Record{Template: "wifi", Name: "w"}
		for i := 0; i < len(pairs); i += 2 {
			r.Set(pairs[i], TypeText, pairs[i+1])
		}
		return r
	}
	for _, c := range []struct {
		r         *Record
		key, want string
	}{
		{fields("ssid", "home", "wifi_key", "secret12", "security", "wpa3"), "", "WIFI:T:WPA;S:home;P:secret12;;"},
		{fields("ssid", "home", "wifi_key", "secret12"), "wifi_key", "WIFI:T:WPA;S:home;P:secret12;;"},
		{fields("ssid", `a;b:"c\,`, "wifi_key", `x;y`, "security", "wep"), "", `WIFI:T:WEP;S:a\;b\:\"c\\\,;P:x\;y;;`},
		{fields("ssid", "free", "security", "open"), "", "WIFI:T:nopass;S:free;;"},
		{fields("ssid", "a", "wifi_key", "k", "guest_ssid", "g", "guest_key", "gk"), "guest_key", "WIFI:T:WPA;S:g;P:gk;;"},
		{fields("ssid", "a", "wifi_key", "k", "ssid_2", "a5"), "ssid_2", "WIFI:T:WPA;S:a5;P:k;;"},
		{fields("ssid", "a", "wifi_key", "k"), "where", ""},
		{fields("wifi_key", "k"), "", ""},
	} {
		got := ""
		n, ok := c.r.Network(c.key)
		if ok {
			got = n.JoinCode()
		}
		if ok != (c.want != "") || got != c.want {
			t.Errorf("%+v, key %q: got %v %q", c.r.Fields, c.key, ok, got)
		}
	}
}

// TestNetworkFields: the keys are those of a template.
func TestNetworkFields(t *testing.T) {
	wifi := LookupTemplate("wifi")
	for _, n := range networkFields {
		if wifi.Spec(n.name) == nil || wifi.Spec(n.key) == nil {
			t.Errorf("the template has no %s or no %s", n.name, n.key)
		}
	}
	if s := wifi.Spec(protectionField); s == nil || s.Option(protectionWEP) == nil {
		t.Errorf("the template has no %s, or no %s there", protectionField, protectionWEP)
	}
}
