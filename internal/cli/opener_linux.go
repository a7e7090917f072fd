package cli

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// ofAnotherUser reports whether the process at the other end of a connection
// within this computer belongs to another user than this one. The system's
// administrator may read everything anyway, and the browsers of Windows come
// as that where this is Linux within Windows. Where the system does not say,
// the answer is no.
func ofAnotherUser(address string) bool {
	peer, err := netip.ParseAddrPort(address)
	if err != nil || !peer.Addr().Is4() {
		return false
	}
	table, err := os.Open("/proc/net/tcp")
	if err != nil {
		return false
	}
	defer table.Close()
	uid, known := connectionUser(table, peer)
	return known && uid != 0 && uid != os.Getuid()
}

// connectionUser looks up in a table as /proc/net/tcp is one, proc(5), whose the
// connection is that has the address at its own end.
func connectionUser(table io.Reader, own netip.AddrPort) (uid int, known bool) {
	ip := own.Addr().As4()
	want := fmt.Sprintf("%08X:%04X", binary.NativeEndian.Uint32(ip[:]), own.Port())
	lines := bufio.NewScanner(table)
	for lines.Scan() {
		columns := strings.Fields(lines.Text())
		if len(columns) < 8 || columns[1] != want {
			continue
		}
		if uid, err := strconv.Atoi(columns[7]); err == nil {
			return uid, true
		}
	}
	return 0, false
}
