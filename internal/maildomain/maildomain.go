// Package maildomain knows what the domain of a mail address says of the
// address's life: whether it ends with the contract of an internet provider or
// a mobile carrier, with school or employment, after a day, or, as far as is
// known, not before its owner stops using it.
//
// What it says comes from a table made for this program, each row with its
// source, and from a public list of throw-away domains. A domain that neither
// names is unknown: nothing is guessed, one's own domain least of all.
package maildomain

import (
	"strings"

	"memovault/internal/lang"
)

// A Class says on whose terms an address lives.
type Class string

// The classes. Own is never found by Of, since a domain of one's own looks like
// any other; it is there for what the user says.
const (
	Unknown    Class = ""
	ISP        Class = "isp"        // an internet provider's: ends with the contract
	Carrier    Class = "carrier"    // a mobile carrier's: ends with the contract
	Webmail    Class = "webmail"    // open to anybody, tied to no line
	School     Class = "school"     // a school's or university's
	Work       Class = "work"       // an authority's or an employer's
	Disposable Class = "disposable" // made to be used for a short time
	Relay      Class = "relay"      // passes mail on and hides the address behind it
	Alias      Class = "alias"      // passes mail on, kept for years, for a fee or a membership
	Dead       Class = "dead"       // the service has ended: nothing arrives any more
	Own        Class = "own"        // a domain of one's own
)

var labels = map[Class]lang.Text{
	Unknown:    lang.T("not known", "わかりません"),
	ISP:        lang.T("an internet provider's address", "プロバイダーのメールアドレス"),
	Carrier:    lang.T("a mobile carrier's address", "携帯電話会社のメールアドレス"),
	Webmail:    lang.T("webmail", "ウェブメール"),
	School:     lang.T("a school's address", "学校のメールアドレス"),
	Work:       lang.T("an address at work", "職場のメールアドレス"),
	Disposable: lang.T("a throw-away address", "使い捨てのメールアドレス"),
	Relay:      lang.T("a forwarding address that hides another", "本当のアドレスを隠す転送用のアドレス"),
	Alias:      lang.T("a forwarding address", "転送用のメールアドレス"),
	Dead:       lang.T("an address of a service that has ended", "終わったサービスのメールアドレス"),
	Own:        lang.T("an address at one's own domain", "自分のドメインのメールアドレス"),
}

// Label names the class as a person would: "webmail". A class that is none of
// ours is called unknown.
func (c Class) Label() lang.Text {
	if t, ok := labels[c]; ok {
		return t
	}
	return labels[Unknown]
}

// A Domain is what is known of a mail domain. The zero value is the unknown
// one. Every text it holds is either empty or there in both languages; every
// statement carries where it was seen (Source, a list or a page) and the day
// that source is of or was read on (AsOf, YYYY-MM-DD).
type Domain struct {
	Name     string    // the suffix that matched, in ASCII: "plala.or.jp"
	Class    Class     // what kind of address it is
	Country  string    // ISO 3166 alpha-2 of the provider, "" if it is none in particular
	Provider lang.Text // whose it is: "NTT docomo"; zero if not known, as in rules like ac.jp
	Source   lang.Text // where Name, Class, Provider and Dead were seen
	AsOf     string
	Dead     string // the day the service ended, or is announced to end; "" if none is known

	Ends       lang.Text // what happens to the address at cancellation or leaving; may be zero
	EndsSource lang.Text
	EndsAsOf   string
	KeepDays   int // days after the end of the line in which the carrier takes an application to keep the address, as EndsSource says; 0 if it takes none

	IdleMonths int // months without signing in until mail may stop arriving or the address be lost; 0 if not known
	IdleSource lang.Text
	IdleAsOf   string
}

// Of returns what is known of the domain of a mail address, or of a bare
// domain. However it is typed (full-width, capitals, Unicode or punycode, a dot
// at the end), it is the same domain; subdomains belong to the longest suffix
// that is known. What cannot be known is the zero Domain.
func Of(address string) Domain {
	name := Host(address)
	for suffix := name; suffix != ""; suffix = parent(suffix) {
		if d, ok := listed(suffix); ok {
			return d.seenFrom(name)
		}
		if strings.Contains(suffix, ".") && disposable(suffix) {
			return throwaway(suffix)
		}
	}
	return Domain{}
}

// listed returns the row of exactly this domain. A row may have "*" for its
// second label: k12.*.us are the public schools of each state.
func listed(name string) (Domain, bool) {
	d, ok := row(name)
	if first, rest, two := strings.Cut(name, "."); !ok && two {
		d, ok = row(first + ".*." + parent(rest))
		d.Name = name
	}
	return d, ok
}

// seenFrom is the domain as it holds for a name below it. Graduates' addresses
// stand below their school's domain and do not end with leaving it; what they
// end with, only the school knows.
func (d Domain) seenFrom(name string) Domain {
	if d.Class != School {
		return d
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(name, d.Name), ".") {
		switch label {
		case "alum", "alumni", "alumnos", "alumno", "alumnae":
			return Domain{}
		}
	}
	return d
}

// parent is the domain without its first label, "" if it has just one.
func parent(name string) string {
	_, rest, _ := strings.Cut(name, ".")
	return rest
}

// Table returns the rows of our own table, in the order of the file, without
// the list of throw-away domains.
func Table() []Domain {
	return must(parseTable(domainsFile, sourcesFile))
}
