package maildomain

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"memovault/internal/lang"
)

func TestOf(t *testing.T) {
	for address, want := range map[string]string{
		"hanako@docomo.ne.jp":                 "docomo.ne.jp",
		"Hanako@DOCOMO.NE.JP.":                "docomo.ne.jp",
		"hanako＠ｄｏｃｏｍｏ。ｎｅ．ｊｐ":                 "docomo.ne.jp",
		"docomo.ne.jp":                        "docomo.ne.jp",
		"a..b.@ezweb.ne.jp":                   "ezweb.ne.jp",
		"x@biz.ezweb.ne.jp":                   "biz.ezweb.ne.jp",
		"x@ebony.plala.or.jp":                 "plala.or.jp",
		"x@t.vodafone.ne.jp":                  "vodafone.ne.jp",
		"x@jp-t.ne.jp":                        "jp-t.ne.jp",
		"x@di.pdx.ne.jp":                      "pdx.ne.jp",
		"山田 <x@estate.ocn.ne.jp>":             "ocn.ne.jp",
		"x@mail.goo.ne.jp":                    "mail.goo.ne.jp",
		"x@mailinator.com":                    "mailinator.com",
		"x@anything.mailinator.com":           "mailinator.com",
		"x@fastmail.edu.pl":                   "fastmail.edu.pl", // a throw-away domain below a school rule
		"x@uw.edu.pl":                         "edu.pl",
		"x@g.ecc.example.ac.jp":               "ac.jp",
		"x@district.k12.ca.us":                "k12.ca.us",
		"x@privaterelay.appleid.com":          "privaterelay.appleid.com",
		"user@mail.example.jp":                "",
		"user@example.co.jp":                  "",
		"x@notdocomo.ne.jp":                   "",
		"x@docomo.ne.jp.example.com":          "",
		"x@ne.jp":                             "",
		"x@alumni.example.edu":                "",
		"":                                    "",
		"@":                                   "",
		".":                                   "",
		"x@docomo..ne.jp":                     "",
		"x@do como.ne.jp":                     "",
		"x@\xff\xfe.jp":                       "",
		strings.Repeat("a", 2000) + "@au.com": "",
	} {
		if got := Of(address); got.Name != want {
			t.Errorf("Of(%q) is %q, want %q", address, got.Name, want)
		}
	}
	if d := Of("user@mail.example.jp"); d != (Domain{}) {
		t.Errorf("an unknown domain is %+v", d)
	}
}

// TestClasses names at least one address of each class, so that a row that
// moves to another class is seen.
func TestClasses(t *testing.T) {
	for address, want := range map[string]Class{
		"x@aa.nifty.com": ISP, "x@gunma.wind.ne.jp": ISP, "x@comcast.net": ISP,
		"x@au.com": Carrier, "x@rakumail.jp": Carrier,
		"x@gmail.com": Webmail, "x@yahoo.co.jp": Webmail, "x@21cn.com": Webmail, // 21cn.com is on the list of throw-away domains too
		"x@example.ac.jp": School, "x@st.kyoto-u.jp": School, "x@city.example.lg.jp": Work,
		"x@duck.com": Relay, "x@ieee.org": Alias, "x@sute.jp": Disposable,
		"x@excite.co.jp": Dead, "x@goo.jp": Dead, "x@freeserve.co.uk": Dead, "x@shop.freeserve.co.uk": Dead,
		"x@example.or.jp": Unknown,
	} {
		if got := Of(address).Class; got != want {
			t.Errorf("%s is %q, want %q", address, got, want)
		}
	}
}

