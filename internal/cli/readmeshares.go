package cli

// sharesReadme is added to the README of a backup whose vault has a key in shares.
const sharesReadme = `
----------------------------------------------------------------------

With shares (sheets of paper with eleven groups each): the program below, to be
saved as shares.py, makes a key of them. It needs Python 3. Write as many of them
as the sheets say into a file shares.txt, one share on each line. Then:
  python3 shares.py shares.txt > key.txt
and go on as with a recovery key. Afterwards delete shares.txt too.

分け札（11 組の文字が書かれた紙）で開けるとき: 下のプログラムを shares.py という名前で
保存します。Python 3 が要ります。紙に書いてある枚数だけ、1 枚を 1 行にして shares.txt に
書き、次のように打ちます。
  python3 shares.py shares.txt > key.txt
あとは回復キーと同じです。終わったら shares.txt も消してください。

` + sharesScript

// sharesScript puts shares together without this program. docs/format.md has it
// too.
const sharesScript = `# python3 shares.py shares.txt > key.txt
import re, sys
order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
letters = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"

def number(text):
    n = 0
    for c in text:
        n = n * 32 + letters.index(c)
    return n

def checksum(prefix, values):
    sum = 1
    for v in [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix] + values:
        top, sum = sum >> 25, (sum & 0x1ffffff) << 5 ^ v
        for i, g in enumerate([0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]):
            if top >> i & 1:
                sum ^= g
    return sum

shares = {}
for line in open(sys.argv[1]):
    s = re.sub("[^A-Z0-9]", "", line.upper()).replace("MEMOVAULTSHARE1", "")
    s = s.replace("O", "0").replace("B", "8").replace("I", "L").replace("1", "L")
    if len(s) == 77:  # with check letters
        s = "".join(s[i:i + 6] for i in range(0, 77, 7))
    if s:
        if len(s) != 66 or checksum("memovault-share-", [letters.index(c) for c in s]) != 1:
            sys.exit("mistyped: " + line)
        need, shares[number(s[7])] = number(s[6]), number(s[8:60]) >> 4
if len(shares) < need:
    sys.exit("%d different shares are needed" % need)

points, secret = list(shares.items())[:need], 0
for x, y in points:
    for other, _ in points:
        if other != x:
            y = y * other * pow(other - x, order - 2, order) % order
    secret = (secret + y) % order
values = [(secret << 4) >> 5 * i & 31 for i in reversed(range(52))]
check = checksum("age-secret-key-", values + [0] * 6) ^ 1
values += [check >> 5 * i & 31 for i in reversed(range(6))]
print("AGE-SECRET-KEY-1" + "".join(letters[v] for v in values))
`
