package maildomain

import (
	"slices"
	"strings"
)

// SameProvider reports whether two addresses or domains are in one provider's
// hands, so that one closed account or one ended contract may take both: the
// table names the same provider for both, or they share the domain that
// somebody registered (a.example.jp and example.jp). Two domains of which
// neither can be read are not the same.
func SameProvider(a, b string) bool {
	a, b = Host(a), Host(b)
	if a == "" || b == "" {
		return false
	}
	pa, pb := Of(a).Provider, Of(b).Provider
	if pa.EN != "" && pb.EN != "" {
		return pa == pb
	}
	return registered(a) == registered(b)
}

// Second levels under which the domains of a country are registered. This is
// far shorter than the Public Suffix List, whose tables would add a module for
// one question: below a country of two letters these names are never one's own.
var secondLevel = strings.Fields(`ac ad asn co com ed edu firm gen go gob gouv gov govt gr id idv
	ind lg ltd me mil ne net nhs nic nom or org pe plc police re sch school web`)

// prefectures are second levels of .jp (JPRS, prefecture type names).
var prefectures = strings.Fields(`hokkaido aomori iwate miyagi akita yamagata fukushima ibaraki tochigi
	gunma saitama chiba tokyo kanagawa niigata toyama ishikawa fukui yamanashi nagano gifu shizuoka
	aichi mie shiga kyoto osaka hyogo nara wakayama tottori shimane okayama hiroshima yamaguchi
	tokushima kagawa ehime kochi fukuoka saga nagasaki kumamoto oita miyazaki kagoshima okinawa`)

// registered is the part of a domain that somebody registered: the last two
// labels, or three where the second is one of a country's.
func registered(host string) string {
	labels := strings.Split(host, ".")
	n := len(labels)
	if n < 3 {
		return host
	}
	top, second := labels[n-1], labels[n-2]
	below := slices.Contains(secondLevel, second) || top == "jp" && slices.Contains(prefectures, second)
	if len(top) == 2 && below {
		return strings.Join(labels[n-3:], ".")
	}
	return strings.Join(labels[n-2:], ".")
}
