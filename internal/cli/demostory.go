package cli

import "memovault/internal/lang"

// A demoRecord is an invented record of the story.
type demoRecord struct {
	template string
	name     lang.Text
	title    lang.Text
	fields   map[string]lang.Text
}

// both is a text that reads the same in both languages.
func both(s string) lang.Text { return lang.Text{EN: s, JA: s} }

var (
	demoOwner  = lang.T("Hanako Yamada", "山田 花子")
	demoMail   = both("hanako.yamada@isp.example.jp")
	demoBirth  = both("1951-04-01")
	demoDrawer = lang.T("drawer", "引き出し")
	demoNone   = lang.T("none", "なし")
	demoHelper = lang.T("taro", "太郎")
	demoTold   = "2020-04-11" // the day of the page that tells the story
)

// demoOffice is the record that the demonstration shows and prints.
var demoOffice = demoRecord{"office", both("office"),
	lang.T("Office of the new PC", "新しいパソコンの Office"),
	map[string]lang.Text{
		"product":            lang.T("Office Home & Business, came with the PC", "Office Home & Business（パソコンに付属）"),
		"product_key":        both("BCDFG-HJKMP-QRTVN-XY234-67JXR"),
		"first_install_only": both("yes"),
		"account_email":      demoMail,
		"registered_name":    demoOwner,
		"birth_date":         demoBirth,
		"bound_account":      both("microsoft"),
		"licence_kind":       both("preinstalled"),
		"key_card":           lang.T("blue folder, desk", "机の青いファイル"),
	}}

// demoOthers is what the account hangs on.
var demoOthers = []demoRecord{
	{"microsoft", both("microsoft"),
		lang.T("her Microsoft account", "花子さんのアカウント"),
		map[string]lang.Text{
			"account_email":      demoMail,
			"phone":              demoNone,
			"security_email":     demoNone,
			"two_step":           both("off"),
			"authenticator":      demoNone,
			"recovery_code":      demoNone,
			"registered_name":    demoOwner,
			"birth_date":         demoBirth,
			"old_password_hints": lang.T("the cat, and a year", "猫と、ある年"),
			"password_kept":      lang.T("a slip of paper in the drawer", "引き出しの中の紙"),
		}},
	{"mailbox", both("mailbox"),
		lang.T("mail of the former flat", "前の住まいの回線のメール"),
		map[string]lang.Text{
			"address":       demoMail,
			"provider":      lang.T("Example Net (invented)", "サンプルネット（架空）"),
			"class":         both("isp"),
			"contract":      lang.T("the line of the former flat", "前の住まいの光回線"),
			"contract_ends": both("2019-11-30"),
		}},
	{"phone-line", both("phone"),
		lang.T("landline of that flat", "前の住まいの固定電話"),
		map[string]lang.Text{
			"number":        both("048-000-0000"),
			"kind":          both("landline"),
			"contract_name": demoOwner,
			"contract_ends": both("2019-11-30"),
		}},
	{"place", demoDrawer,
		lang.T("desk drawer, emptied", "片付けてしまった机"),
		map[string]lang.Text{
			"spot":     lang.T("desk drawer in the former flat", "前の住まいの机の引き出し"),
			"contents": lang.T("the slip with the password", "パスワードを書いた紙"),
		}},
	{"person", demoHelper,
		lang.T("her son; can get mail", "息子さん。メールを受け取れる"),
		map[string]lang.Text{
			"registered_name": lang.T("Taro Yamada", "山田 太郎"),
			"relation":        lang.T("son", "息子"),
			"email":           both("taro@webmail.example.com"),
		}},
}

// answers is the record as add --from-json takes it.
func (r demoRecord) answers(l lang.Lang) map[string]any {
	fields := make(map[string]string, len(r.fields))
	for key, value := range r.fields {
		fields[key] = value.In(l)
	}
	return map[string]any{"title": r.title.In(l), "owner": demoOwner.In(l), "fields": fields}
}

