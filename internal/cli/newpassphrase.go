package cli

import (
	"crypto/rand"
	"errors"
	"os"
	"strings"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/passphrase"
	"memovault/internal/term"
)

// generatePassphrase makes a passphrase, shows it once, takes it off the screen
// and has it typed back.
func (a *app) generatePassphrase(t *term.Terminal) (string, error) {
	which := passphrase.English
	if a.lang == lang.JA {
		which = passphrase.Romaji
	}
	phrase, reading, err := passphrase.Generate(which, rand.Reader)
	if err != nil {
		return "", err
	}
	for {
		if err := a.showOnce(t, phrase, reading); err != nil {
			return "", err
		}
		typed, err := t.ReadSecret(a.text(lang.T("Type it here: ", "打ち込んでください: ")))
		if errors.Is(err, term.ErrTooLong) || errors.Is(err, term.ErrControl) {
			typed, err = "", nil
		}
		if err != nil {
			return "", err
		}
		if strings.Join(strings.Fields(typed), " ") == phrase {
			a.tell(t, 2, a.text(lang.T("that is right", "一致しました")))
			t.Print("\n")
			return phrase, nil
		}
		if hasNonASCII(typed) {
			a.tell(t, 2, a.text(lang.T("switch the input method off before you type it", "日本語入力を切ってから打ってください")))
		}
		a.tell(t, 2, a.text(lang.T("that was different; here it is once more", "違っていました。もう一度お見せします")))
	}
}

// showOnce shows a passphrase until Enter is pressed.
func (a *app) showOnce(t *term.Terminal, phrase, reading string) error {
	shown := "\n  " + a.text(lang.T("Passphrase:", "合言葉:")) + "  " + phrase + "\n"
	if reading != "" {
		shown += "         （" + reading + "）\n"
	}
	cols, _ := t.Size()
	advice := a.text(lang.T("Write it on paper. Enter takes it off the screen; then you type it to be sure.", "紙に書いてください。Enter で画面から消えます。そのあと打ち込んで確かめます。"))
	shown += "\n" + strings.Join(term.Wrap(advice, max(cols-1, narrowest)), "\n") + "\n"
	t.Print(shown)
	prompt := a.text(lang.T("Enter: ", "Enter を押す: "))
	if _, err := a.readLine(t, term.Line{Prompt: prompt}); err != nil {
		return err
	}
	t.Erase(t.CountRows(shown + prompt))
	return nil
}

// choosePassphrase asks for the person's own, judges it, and has it repeated.
func (a *app) choosePassphrase(t *term.Terminal, prompt lang.Text) (string, error) {
	for {
		typed, err := t.ReadSecret(a.text(prompt))
		if errors.Is(err, term.ErrTooLong) || errors.Is(err, term.ErrControl) {
			err = explainTyped(err)
		} else if err != nil {
			return "", err
		}
		pass := ""
		if err == nil {
			pass, err = keyring.NormalizePassphrase(typed)
		}
		if err != nil {
			a.tell(t, 2, a.explain(err).what.in(a.lang))
			continue
		}
		ok, err := a.acceptPassphrase(t, pass)
		if err != nil {
			return "", err
		}
		if ok {
			return pass, nil
		}
	}
}

// acceptPassphrase says how strong a passphrase is, lets a person insist on a
// weak one, and compares a second typing.
func (a *app) acceptPassphrase(t *term.Terminal, pass string) (bool, error) {
	if hasNonASCII(pass) {
		a.tell(t, 2, a.text(lang.T("note: it has characters that need an input method; on another computer they may be hard to type", "ご注意: 日本語入力が要る文字が入っています。ほかのパソコンでは打ちにくいかもしれません")))
	}
	if weak := a.weakness(pass); !weak.empty() {
		a.tell(t, 2, weak.in(a.lang))
		yes, err := a.confirm(lang.T("  Use it all the same?", "  それでもこれにしますか？"))
		if err != nil || !yes {
			return false, err
		}
	} else {
		a.tell(t, 2, a.text(lang.T("good: guessing it would take longer than anyone has", "十分に強い合言葉です")))
	}
	again, err := t.ReadSecret(a.text(lang.T("Once more: ", "もう一度: ")))
	if err != nil && !errors.Is(err, term.ErrTooLong) && !errors.Is(err, term.ErrControl) {
		return false, err
	}
	again, _ = keyring.NormalizePassphrase(again)
	if again != pass {
		a.tell(t, 2, a.text(lang.T("the two differ; please begin again", "2 回の入力が違います。最初からお願いします")))
		return false, nil
	}
	a.tell(t, 2, a.text(lang.T("that is right", "一致しました")))
	t.Print("\n")
	return true, nil
}

