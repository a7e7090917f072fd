package cli

import (
	"memovault/internal/lang"
	"memovault/internal/recovery"
)

// eventsTopic is the page on what can happen, and on how scripts are told.
var eventsTopic = topic{name: "events", title: lang.T("what could happen, and how that is told to scripts", "起こりうる出来事と、スクリプトでの受け取り方"),
	text: lang.T(`An event takes several things away together. It is written as its kind, or as kind:THING where it
could happen to several: phone-lost:mobile, provider-closes:example.com, lose:RECORD. What could
happen in your vault is listed by "whatif --events". Japanese words do as well; "help events
--lang ja" names them.

Below the kinds stand the keys of "whatif --json". What it says of an account goes as far as the
notes go: what is not noted is taken to be there, and marked.`,
		`出来事が起きると、いくつかのものが一度になくなります。種類だけで書くか、あてはまるものがいくつもあるときは
「種類:もの」の形で書きます（例: phone-lost:携帯、provider-closes:example.com、lose:記録の名前）。
種類は、下のかっこの中の日本語でも書けます（例: 火事、携帯紛失：携帯、なくす：記録の名前）。
「携帯をなくした」「引っ越したら」のような言い方でもかまいません。
あなたの金庫で起こりうるものは whatif --events で一覧できます。

種類の下に、whatif --json のキーの意味を書いてあります。書いてないものは、あるものとして数え、印を付けます。`),
	examples: []example{
		{"whatif --events", lang.T("those of your vault", "自分の金庫での出来事")},
		{"whatif phone-lost --json", lang.T("for a script", "スクリプト向け")},
	},
	rows: eventRows,
}

// whatifKeys are what scripts find in the JSON of whatif.
var whatifKeys = []struct {
	key  string
	text lang.Text
}{
	{"events", lang.T("What happens. Without an argument these are all events, the worst first, each with the names of the accounts that it brings into a worse state: locked, form, unknown.",
		"起きること。出来事を書かなければ、すべてを重いものから。それぞれに、戻りにくくなるアカウントの名前が locked、form、unknown に分けて入ります。")},
	{"state: open", lang.T("A way works.", "使える方法があります。")},
	{"state: form", lang.T("Only a form or another person may give the account back.", "申し込みなどが認められたときだけ戻れます。")},
	{"state: locked", lang.T("No way that is noted works, not even a form.", "記録にある方法は、申し込みも含めて、どれも使えません。")},
	{"unknown: true", lang.T("The state hangs on something of which nothing is noted.", "書いてないことによって変わります。")},
	{"deciding", lang.T("What should be noted for that, with the command.", "そのために書いておくとよいものと、コマンド。")},
	{"ways", lang.T("The ways into the account.", "アカウントに戻る方法。")},
	{"way", lang.T("The name that the template or the record gives the way.", "ひな形か記録での、その方法の名前。")},
	{"missing", lang.T("What the way is short of.", "その方法に足りないもの。")},
	{"wait", lang.T("How long the way takes: 24h, 30d.", "その方法にかかる時間（24h、30d など）。")},
	{"wait: null", lang.T("The way does not work.", "その方法は使えません。")},
	{"theft", lang.T("With --thief: what somebody else has, and opens with it.", "--thief を付けたとき。ほかの人の手に渡るものと、それで入れるアカウント。")},
}

func eventRows(a *app) []tagged {
	var rows []tagged
	for _, k := range recovery.EventKinds {
		rows = append(rows, tagged{a.glossed(string(k)), a.text(k.Label())})
	}
	for _, k := range whatifKeys {
		rows = append(rows, tagged{k.key, a.text(k.text)})
	}
	return rows
}
