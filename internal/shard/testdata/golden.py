"""Writes golden.txt: the codes of a known payload on pages of 22, made from
docs/format.md alone. Nothing of it is shared with the Go package.

    python3 golden.py > golden.txt
"""
import hashlib
import zlib

PIECE, PAGE = 625, 22
SQUARE = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

power, log = [0] * 255, {}
x = 1
for i in range(255):
    power[i], log[x] = x, i
    x <<= 1
    if x & 0x100:
        x ^= 0x11D


def times(a, b):
    return power[(log[a] + log[b]) % 255] if a and b else 0


def raised(a, n):
    return 1 if n == 0 else power[log[a] * n % 255] if a else 0


def inverse(m):
    n = len(m)
    m = [row + [int(i == j) for j in range(n)] for i, row in enumerate(m)]
    for i in range(n):
        j = next(j for j in range(i, n) if m[j][i])
        m[i], m[j] = m[j], m[i]
        by = power[-log[m[i][i]] % 255]
        m[i] = [times(by, v) for v in m[i]]
        for j in range(n):
            if j != i and m[j][i]:
                by = m[j][i]
                m[j] = [v ^ times(by, w) for v, w in zip(m[j], m[i])]
    return [row[n:] for row in m]


def product(row, columns):
    out = []
    for column in zip(*columns):
        v = 0
        for a, b in zip(row, column):
            v ^= times(a, b)
        out.append(v)
    return out


def base45(b):
    out = ""
    for i in range(0, len(b), 2):
        pair = b[i:i + 2]
        v = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            v, c = divmod(v, 45)
            out += SQUARE[c]
    return out


payload = b"".join(hashlib.sha256(b"%d" % i).digest() for i in range(635))[:20300]
N = -(-len(payload) // PIECE)
pages = -(-(N + PAGE + 2) // PAGE)
K = pages * PAGE - N
padded = (payload * 2)[:N * PIECE]
pieces = [list(padded[i * PIECE:(i + 1) * PIECE]) for i in range(N)]

V = [[raised(r, c) for c in range(N)] for r in range(N + K)]
unit = inverse(V[:N])
rows = [product(v, unit) for v in V]
for i, row in enumerate(rows):
    head = bytes([1]) + hashlib.sha256(payload).digest()[:4] + bytes([0, 1, N, K, i, PAGE])
    code = head + len(payload).to_bytes(3, "big") + bytes(product(row, pieces))
    print("VB1:" + base45(code + zlib.crc32(code).to_bytes(4, "big")) + ".")