// TestProbes holds that the domains which customers really use are known: the
// Japanese providers and carriers, and large ones of other countries.
func TestProbes(t *testing.T) {
	probes := strings.Fields(`nifty.com nifty.ne.jp ocn.ne.jp biglobe.ne.jp so-net.ne.jp plala.or.jp
		eonet.ne.jp dion.ne.jp auone-net.jp jcom.home.ne.jp jcom.zaq.ne.jp tcct.zaq.ne.jp zaq.ne.jp ybb.ne.jp
		asahi-net.or.jp odn.ne.jp odn.ad.jp hi-ho.ne.jp dti.ne.jp bp.iij4u.or.jp infoweb.ne.jp commufa.jp
		pikara.ne.jp megaegg.ne.jp bbiq.jp t-com.ne.jp tokai.or.jp tiki.ne.jp kcn.ne.jp mesh.ad.jp ucom.ne.jp
		excite.co.jp janis.or.jp bay.wind.ne.jp cty-net.ne.jp hana.or.jp iiyama-catv.ne.jp wakwak.com
		sannet.ne.jp cts.ne.jp docomo.ne.jp ezweb.ne.jp biz.ezweb.ne.jp au.com softbank.ne.jp i.softbank.jp
		vodafone.ne.jp d.vodafone.ne.jp jp-d.ne.jp disney.ne.jp ymobile.ne.jp ymobile1.ne.jp y-mobile.ne.jp
		yahoo.ne.jp emnet.ne.jp emobile.ne.jp pdx.ne.jp willcom.com wcm.ne.jp uqmobile.jp rakumail.jp mineo.jp
		sky.tu-ka.ne.jp sky.tkc.ne.jp sky.tkk.ne.jp comcast.net att.net sbcglobal.net bellsouth.net verizon.net
		cox.net charter.net earthlink.net btinternet.com sky.com virginmedia.com talktalk.net t-online.de
		orange.fr wanadoo.fr free.fr laposte.net sfr.fr bbox.fr libero.it alice.it tin.it bluewin.ch
		bigpond.com xtra.co.nz telus.net sympatico.ca`)
	if len(probes) < 92 {
		t.Fatalf("%d probes", len(probes))
	}
	for _, name := range probes {
		if d := Of("x@" + name); d.Class == Unknown {
			t.Errorf("%s is not known", name)
		}
	}
	if d := Of("x@linemo.jp"); d.Class != Unknown { // a line without mail
		t.Errorf("linemo.jp is %+v", d)
	}
}

// TestTable holds that each row says what it must, and counts them: go test -v
// shows the table.
func TestTable(t *testing.T) {
	rows := Table()
	if len(rows) < 600 {
		t.Errorf("%d rows", len(rows))
	}
	classes, countries := map[Class]int{}, map[string]int{}
	for _, d := range rows {
		classes[d.Class]++
		countries[cmp.Or(d.Country, "none")]++
		checkRow(t, d)
	}
	for _, c := range slices.Sorted(maps.Keys(classes)) {
		t.Logf("| %s | %d |", c, classes[c])
	}
	byCount := func(a, b string) int { return cmp.Or(countries[b]-countries[a], strings.Compare(a, b)) }
	for _, c := range slices.SortedFunc(maps.Keys(countries), byCount) {
		t.Logf("| %s | %d |", c, countries[c])
	}
	t.Logf("| throw-away list | %d |", strings.Count(throwaways, "\n"))
}

func checkRow(t *testing.T, d Domain) {
	t.Helper()
	if got := Of("someone@" + strings.Replace(d.Name, "*", "ca", 1)); got.Class != d.Class {
		t.Errorf("%s: its own addresses are %+v", d.Name, got)
	}
	if d.Source.EN == "" || !isDate(d.AsOf) || (d.Ends.EN == "") != (d.EndsSource.EN == "") || (d.IdleMonths == 0) != (d.IdleSource.EN == "") {
		t.Errorf("%s: something is said without a source: %+v", d.Name, d)
	}
	for _, text := range []lang.Text{d.Provider, d.Ends, d.Source, d.EndsSource, d.IdleSource} {
		if (text.EN == "") != (text.JA == "") {
			t.Errorf("%s: half a text %+v", d.Name, text)
		}
	}
	for _, text := range []string{d.Ends.EN, d.Ends.JA} {
		if said := strings.Contains(text, strconv.Itoa(max(d.KeepDays, 31))+" ") && d.Class == Carrier; said != (d.KeepDays > 0) {
			t.Errorf("%s: %d days to keep the address, but the text says %q", d.Name, d.KeepDays, text)
		}
	}
	switch d.Class {
	case ISP, Carrier:
		if d.Ends.EN == "" && d.Country == "JP" {
			t.Errorf("%s: nothing says what happens at cancellation", d.Name)
		}
	case Dead:
		if d.Dead == "" || d.Ends.EN != "" || d.IdleMonths != 0 {
			t.Errorf("%s: a dead service has a day and nothing after it: %+v", d.Name, d)
		}
	}
	// A row below another of the same meaning would be there in vain.
	for up := parent(d.Name); up != ""; up = parent(up) {
		if above, ok := row(up); ok && above.Class == d.Class && above.Ends == d.Ends && above.Provider == d.Provider {
			t.Errorf("%s says nothing that %s does not say", d.Name, up)
		}
	}
}

