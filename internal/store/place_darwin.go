package store

import "golang.org/x/sys/unix"

var networkKinds = map[string]string{
	"nfs": "nfs", "smbfs": "smb", "afpfs": "afp", "webdav": "webdav", "macfuse": "fuse", "osxfuse": "fuse",
}

func networkKind(dir string) string {
	var st unix.Statfs_t
	if unix.Statfs(dir, &st) != nil {
		return ""
	}
	return networkKinds[unix.ByteSliceToString(st.Fstypename[:])]
}
