package cli

import (
	"fmt"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

// A topic is a page of help that belongs to no single command.
type topic struct {
	name     string
	title    lang.Text
	text     lang.Text
	examples []example
	rows     func(a *app) []tagged
}

// tagged is a term with what it means.
type tagged struct{ tag, text string }

// topics are the pages, in the order in which help lists them.
var topics = []topic{
	{name: "fields", title: lang.T("kinds of fields, and what is checked", "項目の種類と、確かめること"),
		text: lang.T(`Each field of a record has a kind. It decides what is checked when you type, what is hidden on
the screen and how it is printed. What is odd is said, and kept if you insist; only what cannot
be stored is refused.`,
			`記録の項目には種類があり、打ち込んだときに確かめること、画面で隠すかどうか、紙への出し方が決まります。
おかしなところはお知らせしますが、そのままでよければ残せます。しまえないものだけはお断りします。`),
		examples: []example{
			{"templates office", lang.T("the fields of one template, with their kinds", "ひな形の項目と、その種類")},
			{"edit office --field phone=090-0000-0000", lang.T("set one field", "項目を 1 つ書く")},
			{"edit office --field product_key=-", lang.T("a secret is typed, or read from standard input", "秘密の項目は、打ち込むか標準入力から読む")},
		},
		rows: kindRows},
	{name: "ways", title: lang.T("ways back in, and where things are kept", "戻る方法と、もののある所"),
		text: lang.T(`A way is one route into an account: everything that it needs, together. Any one way will do.
The templates know the ways of their services; you switch off those that an account does not
have, and add those that only you know of. Needs stand with + between, alternatives with |
between, and "2 of a|b|c" means any two. An ID is a word of your own, in front of a colon.`,
			`方法とは、アカウントに戻る道筋 1 つのことで、そこに要るものが全部そろえば戻れます。方法はどれか
1 つあれば足ります。サービスの方法はひな形が知っています。そのアカウントにない方法は「使わない」にし、
自分だけが知っている方法は足してください。要るものは + でつなぎ、どれか 1 つでよいものは | でつなぎます。
「項目|項目|項目 のうち 2」なら、そのうち 2 つが要ります。コロンの前には、自分で付けた名前を書きます。`),
		examples: []example{
			{"edit google ways", lang.T("see them, and answer questions", "方法を見て、質問に答えながら直す")},
			{"edit google --way 'mother: record:taro + paper:drawer'", lang.T("add one", "1 つ足す")},
			{"edit google --remove-way contact", lang.T("the account does not have this one", "このアカウントにはない方法")},
			{"edit google --kept password=memory,paper:drawer", lang.T("where the password is", "パスワードがどこにあるか")},
		},
		rows: needRows},
	eventsTopic,
	{name: "scripts", title: lang.T("use from a script", "スクリプトから使う"),
		text: lang.T(`Results go to standard output, everything else to standard error. Without a terminal, or with
--no-input, nothing is asked: where an answer is needed, the command ends with status 2 and names
the option that gives it. The passphrase comes from a file, an open descriptor or an age identity,
never from the command line or the environment. With --json the keys are English and stay as they
are ("schema": 1); a failure is one JSON object on standard error.`,
			`結果は標準出力に、それ以外は標準エラーに出します。端末がないときや --no-input のときは、何も聞きません。
答えが要るところでは終了ステータス 2 で終わり、それを渡すオプションを示します。合言葉は、ファイル、開いて
あるファイル記述子、age の鍵ファイルのどれかから渡します。コマンドの中や環境変数には書けません。
--json のキーは英語のままで、変わりません（"schema": 1）。失敗は、標準エラーに JSON 1 つで出ます。`),
		examples: []example{
			{"show office --field product_key --passphrase-file pass.txt", lang.T("one bare value", "値を 1 つだけ出す")},
			{"list --json --passphrase-fd 3", lang.T("the list as JSON; add 3< and a file", "一覧を JSON で（3< とファイルを付けて渡す）")},
			{"add mailbox --from-json - --no-input < mailbox.json", lang.T("note something, never ask", "何も聞かずに記録する")},
			{"edit office --field product_key=@key.txt --identity key.txt", lang.T("a secret from a file", "秘密の項目をファイルから")},
		}},
	{name: "files", title: lang.T("where everything lies", "ファイルの場所"),
		text: lang.T(`These are the places on this computer, for the vault that is meant when nothing else is said.`,
			`このパソコンでの場所です。--file などを付けないときの金庫について書いてあります。`),
		rows: fileRows},
	{name: "environment", title: lang.T("environment variables", "環境変数"),
		text: lang.T(`None of them holds a secret: other programs can read them.`,
			`秘密を入れるものはありません。ほかのプログラムからも読めるためです。`),
		rows: environmentRows},
	{name: "exit-status", title: lang.T("what a script gets back", "スクリプトが受け取る終了ステータス"),
		text: lang.T(`They are a promise: a number never changes its meaning.`,
			`番号の意味は、これからも変わりません。`),
		rows: statusRows},
}

// findTopic returns the topic of that name, or nil.
func findTopic(name string) *topic {
	for i := range topics {
		if topics[i].name == name {
			return &topics[i]
		}
	}
	return nil
}

// showTopic prints a topic: examples first, as in the help of a command.
func (a *app) showTopic(t *topic) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", a.reflow(a.text(t.text)))
	if len(t.examples) > 0 {
		fmt.Fprintf(&b, "%s\n%s\n\n", a.text(headings["examples"]), a.wrapExamples(a.examples(t.examples)))
	}
	if t.rows != nil {
		b.WriteString(a.taggedRows(t.rows(a)))
	}
	return a.paged(func() error {
		_, err := fmt.Fprintln(a.out, strings.TrimRight(b.String(), "\n"))
		return err
	})
}

