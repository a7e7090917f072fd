package record

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"memovault/internal/lang"
)

func TestCleanDate(t *testing.T) {
	checkClean(t, of(TypeDate), []cleanCase{
		{"", "", ""},
		{"2026-11-22", "2026-11-22", ""},
		{" 2026-11-22　", "2026-11-22", ""},
		{"2026/11/22", "2026-11-22", "date!"},
		{"2026.11.22", "2026-11-22", "date!"},
		{"2026 11 22", "2026-11-22", "date!"},
		{"2026-1-7", "2026-01-07", "date!"},
		{"20261122", "2026-11-22", "date!"},
		{"２０２６年１１月２２日", "2026-11-22", "date!"},
		{"2026年 1月 7日（水）", "2026-01-07", "date!"},
		{"2026-11", "2026-11", ""},
		{"2026/1", "2026-01", "date!"},
		{"2026年11月", "2026-11", "date!"},
		{"2026", "2026", ""},
		{"2026年", "2026", "date!"},
		{"2024-02-29", "2024-02-29", ""},
		{"昭和60年1月7日", "1985-01-07", "date!"},
		{"S60.1.7", "1985-01-07", "date!"},
		{"Ｓ６０．１．７", "1985-01-07", "date!"},
		{"s60/1/7", "1985-01-07", "date!"},
		{"昭和60.1.7", "1985-01-07", "date!"},
		{"R8/11/22", "2026-11-22", "date!"},
		{"R.8-11-22", "2026-11-22", "date!"},
		{"令和8年11月22日", "2026-11-22", "date!"},
		{"㍻元年1月8日", "1989-01-08", "date!"},
		{"平成31年4月30日", "2019-04-30", "date!"},
		{"令和元年5月1日", "2019-05-01", "date!"},
		{"大正15年12月24日", "1926-12-24", "date!"},
		{"昭和元年12月25日", "1926-12-25", "date!"},
		{"明治45年7月29日", "1912-07-29", "date!"},
		{"昭和64年1月7日", "1989-01-07", "date!"},
		{"昭和64年", "1989", "date!"},
		{"昭和64年1月", "1989-01", "date!"},
		{"平成元年", "1989", "date!"},
		{"H1.1", "1989-01", "date!"},
		{"令和元年", "2019", "date!"},
		{"R8.4.1", "2026-04-01", "date!"},
		{"Ｒ元．５．１", "2019-05-01", "date!"},
		{"２０２６−１１−２２", "2026-11-22", "date!"},
		{"1951年4月1日生まれ", "1951-04-01", "date!"},
		{"昭和26年4月1日生", "1951-04-01", "date!"},
		{"昭和二十六年四月一日", "1951-04-01", "date!"},
		{"令和八年十一月二十二日", "2026-11-22", "date!"},
		{"昭和三十年十月", "1955-10", "date!"},
		{"二〇二六年四月", "2026-04", "date!"},
		{"Showa 26.4.1", "1951-04-01", "date!"},
		{"Reiwa 8", "2026", "date!"},
		{"April 1, 1951", "1951-04-01", "date!"},
		{"april 1 1951", "1951-04-01", "date!"},
		{"1 April 1951", "1951-04-01", "date!"},
		{"1st April, 1951", "1951-04-01", "date!"},
		{"Sunday, April 1st, 1951", "1951-04-01", "date!"},
		{"Sun 1 Apr 1951", "1951-04-01", "date!"},
		{"1-Apr-1951", "1951-04-01", "date!"},
		{"Apr. 1, 1951", "1951-04-01", "date!"},
		{"1951 Apr 1", "1951-04-01", "date!"},
		{"Apr 1951", "1951-04", "date!"},
		{"Ｓｅｐｔ　1951", "1951-09", "date!"},
		{"May 2026", "2026-05", "date!"},
		{"1951/4/1", "1951-04-01", "date!"},
		{"11/22/2026", "2026-11-22", "date!"},
		{"22/11/2026", "2026-11-22", "date!"},
		{"22.11.2026", "2026-11-22", "date!"},
		{"4/4/1951", "1951-04-04", "date!"},
	})
}

