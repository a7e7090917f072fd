package recovery

import (
	"testing"

	"memovault/internal/lockout"
)

// A copy that was taken to another house outlives the home, in whatever words
// that is said; what only speaks of other people does not.
func TestOtherHouses(t *testing.T) {
	for text, other := range map[string]bool{
		"娘の家": true, "実家": true, "実家の仏壇": true, "長女 (札幌)": true, "銀行の貸金庫": true, "職場の机": true, "友人宅": true, "おばさんの家の金庫": true,
		"my daughter's house": true, "daughter": true, "at my parents' house, top shelf": true, "Safe deposit box 12": true,
		"母の部屋": false, "父の形見の箱": false, "父の家計簿": false, "母のうちわの箱": false, "親子の写真の裏": false, "姉妹の箱": false, "机の引き出し": false,
		"mother's drawer": false, "the house": false, "workbench": false,
	} {
		pc := note("device", "pc", "kind", "pc")
		for way, m := range map[string]*Model{
			"a text":  derive(pc, note("vault", "vault", "copy_place", text, "recovery_key_place", text)),
			"a place": derive(pc, note("place", text, "spot", "棚", "tag", "backup"), note("vault", "vault", "recovery_key_place", text)),
		} {
			fire, err := m.Find([]string{"fire"}, "")
			if err != nil {
				t.Fatal(text, err)
			}
			_, burnt, err := m.Graph().Why(VaultID, m.Case(lockout.Optimistic, fire...))
			if err != nil || burnt == other {
				t.Errorf("%q as %s: burnt %v, %v", text, way, burnt, err)
			}
		}
	}
}