// taggedRows sets terms and meanings in two columns; what is wider than nearly
// half the window has its meaning below.
func (a *app) taggedRows(rows []tagged) string {
	widest := 0
	for _, r := range rows {
		if w := term.Width(r.tag); w <= a.helpColumns()*9/20 {
			widest = max(widest, w)
		}
	}
	var b strings.Builder
	for _, r := range rows {
		if term.Width(r.tag) > max(widest, a.helpColumns()*9/20) {
			fmt.Fprintf(&b, "%s\n%s\n", a.indented(r.tag, 2), a.indented(r.text, belowIndent))
			continue
		}
		fmt.Fprintf(&b, "  %s\n", a.hang(term.PadRight(r.tag, widest)+"  ", r.text))
	}
	return b.String()
}

// fieldKinds say what the types of fields are for and what is checked.
var fieldKinds = []struct {
	kind record.Type
	text lang.Text
}{
	{record.TypeText, lang.T("One line, kept as typed.", "1 行の文字。打ったまま残します。")},
	{record.TypeSecret, lang.T("A password or PIN, kept as typed. Hidden on the screen; on paper only with --with-secrets.",
		"パスワードや暗証番号。打ったまま残します。画面では隠し、紙には --with-secrets のときだけ載せます。")},
	{record.TypeMultiline, lang.T("Several lines, kept as typed.", "何行でも書ける文字。打ったまま残します。")},
	{record.TypeEmail, lang.T("A mail address. Full-width letters become half-width. Japanese carriers' odd addresses are accepted.",
		"メールアドレス。全角は半角に直します。携帯会社の変わった形（..や@の前の.）も受け取ります。")},
	{record.TypePhone, lang.T("A telephone number, grouped as you type it. Japanese numbers are counted, and their kind is told.",
		"電話番号。区切りは打ったとおりに残します。日本の番号は桁数を数え、携帯か固定かなどを見分けます。")},
	{record.TypeProductKey, lang.T("A key that is used again and again. Letters that do not occur in it are named, and what they may be; check digits find a typing mistake where the key has them. Hidden but for its first and last group.",
		"何度も使うキー。使われない文字があれば、どの文字の読み違いかをお知らせします。検査用の数字があるキーなら、打ち間違いにも気づきます。画面では最初と最後の組だけを見せます。")},
	{record.TypeCodes, lang.T("A list of one-time codes, pasted in any form: numbering and headings are left out. Counted against what the service gives out; used ones are marked. Hidden.",
		"使い捨てのコードの一覧。番号や見出しが付いたまま貼り付けられます。サービスが出す個数と比べ、使ったものには印を付けます。画面では隠します。")},
	{record.TypeHint, lang.T("What reminds you of a password without being it. A hint that looks like the password is warned of.",
		"パスワードを思い出すための言葉。パスワードそのものらしいときは注意します。")},
	{record.TypeDate, lang.T("A date, a month or a year. Japanese eras are accepted: 昭和26年4月1日 is 1951-04-01.",
		"日付。年月だけ、年だけでもかまいません。元号でも打てます（昭和26年4月1日 は 1951-04-01）。")},
	{record.TypeURL, lang.T("An address of the web.", "ウェブのアドレス。")},
	{record.TypePersonName, lang.T("A name as it was registered, kept exactly: kanji, kana or Roman letters, and their order, matter.",
		"登録したとおりの名前。漢字・かな・ローマ字の別や順番が大切なので、打ったまま残します。")},
	{record.TypeOTPAuth, lang.T("The secret of an authenticator app (otpauth:// or letters). Hidden; show gives the current code.",
		"認証アプリの秘密の文字（otpauth:// で始まるものか、英数字）。画面では隠し、今のコードだけを見せます。")},
	{record.TypeRef, lang.T("The name of another record, e.g. the mailbox behind an address.", "ほかの記録の名前（そのアドレスのメールボックスなど）。")},
	{record.TypeChoice, lang.T("One of a few answers.", "決まった答えから 1 つ選びます。")},
}