func TestTableIsStrict(t *testing.T) {
	const sources = "s\t2026-11-22\ta page\nmailonly\t2026-11-22\ta page\n"
	good := strings.Split("a.jp\tisp\tJP\tA|あ\tisp-jp\ts\t-\t-", "\t")
	for cell, wrong := range map[int][]string{
		0: {"", "A.jp", "a..jp", "あ.jp"},
		1: {"", "own", "disposable", "-", "lsp"},
		2: {"jp", "JPN"},
		4: {"nothing"},
		5: {"", "-", "s,", "t"},
		6: {"2026", "2026-13-01"},
		7: {"3", "0@s", "x@s", "3@t"},
	} {
		for _, value := range wrong {
			row := slices.Clone(good)
			row[cell] = value
			if _, err := parseTable(strings.Join(row, "\t"), sources); err == nil {
				t.Errorf("the row %q is taken", row)
			}
		}
	}
	line := strings.Join(good, "\t")
	if _, err := parseTable(line, sources); err != nil {
		t.Errorf("a good row: %v", err)
	}
	for _, table := range []string{line + "\n" + line, "a.jp\tdead\tJP\t-\t-\ts\t-\t-", "a.jp"} {
		if _, err := parseTable(table, sources); err == nil {
			t.Errorf("%q is taken", table)
		}
	}
	for _, wrong := range []string{"s\ta page", "s\t2026\ta page", "s\t2026-11-22\t", sources + sources} {
		if _, err := parseTable("", wrong); err == nil {
			t.Errorf("the sources %q are taken", wrong)
		}
	}
}

// TestSourcesAreUsed holds that no source and no ending is left over when rows go.
func TestSourcesAreUsed(t *testing.T) {
	used := domainsFile
	for id, e := range endings {
		used += "\t" + e.source + "\t"
		if !strings.Contains(domainsFile, "\t"+id+"\t") {
			t.Errorf("no row has the ending %q", id)
		}
	}
	sources, err := parseSources(sourcesFile)
	if err != nil {
		t.Fatal(err)
	}
	for id := range sources {
		if !regexp.MustCompile(`[\t,@]` + regexp.QuoteMeta(id) + `[\t,\n]`).MatchString(used) {
			t.Errorf("nothing names the source %q", id)
		}
	}
}

func TestThrowaways(t *testing.T) {
	list := strings.Fields(throwaways)
	if len(list) < 8000 || !slices.IsSorted(list) || !strings.HasSuffix(throwaways, "\n") {
		t.Fatalf("%d domains, sorted: %v", len(list), slices.IsSorted(list))
	}
	for _, name := range list {
		if !disposable(name) {
			t.Errorf("%s is not found", name)
		}
		if Host(name) != name {
			t.Errorf("%s is not in its plain form", name)
		}
	}
	for _, name := range []string{"", "0", "com", "example.jp", "zzzz.zzz", "mailinator.co", "mailinator.comm", "ailinator.com"} {
		if disposable(name) {
			t.Errorf("%q is found", name)
		}
	}
}

func TestLabels(t *testing.T) {
	for c, text := range labels {
		if c.Label() != text || text.EN == "" || text.JA == "" {
			t.Errorf("%q is called %q", c, c.Label())
		}
	}
	if Class("nonsense").Label() != labels[Unknown] {
		t.Error("a class that is none is not called unknown")
	}
}

func TestSameProvider(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"a@gmail.com", "b@googlemail.com", true},
		{"a@hotmail.co.jp", "b@live.jp", true},
		{"a@docomo.ne.jp", "b@mopera.net", true},
		{"a@docomo.ne.jp", "b@softbank.ne.jp", false},
		{"a@ebony.plala.or.jp", "b@agate.plala.or.jp", true},
		{"a@mail.example.jp", "b@example.jp", true},
		{"a@one.co.jp", "b@two.co.jp", false},
		{"a@x.one.co.jp", "b@one.co.jp", true},
		{"a@one.tokyo.jp", "b@two.tokyo.jp", false},
		{"a@one.ac.jp", "b@two.ac.jp", false},
		{"a@one.co.uk", "b@two.co.uk", false},
		{"a@one.com", "b@two.com", false},
		{"a@one.web.org", "b@two.web.org", true},
		{"a@x.com.de", "b@y.com.de", false},
		{"a@例え.jp", "b@XN--R8JZ45G.JP", true},
		{"", "", false},
		{"a@", "a@", false},
	} {
		if got := SameProvider(c.a, c.b); got != c.same || SameProvider(c.b, c.a) != c.same {
			t.Errorf("SameProvider(%q, %q) is %v", c.a, c.b, got)
		}
	}
}

