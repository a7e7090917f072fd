package cli

import (
	"errors"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/term"
)

// explainKeyFile is about keys that nobody types: files, SSH keys, plugins.
func (a *app) explainKeyFile(err error) *failure {
	var (
		missing *keyring.MissingPluginError
		gaveUp  *keyring.PluginError
		kind    *keyring.SSHTypeError
	)
	switch {
	case errors.As(err, &missing):
		return &failure{status: statusNoKey, code: "plugin_missing",
			what: said(lang.T("the program age-plugin-%s, which this key needs, is not installed", "この鍵に要るプログラム age-plugin-%s が入っていません"), missing.Name),
			next: []words{said(lang.T("install it where programs are looked for (PATH), or open the vault by another key", "入れてから（PATH の通った場所に）やり直すか、ほかの鍵で開けてください"))}}
	case errors.As(err, &gaveUp):
		return &failure{status: statusNoKey, code: "plugin_failed",
			what: said(lang.T("the plugin %s could not use its key", "プラグイン %s は、鍵を使えませんでした"), gaveUp.Name),
			why:  said(lang.T("it says: %s", "プラグインの言い分: %s"), term.Sanitize(gaveUp.Message)),
			next: []words{said(lang.T("is the device plugged in? Otherwise open the vault by another key", "機器が挿してあるか確かめてください。だめなら、ほかの鍵で開けてください"))}}
	case errors.Is(err, keyring.ErrKeyPassphrase):
		return &failure{status: statusNoKey, code: "key_passphrase",
			what: said(lang.T("the key file has a passphrase of its own, and what was typed is another one", "鍵ファイルに付いているパスフレーズが違います")),
			next: []words{said(lang.T("it is the one given to ssh-keygen or age when the file was made, not the vault's", "金庫の合言葉ではなく、ssh-keygen や age で鍵を作ったときに付けたものです"))}}
	case errors.Is(err, keyring.ErrKeyLocked):
		return &failure{status: statusUsage, code: "key_locked",
			what: said(lang.T("the key file has a passphrase of its own, and there is no terminal to ask at", "鍵ファイルにパスフレーズが付いていますが、端末がないので聞けません")),
			next: []words{said(lang.T("run it at a terminal, or use a key file without one", "端末で実行するか、パスフレーズのない鍵ファイルを使ってください"))}}
	case errors.As(err, &kind):
		return &failure{status: statusUsage, code: "ssh_key_type", what: sshTypeWords(kind.Type),
			next: []words{said(lang.T("make one that can be used: ssh-keygen -t ed25519", "使える鍵を作るには: ssh-keygen -t ed25519"))}}
	case errors.Is(err, keyring.ErrSSHPublic):
		return &failure{status: statusUsage, code: "ssh_key_public",
			what: said(lang.T("this is the public half of an SSH key; it opens nothing", "これは SSH の公開鍵です。これでは開けられません")),
			next: []words{said(lang.T("the private one has the same name without .pub", "秘密鍵は、名前の末尾の .pub がないほうのファイルです"))}}
	case errors.Is(err, keyring.ErrSSHKey), errors.Is(err, errNoSSHKey):
		return &failure{status: statusUsage, code: "ssh_key",
			what: said(lang.T("this is not an SSH private key, or it is damaged", "SSH の秘密鍵ではないか、壊れています")),
			next: []words{said(lang.T("such a file begins with -----BEGIN OPENSSH PRIVATE KEY-----", "-----BEGIN OPENSSH PRIVATE KEY----- で始まるファイルです"))}}
	case errors.Is(err, keyring.ErrRecipientSecret):
		return &failure{status: statusUsage, code: "recipient_secret",
			what: said(lang.T("that is a secret key; as an argument others can see it", "それは秘密の鍵です。コマンドの引数にすると、ほかの人に見られます")),
			next: []words{said(lang.T("put it into a file, and do not use this one for anything any more", "鍵はファイルに入れてください。この鍵はもう使わないでください"))}}
	case errors.Is(err, keyring.ErrLabel):
		return &failure{status: statusUsage, code: "label",
			what: said(lang.T("a label has at most %d bytes on one line", "鍵の名前は 1 行で、%d バイトまでです"), keyring.MaxLabel)}
	case errors.Is(err, keyring.ErrLooksLikeRecoveryKey):
		return &failure{status: statusUsage, code: "looks_like_key",
			what: said(lang.T("this would be taken for a mistyped recovery key; choose another passphrase", "打ち間違えた回復キーと見分けが付きません。別の合言葉にしてください"))}
	}
	return nil
}

// sshTypeWords says why nothing can be sealed to an SSH key of a type.
func sshTypeWords(kind string) words {
	switch kind {
	case "putty":
		return said(lang.T("this is a key of PuTTY; save it from PuTTYgen as an OpenSSH key first", "PuTTY の鍵です。まず PuTTYgen で OpenSSH 形式に変換してください"))
	case "sk":
		return said(lang.T("this SSH key lies in a security key, which can sign but not open anything", "この SSH の鍵はセキュリティキーの中にあり、署名はできても、開けることはできません"))
	case "rsa":
		return said(lang.T("this RSA key is too short; at least 2,048 bits are needed", "この RSA の鍵は短すぎます。2,048 ビット以上が要ります"))
	}
	return said(lang.T("SSH keys of the type %s can only sign; ed25519 and rsa can open something", "%s の SSH の鍵は署名しかできません。使えるのは ed25519 と rsa です"), kind)
}