func kindRows(a *app) []tagged {
	var rows []tagged
	for _, k := range fieldKinds {
		rows = append(rows, tagged{string(k.kind), a.text(k.text)})
	}
	return rows
}

// fileRows are the files as they lie for this vault.
func fileRows(a *app) []tagged {
	vault := a.path()
	return []tagged{
		{a.shortPath(vault), a.text(lang.T("The vault. Its standard place is ~/.local/share/memovault (or $XDG_DATA_HOME/memovault); on macOS ~/Library/Application Support/memovault, on Windows %%LocalAppData%%\\memovault. Another one: --file or $MEMOVAULT_FILE.",
			"金庫。標準の場所は ~/.local/share/memovault（$XDG_DATA_HOME があれば、その下の memovault）です。macOS では ~/Library/Application Support/memovault、Windows では %%LocalAppData%%\\memovault です。ほかの場所にするには --file か $MEMOVAULT_FILE を使います。"))},
		{a.shortPath(store.BackupDir(vault)) + "/", a.text(lang.T("The backups, made before the first change of a day. Each has a README.txt that says how to open it without this program.",
			"その日最初の変更の前に作る控え。このプログラムなしで開ける方法を書いた README.txt が、1 つずつに入っています。"))},
		{a.shortPath(vault) + ".lock", a.text(lang.T("Empty but for the number of the process that uses the vault. It may stay.",
			"使っているプロセスの番号だけが入る目印。残っていてもかまいません。"))},
		{a.shortPath(a.dirs.state) + "/pins/", a.text(lang.T("What this computer saw last of each vault, to notice an older copy. Holds nothing secret.",
			"このパソコンが最後に見た金庫の状態。古いものに置き換わったときに気づくためで、秘密は入りません。"))},
		{a.shortPath(a.templateDir()) + "/", a.text(lang.T("Templates of your own, NAME.json each. One of ours with the same name gives way.",
			"自分で作ったひな形（名前.json）。同じ名前のものがあれば、自分のほうが使われます。"))},
		{a.shortPath(a.nameDir()) + "/", a.text(lang.T("Names of records for completion. Only after %s completion --names on; not encrypted.",
			"補完に使う記録の名前。%s completion --names on とした金庫の分だけです。暗号化されていません。"), a.name)},
	}
}