// TestHost has the samples of RFC 3492, 7.1, as far as they can stand in a
// domain, and the everyday ones.
func TestHost(t *testing.T) {
	for in, want := range map[string]string{
		"例え.jp":                         "xn--r8jz45g.jp",
		"例え。ｊｐ":                         "xn--r8jz45g.jp",
		"XN--R8JZ45G.JP.":               "xn--r8jz45g.jp",
		"日本語.jp":                        "xn--wgv71a119e.jp",
		"サーバー.jp":                       "xn--vckucxgb.jp",
		"ｻｰﾊﾞｰ.jp":                      "xn--vckucxgb.jp",
		"bücher.example":                "xn--bcher-kva.example",
		"BÜCHER.example":                "xn--bcher-kva.example",
		"bu\u0308cher.jp":               "xn--bcher-kva.jp",
		"3年b組金八先生":                      "xn--3b-ww4c5e180e575a65lsy2b",
		"安室奈美恵-with-super-monkeys":      "xn---with-super-monkeys-pc58ag80a8qai00g7n9n",
		"majiでkoiする5秒前":                 "xn--majikoi5-783gue6qz075azm5e",
		"そのスピードで":                       "xn--d9juau41awczczp",
		strings.Repeat("a", 63) + ".jp": strings.Repeat("a", 63) + ".jp",
		"他们为什么不说中文":                     "xn--ihqwcrb4cv8a8dqg056pqjye",
		"почемужеонинеговорятпорусски": "xn--b1abfaaepdrnnbgefbadotcwatmq2g4l",
		"a_b.example.jp":                 "a_b.example.jp",
		"exam\u200bple.jp":               "example.jp",
		"a b.jp":                         "",
		"a/b.jp":                         "",
		strings.Repeat("a", 64) + ".jp":  "",
		strings.Repeat("あ", 64) + ".jp":  "",
		strings.Repeat("a.", 130) + "jp": "",
	} {
		if got := Host(in); got != want {
			t.Errorf("Host(%q) is %q, want %q", in, got, want)
		}
	}
}

// FuzzHost holds that whatever is typed, the answer is a domain in its plain
// form that gives itself again, and that Of and SameProvider take it.
func FuzzHost(f *testing.F) {
	for _, seed := range []string{"x@docomo.ne.jp", "例え。ｊｐ", "xn--r8jz45g.jp", "a@\xff.jp", "İ.jp", "ẞ.de", "a@b@c..", strings.Repeat("é", 70)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		host := Host(in)
		if again := Host(host); again != host {
			t.Errorf("Host(%q) is %q, and of that %q", in, host, again)
		}
		if len(host) > maxHost || strings.ContainsFunc(host, func(r rune) bool { return r != '.' && notInHost(r) }) {
			t.Errorf("Host(%q) is %q", in, host)
		}
		if d := Of(in); d.Name != Of(host).Name || d.Name != "" && !strings.HasSuffix(host, d.Name) {
			t.Errorf("Of(%q) is %q", in, d.Name)
		}
		if SameProvider(in, in) != (host != "") {
			t.Errorf("%q is not its own provider", in)
		}
		if utf8.ValidString(in) && Host(strings.ToUpper(host)) != host {
			t.Errorf("capitals change %q", host)
		}
	})
}

// TestThrowawaysStayPacked holds that the list is searched as it lies in the
// program: a look-up takes no memory.
func TestThrowawaysStayPacked(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { disposable("nobody.example.jp") }); n != 0 {
		t.Errorf("a look-up allocates %v times", n)
	}
}

func BenchmarkOf(b *testing.B) {
	for name, address := range map[string]string{
		"row":       "hanako@ebony.plala.or.jp",
		"throwaway": "x@mailinator.com",
		"unknown":   "hanako@mail.example.co.jp",
		"unicode":   "hanako@例え.jp",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Of(address)
			}
		})
	}
}

// BenchmarkFirst is what the first address costs a command.
func BenchmarkFirst(b *testing.B) {
	index, sources := lineOf, knownSources
	defer func() { lineOf, knownSources = index, sources }()
	for b.Loop() {
		lineOf, knownSources = sync.OnceValue(indexLines), sync.OnceValue(readSources)
		Of("hanako@docomo.ne.jp")
	}
}

func BenchmarkTable(b *testing.B) {
	for b.Loop() {
		Table()
	}
}

func BenchmarkSameProvider(b *testing.B) {
	for b.Loop() {
		SameProvider("a@mail.example.co.jp", "b@example.co.jp")
	}
}
