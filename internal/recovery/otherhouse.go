package recovery

import (
	"regexp"
	"strings"

	"memovault/internal/lang"
)

// People at whose house one may leave something.
const (
	relativesJA = `(?:ご?両親|親|父|母|祖父|祖母|祖父母|息子|娘|長男|次男|三男|長女|次女|三女|兄|姉|弟|妹|孫|叔父|叔母|伯父|伯母|おじ|おば|おじい|おばあ|友人|友達|知人|親戚|隣)`
	relativesEN = `(?:(?:my|our|the) )?(?:parents?|mother|father|brother|sister|son|daughter|grandparents?|grandmother|grandfather|grandson|granddaughter|uncle|aunt|friend|neighbou?r)`
)

// otherHouses find in a folded text the words by which it names a house that is
// not the home. 母の部屋 is at home, and so is 父の家計簿.
var otherHouses = []*regexp.Regexp{
	regexp.MustCompile(`(実家|貸金庫|職場|勤務先|別荘)`),
	regexp.MustCompile(`(` + relativesJA + `(?:さん|ちゃん|夫婦)?の?(?:家|宅|ところ|所|うち))(?:[のにで、。,:;()\s]|$)`),
	regexp.MustCompile(`^(` + relativesJA + `(?:さん|ちゃん|夫婦)?)\s*(?:\(|$)`),
	regexp.MustCompile(`\b(` + relativesEN + `(?:['’]s|s['’]|s)? (?:house|home|flat|apartment|place))\b`),
	regexp.MustCompile(`^(` + relativesEN + `)$`),
	regexp.MustCompile(`\b(safe deposit box|at the bank|at work)\b`),
}

// otherHouse is the house other than the home that a text names, as it names it;
// empty if it names none.
func otherHouse(text string) string {
	text = lang.Fold(text)
	for _, words := range otherHouses {
		if found := words.FindStringSubmatch(text); found != nil {
			return strings.TrimSpace(found[1])
		}
	}
	return ""
}