// environment is what the program reads of the environment. A test holds it
// against the source.
var environment = []struct {
	names string
	text  lang.Text
}{
	{"MEMOVAULT_FILE", lang.T("The vault file, where --file does not say.", "金庫のファイル。--file がないときに使います。")},
	{"MEMOVAULT_LANG, LC_ALL, LC_MESSAGES, LANG", lang.T(
		"The language, where --lang does not say: the first of them that is set counts, and is English if not Japanese.",
		"言語。--lang がなければ、この順に見て、はじめに設定されていたものに従います（日本語でなければ英語です）。")},
	{"MEMOVAULT_PLAIN_INPUT", lang.T(
		"If set, questions are asked line by line without control sequences, e.g. for a screen reader. TERM=dumb does the same.",
		"これを設定すると、制御文字を使わず 1 行ずつ聞きます（読み上げソフトなど向け）。TERM=dumb でも同じです。")},
	{"MEMOVAULT_AMBIGUOUS_WIDE", lang.T(
		"If set, characters like ○ and ※ are counted as two columns, as some Japanese terminals show them.",
		"これを設定すると、○ や ※ などの文字を全角の幅（2 桁）で数えます。そう表示する端末向けです。")},
	{"XDG_DATA_HOME, XDG_STATE_HOME, XDG_CONFIG_HOME, LocalAppData, AppData", lang.T(
		"Where the vault, what belongs to it and templates of your own are put.", "金庫と、それに付くファイルと、自分のひな形の置き場所。")},
	{"MEMOVAULT_PAGER, PAGER, LESS", lang.T(
		"The program that shows long lists and help page by page: the first that is set, else less; cat for none. Never used for what --reveal shows. LESS is passed on.",
		"長い一覧や説明を 1 画面ずつ見せるプログラム。この順に見て、どれもなければ less を使います。cat とすると使いません。--reveal で見せるものには使いません。LESS はそのまま渡します。")},
	{"NO_COLOR, CLICOLOR_FORCE, CLICOLOR", lang.T(
		"Colours, where --color does not say: NO_COLOR or CLICOLOR=0 for none, CLICOLOR_FORCE=1 for always.",
		"色。--color がないときに見ます。NO_COLOR か CLICOLOR=0 なら付けず、CLICOLOR_FORCE=1 ならいつも付けます。")},
	{"WAYLAND_DISPLAY, DISPLAY", lang.T(
		"Which clipboard show --copy uses on Linux.", "Linux で show --copy が使うクリップボードを選びます。")},
	{"TERM", lang.T("dumb: see MEMOVAULT_PLAIN_INPUT.", "dumb なら MEMOVAULT_PLAIN_INPUT と同じ。")},
	{"LC_PAPER", lang.T("The country, where --size does not say: Letter for the United States and Canada, A4 elsewhere.", "--size がないときに見る国。アメリカとカナダなら letter、ほかは A4 にします。")},
	{"CUPS_SERVER", lang.T("Where CUPS is, if not on this computer.", "CUPS（印刷のしくみ）がほかのパソコンにあるときの場所。")},
	{"USER, USERNAME", lang.T(
		"A new passphrase may not be made of the user's name.",
		"新しい合言葉が利用者名でできていないかを調べます。")},
}

func environmentRows(a *app) []tagged {
	var rows []tagged
	for _, e := range environment {
		rows = append(rows, tagged{e.names, a.text(e.text)})
	}
	return rows
}

func statusRows(a *app) []tagged {
	var rows []tagged
	for _, s := range exitStatuses {
		rows = append(rows, tagged{fmt.Sprintf("%3d", s.status), a.text(s.text)})
	}
	return rows
}