func hasNonASCII(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r > 126 })
}

// weakness says why a passphrase is too weak, or nothing.
func (a *app) weakness(pass string) words {
	v := passphrase.Judge(pass, []string{os.Getenv("USER"), os.Getenv("USERNAME"), a.name, "vault", "memovault"})
	if len([]rune(pass)) < passphrase.MinLength {
		return said(lang.T("too short: at least %d characters", "短すぎます（%d 文字以上にしてください）"), passphrase.MinLength)
	}
	if v.Score >= passphrase.MinScore {
		return words{}
	}
	return said(lang.T("weak, %s; guessed in %s", "弱い合言葉です（%s）。%sで破られます"), whyWeak[v.Why], a.duration(v.Seconds))
}

// whyWeak has the words for what makes a passphrase weak.
var whyWeak = map[passphrase.Why]lang.Text{
	passphrase.Short:          lang.T("too little in it", "文字が足りません"),
	passphrase.CommonPassword: lang.T("one of the most used passwords", "よく使われるパスワードです"),
	passphrase.Name:           lang.T("a name", "人の名前が入っています"),
	passphrase.Word:           lang.T("too few words", "言葉の数が足りません"),
	passphrase.Date:           lang.T("a date", "日付が入っています"),
	passphrase.Repeat:         lang.T("the same again and again", "同じものの繰り返しです"),
	passphrase.Sequence:       lang.T("letters or numbers in a row", "順番どおりの並びです"),
	passphrase.Keyboard:       lang.T("neighbouring keys", "キーボードの隣どうしの並びです"),
	passphrase.UserInput:      lang.T("something others know", "ほかの人が知っていそうな言葉です"),
}

// duration rounds seconds to what a person can picture.
func (a *app) duration(seconds float64) string {
	switch {
	case seconds < 60:
		return a.text(lang.T("less than a minute", "1 分以内"))
	case seconds < 3600:
		return a.text(lang.T("%d minutes", "%d 分ほど"), int(seconds/60))
	case seconds < 48*3600:
		return a.text(lang.T("%d hours", "%d 時間ほど"), int(seconds/3600))
	case seconds < 700*24*3600:
		return a.text(lang.T("%d days", "%d 日ほど"), int(seconds/86400))
	}
	return a.text(lang.T("years", "数年"))
}

// makeOrChoose lets the person have a passphrase made, or choose one.
func (a *app) makeOrChoose(t *term.Terminal, prompt lang.Text) (string, error) {
	n, err := a.choose([]string{
		a.text(lang.T("make one for me that is easy to remember (recommended)", "覚えやすい合言葉を作ってもらう（おすすめ）")),
		a.text(lang.T("I will choose one myself", "自分で決める")),
	}, 1, nil)
	if err != nil {
		return "", err
	}
	if n == 0 {
		return a.generatePassphrase(t)
	}
	return a.choosePassphrase(t, prompt)
}

// strongEnough refuses a new passphrase from a script that is weak.
func (a *app) strongEnough(pass string) (string, error) {
	pass, err := keyring.NormalizePassphrase(pass)
	if err != nil {
		return "", err
	}
	if weak := a.weakness(pass); !weak.empty() {
		return "", &failure{status: statusUsage, code: "weak_passphrase",
			what: said(lang.T("the passphrase is too weak", "合言葉が弱すぎます")), why: weak,
			next: []words{said(lang.T("six unrelated words are strong and can be remembered", "関係のない言葉を 6 つ以上並べると、強くて覚えやすくなります"))}}
	}
	return pass, nil
}
