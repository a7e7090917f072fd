package cli

import "memovault/internal/lang"

// needRows say what a way may need, and where things may be kept.
func needRows(a *app) []tagged {
	var rows []tagged
	for _, row := range []struct {
		tag  lang.Text
		text lang.Text
	}{
		{lang.T("KEY", "項目"), lang.T("what the field stands for: mail at the address, a text message at the number, the record it names, a code", "その項目が表すもの（そのアドレスのメール、その番号に届く SMS、指している記録、コードなど）")},
		{lang.T("password", "パスワード"), lang.T("the password, wherever it is noted or remembered", "パスワード（書いてある所か、覚えているもの）")},
		{lang.T("memory", "記憶"), lang.T("something that you remember", "覚えていること")},
		{lang.T("call:KEY", "電話:項目"), lang.T("a call at the number in the field; a landline will do", "その番号への電話（固定電話でもよい）")},
		{lang.T("open:KEY", "サインイン中:項目"), lang.T("the device of the field, still signed in", "その項目の機器で、サインインしたままのもの")},
		{lang.T("record:NAME", "記録:名前"), lang.T("a thing, a person or an account that has a record", "記録になっている物・人・アカウント")},
		{lang.T("paper:PLACE", "紙:場所"), lang.T("a paper or a thing at a place", "その場所にある紙や物")},
		{lang.T("--kept", "--kept の場所"), lang.T("vault, memory, paper:PLACE, device:NAME, person:NAME, with commas between", "金庫、記憶、紙:場所、機器:名前、人:名前 を、「、」で区切って書きます")},
	} {
		rows = append(rows, tagged{a.text(row.tag), a.text(row.text)})
	}
	return rows
}