func TestDateRefuses(t *testing.T) {
	for in, key := range map[string]string{
		"2026-02-30": "date", "2025-02-29": "date", "2026-13-01": "date", "2026-00-01": "date", "2026-01-00": "date",
		"2026-11-31": "date", "2026/4/31": "date", "20260230": "date", "2026年2月30日": "date", "S60.2.30": "date",
		"昭和64年1月8日": "date-era", "昭和64年2月": "date-era", "昭和65年": "date-era", "昭和0年": "date-era", "平成元年1月7日": "date-era",
		"平成31年5月1日": "date-era", "令和元年4月30日": "date-era", "令和元年4月": "date-era", "大正15年12月25日": "date-era", "明治45年7月30日": "date-era",
		"0026-11-22": "date-year", "9999-01-01": "date-year", "1700": "date-year",
		"昨日": "date-form", "26/11/22": "date-year", "4.1.51": "date-year", "2026-11-22T00:00": "date-form", "202611": "date-form",
		"4/1/1951": "date-two", "1.4.1951": "date-two", "13/13/1951": "date", "30/2/1951": "date", "February 30, 2026": "date", "April 31 2026": "date",
		"April 1": "date-form", "April": "date-form", "April May 1951": "date-form", "1 2 April 1951": "date-form", "Aprilis 1951": "date-form", "May be 1951": "date-form", "昭和十十年": "date-form",
		"April 0, 1951": "date-form", "昭和百年": "date-form",
		"2026 1 122": "date-form", "X60.1.7": "date-form", "2026-11-22 ごろ": "date-form", "😀": "date-form",
		"なし": "none", "不明": "none",
	} {
		value, _, err := Clean(TypeDate, in)
		refused, ok := err.(*ValueError)
		if !ok || refused.Key != key || value != "" {
			t.Errorf("%q: got %q, %v, want a refusal for %s", in, value, err, key)
			continue
		}
		checkSaid(t, refused.Say(lang.EN), refused.Say(lang.JA))
	}
}

// What is refused comes with the way out.
func TestDateRefusalsHelp(t *testing.T) {
	for in, said := range map[string][2]string{
		"4/1/1951":   {"this can be 1951-04-01 or 1951-01-04", "1951-04-01 とも 1951-01-04 とも読めます"},
		"昭和64年1月8日":  {"1989-01-08 was Heisei 1, not Showa 64: write 1989-01-08 if you mean that", "1989-01-08 は昭和64年ではなく、平成元年です。それでよければ 1989-01-08 と入力してください"},
		"昭和65年":      {"1990 was Heisei 2, not Showa 65", "1990 は昭和65年ではなく、平成2年です"},
		"平成元年1月7日":   {"1989-01-07 was Showa 64, not Heisei 1", "1989-01-07 は平成元年ではなく、昭和64年です"},
		"令和元年4月30日":  {"2019-04-30 was Heisei 31", "2019-04-30 は令和元年ではなく、平成31年です"},
		"昭和0年":       {"the era began on 1926-12-25", "この元号は 1926-12-25 からです"},
		"2026-02-30": {"2026-02 has 28 days", "2026 年 2 月は 28 日までです"},
		"26/4/1":     {"write it like 1951-04-01", "S26.4.1"},
	} {
		_, _, err := Clean(TypeDate, in)
		refused, ok := err.(*ValueError)
		if !ok || !strings.Contains(refused.Say(lang.EN), said[0]) || !strings.Contains(refused.Say(lang.JA), said[1]) {
			t.Errorf("%q: %v", in, err)
		}
	}
	_, _, err := Clean(TypeDate, "x")
	if refused := err.(*ValueError); strings.Contains(refused.Say(lang.EN), "S60") || !strings.Contains(refused.Say(lang.JA), "昭和60年") {
		t.Errorf("the advice is not for its reader: %v", err)
	}
}

// Every day from 1868 to 2030 has exactly one era, and is read back from it.
func TestErasCoverEveryDay(t *testing.T) {
	for d := day(1868, 1, 25); d.Year() < 2030; d = d.AddDate(0, 0, 1) {
		readings := 0
		for _, e := range eras {
			y, m, dd, err := readEra(e.name.JA, strconv.Itoa(max(0, d.Year()-e.from.Year()+1)), int(d.Month()), d.Day())
			if err == nil && d.Year() >= e.from.Year() {
				readings++
				if !day(y, m, dd).Equal(d) {
					t.Fatalf("%s of %s is read as %d-%d-%d", d.Format(time.DateOnly), e.name, y, m, dd)
				}
			}
		}
		if readings != 1 {
			t.Fatalf("%s lies in %d eras", d.Format(time.DateOnly), readings)
		}
	}
}
