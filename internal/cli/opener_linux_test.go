package cli

import (
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
)

const someConnections = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:9C40 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1001        0 51234 1 0000000000000000 20 4 30 10 -1
   1: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 51235 1 0000000000000000 20 4 30 10 -1
   2: 0100007F:9C41
`

func TestConnectionUser(t *testing.T) {
	for address, want := range map[string]int{"127.0.0.1:40000": 1001, "127.0.0.1:8080": 1000, "127.0.0.1:40001": -1, "127.0.0.2:40000": -1} {
		uid, known := connectionUser(strings.NewReader(someConnections), netip.MustParseAddrPort(address))
		if known != (want >= 0) || known && uid != want {
			t.Errorf("%s: %d %t", address, uid, known)
		}
	}
}

// TestOwnConnection asks the system itself: this process's own connection is of
// this user.
func TestOwnConnection(t *testing.T) {
	if _, err := os.Stat("/proc/net/tcp"); err != nil {
		t.Skip("the system has no table of connections")
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	c, err := net.Dial("tcp4", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	table, err := os.Open("/proc/net/tcp")
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	own := c.LocalAddr().String()
	if uid, known := connectionUser(table, netip.MustParseAddrPort(own)); !known || uid != os.Getuid() || ofAnotherUser(own) {
		t.Errorf("%s: user %d, known %t", own, uid, known)
	}
	for _, address := range []string{"", "nonsense", "[::1]:80", "127.0.0.1:1"} {
		if ofAnotherUser(address) {
			t.Errorf("%q is said to be of another user", address)
		}
	}
}

func FuzzConnectionUser(f *testing.F) {
	f.Add(someConnections)
	f.Add("x\n\n 0100007F:9C40 0100007F:9C40 a b c d e f")
	f.Fuzz(func(t *testing.T, table string) {
		uid, known := connectionUser(strings.NewReader(table), netip.MustParseAddrPort("127.0.0.1:40000"))
		if known && !strings.Contains(table, "0100007F:9C40") {
			t.Errorf("%d of an address that is not there", uid)
		}
	})
}
