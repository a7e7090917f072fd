package maildomain

import "memovault/internal/lang"

// endings say what happens to an address at cancellation or on leaving. Rows
// name them, since hundreds of domains share a few. The source is an id of
// lists/sources.tsv.
var endings = map[string]struct {
	text   lang.Text
	source string
}{
	"isp-jp": {lang.T(
		"it ends with the provider's contract; many providers have a plan for the address alone, to be taken before you cancel: ask them first",
		"プロバイダーを解約すると使えなくなります。メールアドレスだけを残すプランがあるプロバイダーも多いので、解約する前に問い合わせてください"),
		"mailonly"},
	"ybb": {lang.T(
		"it ends with the Yahoo! BB contract",
		"Yahoo! BB を解約すると使えなくなります"),
		"mailonly"},
	"docomo": {lang.T(
		"it ends with the line, unless “docomo mail portability” (330 yen a month, private lines) is taken within 31 days; that needs the d account that was issued with the line",
		"解約すると使えなくなります。解約から 31 日以内に「ドコモメール持ち運び」（月 330 円・個人の契約のみ）を申し込めば残せます。申し込みには、回線で発行した d アカウントが必要です"),
		"portability"},
	"portable": {lang.T(
		"it ends with the line, unless the carrier's mail portability (330 yen a month for each address, private lines) is taken within 31 days",
		"解約すると使えなくなります。解約から 31 日以内に携帯電話会社の「メール持ち運び」（1 アドレスにつき月 330 円・個人の契約のみ）を申し込めば残せます"),
		"portability"},
	"carrier": {lang.T(
		"it ends with the line: change what it is registered with before you cancel",
		"解約すると使えなくなります。このアドレスを登録しているサービスを、解約する前に変更してください"),
		"portability"},
}
