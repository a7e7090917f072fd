package cli

// backupReadme is put into every automatic backup. It is read by somebody who
// has only the backup and stock tools, perhaps years from now, so it names
// neither this program's commands nor any address that may be gone.
const backupReadme = `This is a backup of a memovault vault. It opens without memovault.

What is in here
  slots/*.age        each opens the vault with one key (passphrase, recovery key ...)
  index.age          the table of contents
  records/*.age      the records, one file each (JSON text)
  history/*/*.age    their earlier revisions, by number
  attachments/*.age  attached files
  hints/*.txt        which SSH key or hardware key a slot is for, if any

All but the hints are files of the age tool (age-encryption.org, version 1.0 or newer).
Unpack the archive, open a terminal in the folder, then:

With the passphrase (one of the files in slots asks for it; where age complains,
take the next):
  age -d -i slots/SLOT.age index.age
  age -d -i slots/SLOT.age records/RECORD.age

With the recovery key on paper: put it into a file key.txt as one line without
spaces, AGE-SECRET-KEY-1 first, without the check letters. Then:
  age -d -i key.txt slots/SLOT.age > vault-key.txt
  age -d -i vault-key.txt index.age
  age -d -i vault-key.txt records/RECORD.age
  Afterwards delete key.txt and vault-key.txt: they open everything.

With an age key file, or an SSH key (~/.ssh/id_ed25519): as with the recovery
key, with that file in the place of key.txt. With a hardware key: install the
plugin of age for it; its identity is in hints/SLOT.txt, if that is there, and
goes into key.txt.

An attachment begins with one line that says how many bytes the file has; the
file follows, then zero bytes as padding.

----------------------------------------------------------------------

これは memovault の金庫の控えです。memovault がなくても開けます。

中身
  slots/*.age        金庫を開ける鍵穴。鍵（合言葉、回復キーなど）1 つにつき 1 つ
  index.age          目次
  records/*.age      記録。1 件が 1 ファイル（JSON の文字）
  history/*/*.age    前の版
  attachments/*.age  添付ファイル
  hints/*.txt        どの SSH の鍵・ハードウェアの鍵のものか（あるときだけ）

hints のほかは、どれも age という道具（age-encryption.org、1.0 以降）のファイルです。
この書庫を展開し、そのフォルダーで端末を開いて、次のように打ちます。

合言葉で開けるとき（slots の中のどれか 1 つが合言葉を聞いてきます。age が文句を
言ったら、次のファイルで試してください）:
  age -d -i slots/SLOT.age index.age
  age -d -i slots/SLOT.age records/RECORD.age

紙の回復キーで開けるとき: 回復キーを空白なしの 1 行で key.txt に書きます。
AGE-SECRET-KEY-1 から始め、確かめの文字は入れません。それから:
  age -d -i key.txt slots/SLOT.age > vault-key.txt
  age -d -i vault-key.txt index.age
  age -d -i vault-key.txt records/RECORD.age
  終わったら key.txt と vault-key.txt を消してください。何でも開けてしまう鍵です。

age の鍵ファイルや SSH の鍵（~/.ssh/id_ed25519）で開けるとき: key.txt の代わりに
そのファイルを使い、回復キーと同じように進めます。ハードウェアの鍵のときは、age の
プラグインを入れてください。hints/SLOT.txt があれば、その中身を key.txt に書きます。

添付ファイルは、最初の 1 行に元のファイルのバイト数があり、その次が中身、
最後は詰め物のゼロです。
`