// play tells the story and runs its commands.
func (d *demo) play() {
	d.tell(lang.T("An invented example in a temporary vault: nothing is asked, nothing of yours is touched, nothing stays behind.",
		"作り話の例です。一時的な金庫を使います。何も聞かず、ご自分の金庫には触れず、あとには何も残しません。"))
	d.out.WriteByte('\n')
	d.tell(lang.T("What happened, as a PC-support technician in Japan told it (as of %s): a customer had to install Office again. The key on the card works for the first installation only; after that the licence belongs to a Microsoft account. Its password was on a slip of paper, now lost. The code to reset it went to the mail address of a provider, cancelled with the former flat. No mobile number was registered. The recovery form, tried again and again, refused.",
		"もとになった出来事です（パソコンサポートの方の話、%s 時点）。お客様が Office を入れ直そうとしました。カードのプロダクトキーは最初の 1 回だけのもので、そのあとの権利は Microsoft アカウントにあります。パスワードを書いた紙は、なくしました。再設定のコードは、引っ越しで解約したプロバイダーのメールに届きます。携帯の番号は登録していません。回復のフォームを何度送っても断られました。"), demoTold)

	d.chapter(1, lang.T("Note it: one question after the other (here the answers are given for you)", "記録する: 質問に 1 つずつ答えるだけ（ここでは答えを入れてあります）"))
	d.command("add", "office")
	d.add(demoOffice)
	d.tell(lang.T("and so on: the account, the mailbox, the phone, the drawer, her son", "続けて、アカウント、メール、電話、引き出し、息子さんも"))
	for _, r := range demoOthers {
		d.add(r, "--quiet")
	}

	d.chapter(2, lang.T("What is in the vault", "金庫の中を見る"))
	d.typed("list")

	d.chapter(3, lang.T("One record, its key hidden", "1 件を見る（キーは隠れます）"))
	d.typed("show", "office")

	d.chapter(4, lang.T("The same on paper: print it, write where it is kept, lock it away", "紙に残す: 印刷し、保管場所を書いて、鍵のかかる所へ"))
	d.typed("print", "office")

	d.chapter(5, lang.T("Audit it: what would lock her out, before it happens", "点検する: 戻れなくなる原因を、そうなる前に知らせます"))
	d.typed("audit", "microsoft", "--rule", "M01", "--rule", "P01")

	d.chapter(6, lang.T("What if? All that can happen, the worst first; then: the slip is lost", "もしも: 起こりうることを全部、困るものから。次に、紙をなくしたら"))
	d.typed("whatif")
	d.typed("whatif", "lose:"+demoDrawer.In(d.a.lang))

	d.chapter(7, lang.T("Before an address goes: what hangs on it, in the order in which to go", "アドレスがなくなる前に: それに頼っているものを、手を付ける順に"))
	d.typed("retire", demoMail.EN)

	d.chapter(8, lang.T("After the loss: what to try, what to type, what will be asked", "なくしたあとに: 試すこと、打つもの、聞かれること"))
	d.typedUntil(" 2. ", "recover", "office", "--after", "lose:"+demoDrawer.In(d.a.lang))
	d.tell(lang.T("and so on: the steps of the service, the questions of the form with her answers, what not to do, whom to call. As a picture, for a sheet of A4:",
		"続けて、画面ごとの手順、フォームの質問とその答え、してはいけないこと、電話の番号。図にして A4 の紙に印刷するなら、こうします。"))
	d.command("map", "-o", "map.html")

	d.chapter(9, lang.T("What would have saved this account (as of %s)", "何があれば助かったか（%s 時点）"), demoTold)
	d.point(lang.T("Register a mail address you always use, not one that ends with a contract.",
		"いつも使うメールアドレスを登録しておく。住まいの契約と一緒に消えるものは避けます。"))
	d.point(lang.T("Register a mobile number. As long as a code can reach you, a forgotten password is no problem. A landline gets no SMS.",
		"携帯の番号を登録しておく。コードさえ受け取れれば、パスワードを忘れても困りません。固定電話に SMS は届きません。"))
	d.point(lang.T("Print it. The form asks for name and birth date exactly as registered; nobody remembers that after years.",
		"印刷しておく。フォームでは、登録したとおりの氏名と生年月日を聞かれます。何年もたつと、だれも覚えていません。"))
	d.point(lang.T("Know whose mail you can use: the form wants an address that works today. The record \"%s\" has one.",
		"メールを借りられる人を決めておく。フォームには、いま使えるアドレスが要ります。記録「%s」にあります。"), demoHelper)

	d.chapter(10, lang.T("A copy elsewhere, which opens without this program too", "別の場所に写しを。このプログラムがなくても開けます"))
	d.command("export", "-o", "copy.age")
	d.tell(lang.T("asks for a passphrase of its own. Years from now, with the free tool age alone:", "そのファイル専用の合言葉を聞きます。何年かあと、無料の道具 age だけでも、こうして開けます。"))
	d.out.WriteString("$ age -d copy.age | tar x\n")

	d.chapter(11, lang.T("Now yours", "では、ご自分の分を"))
	d.command("add", "office")
	d.tell(lang.T("makes your vault first, with a passphrase and a recovery key for paper.", "はじめに金庫を作ります。合言葉（パスフレーズ）と、紙に残す回復キーが付きます。"))
}
