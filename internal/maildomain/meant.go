package maildomain

import "strings"

// leastMeant is the fewest letters that the first part of a domain has for a
// slip in it to be told from another name: of att.net, every neighbour is
// somebody's.
const leastMeant = 5

// Meant returns the domain of the table that was probably meant by an address
// whose own domain is unknown, or is one of those that lie in wait for slips and
// throw mail away: the only one that is one slip away, a letter too many,
// missing, wrong or in the wrong order. It returns "" where there is none. That
// is a guess about typing: the domain may exist all the same.
func Meant(address string) string {
	host := Host(address)
	if class := Of(host).Class; host == "" || class != Unknown && class != Disposable {
		return ""
	}
	meant := ""
	for _, d := range Table() {
		if !isMeant(host, d) {
			continue
		}
		if meant != "" {
			return ""
		}
		meant = d.Name
	}
	return meant
}

func isMeant(host string, d Domain) bool {
	switch d.Class {
	case Webmail, Carrier, ISP:
	default:
		return false
	}
	first, _, _ := strings.Cut(d.Name, ".")
	return len(first) >= leastMeant && !strings.Contains(d.Name, "*") &&
		oneSlip(host, d.Name) && !elsewhere(host, d.Name)
}

// elsewhere reports whether two domains differ only in their country: hotmail.de
// is no slip for hotmail.dk.
func elsewhere(a, b string) bool {
	i, j := strings.LastIndexByte(a, '.'), strings.LastIndexByte(b, '.')
	return i >= 0 && j >= 0 && a[:i] == b[:j] && len(a)-i == 3 && len(b)-j == 3
}

// oneSlip reports whether a becomes b by putting in, taking out or replacing one
// letter, or by swapping two neighbours.
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 || a == b {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	return a[i+1:] == b[i+1:] || i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}
