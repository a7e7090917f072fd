package maildomain

import "memovault/internal/lang"

// An ending says what happens to an address at cancellation or on leaving. Rows
// name it, since hundreds of domains share a few; source is an id of
// lists/sources.tsv.
type ending struct {
	text   lang.Text
	source string
}

// keepDays are the days within which an address can still be kept, of the
// endings that name such a term.
var keepDays = map[string]int{"docomo": 31, "portable": 31, "rakuten": 31}

var endings = map[string]ending{
	"docomo": {lang.T(
		"it ends with the line, unless “docomo mail portability” (330 yen a month, private lines only) is taken within 31 days of cancelling; that needs the d account that was issued with the line",
		"解約すると使えなくなります。解約から 31 日以内に「ドコモメール持ち運び」（月 330 円・個人の契約のみ）を申し込めば残せます。申し込みには、その回線で発行した d アカウントが必要です"),
		"portability"},
	"portable": {lang.T(
		"it ends with the line, unless the carrier's mail portability (330 yen a month for each address, private lines only) is taken within 31 days of cancelling",
		"解約すると使えなくなります。解約から 31 日以内に携帯電話会社の「メール持ち運び」（1 アドレスにつき月 330 円・個人の契約のみ）を申し込めば残せます"),
		"portability"},
	"not-portable": {lang.T(
		"it ends with the line, and the carrier's mail portability does not cover it: change what it is registered with before you cancel",
		"解約すると使えなくなります。「メール持ち運び」の対象外です。このアドレスを登録しているサービスを、解約する前に変更してください"),
		"portability"},
	"rakuten": {lang.T(
		"it ends with the last line, unless “Raku-mail portability” is taken within 31 days",
		"回線をすべて解約すると使えなくなります。31 日以内に「楽メール持ち運び」を申し込めば残せます"),
		"rakuten"},
	"carrier": {lang.T(
		"it ends with the line, and somebody else may get it later: change what it is registered with before you cancel",
		"解約すると使えなくなり、あとで別の人が同じアドレスを使うこともあります。このアドレスを登録しているサービスを、解約する前に変更してください"),
		"carrier-jp"},
	"isp-jp": {lang.T(
		"it ends with the provider's contract; many providers have a plan for the address alone, to be taken before you cancel: ask them first",
		"プロバイダーを解約すると使えなくなります。メールアドレスだけを残すプランがあるプロバイダーも多いので、解約する前に問い合わせてください"),
		"mailonly"},
	"ybb": {lang.T(
		"it ends with the Yahoo! BB contract",
		"Yahoo! BB を解約すると使えなくなります"),
		"mailonly"},
	"plala": {lang.T(
		"plala is closing: its fibre line on 31 March 2027, its mail, as announced, on 31 March 2028. Change what it is registered with before that",
		"ぷららはサービスを終了します。「ぷらら光」は 2027 年 3 月 31 日、メールは 2028 年 3 月 31 日までの予定です。このアドレスを登録しているサービスを、それまでに変更してください"),
		"plala-end"},
	"isp": {lang.T(
		"it is the provider's: some end it with the contract, some keep it for a fee. Ask before you cancel",
		"プロバイダーのアドレスです。解約と同時に使えなくなる会社も、有料で残せる会社もあります。解約する前に問い合わせてください"),
		"leave"},
	"isp-es": {lang.T(
		"it may be blocked without a word when you change the provider: change what it is registered with before that",
		"プロバイダーを変えると、予告なく使えなくなることがあります。このアドレスを登録しているサービスを、その前に変更してください"),
		"leave-es"},
	"att": {lang.T(
		"AT&T's terms let you keep it after the internet service ends; ask before you cancel",
		"AT&T の規約では、インターネットの契約が終わっても使い続けられます。念のため、解約する前に問い合わせてください"),
		"leave-us"},
	"charter": {lang.T(
		"it is lost when the service is cancelled",
		"解約すると使えなくなります"),
		"leave-us"},
	"verizon": {lang.T(
		"Verizon gave up mail in 2017; the addresses that were kept are now with AOL",
		"Verizon は 2017 年にメールをやめました。残したアドレスは、いまは AOL が預かっています"),
		"verizon"},
	"bt": {lang.T(
		"after leaving BT it stays usable on the web alone; more costs a monthly fee. Ask before you cancel",
		"BT を解約したあとは、ウェブでだけ使えます。それ以上は月額の料金がかかります。解約する前に問い合わせてください"),
		"leave-uk"},
	"sky": {lang.T(
		"Sky lets people keep it after they leave; ask before you cancel",
		"Sky は解約のあとも使わせてくれます。念のため、解約する前に問い合わせてください"),
		"leave-uk"},
	"virgin": {lang.T(
		"it is deleted 90 days after you leave",
		"解約から 90 日で削除されます"),
		"leave-uk"},
	"talktalk": {lang.T(
		"since 31 October 2025 it costs a fee for those who are no longer with TalkTalk, and is closed without it",
		"2025 年 10 月 31 日から、TalkTalk を解約した人は有料になりました。払わないと閉じられます"),
		"talktalk"},
	"orange": {lang.T(
		"it can be used for six months after the contract; then Orange may delete it without notice",
		"解約から 6 か月は使えます。そのあとは、予告なく削除されることがあります"),
		"leave-fr"},
	"tmc": {lang.T(
		"TPG gave up mail in 2023: what was not moved to The Messaging Company is deleted, what was moved costs a fee since 2024",
		"TPG は 2023 年にメールをやめました。The Messaging Company に移さなかったアドレスは削除され、移したアドレスは 2024 年から有料です"),
		"tmc"},
	"hinet": {lang.T(
		"it ends with the HiNet line, within about a week, unless it is moved to another HiNet line",
		"HiNet の回線を解約すると、1 週間ほどで使えなくなります。別の HiNet の回線に移せば残せます"),
		"hinet"},
	"relay": {lang.T(
		"it passes mail on to another address of yours: when the account with the relay ends, or shrinks to a smaller plan, it may go deaf",
		"届いたメールを本当のアドレスに転送しています。転送サービスをやめたり、下のプランに変えたりすると、届かなくなることがあります"),
		"relay"},
	"ieee": {lang.T(
		"it is there for as long as the membership",
		"会員でいるあいだだけ使えます"),
		"ieee"},
	"school": {lang.T(
		"many schools close it at graduation or some months later: change what it is registered with before that",
		"卒業と同時、または数か月後に使えなくなる学校が多くあります。このアドレスを登録しているサービスを、卒業する前に変更してください"),
		"school"},
	"work": {lang.T(
		"it is usually closed when you leave: change what it is registered with before that",
		"退職すると、たいていは使えなくなります。このアドレスを登録しているサービスを、その前に変更してください"),
		"work"},
}
