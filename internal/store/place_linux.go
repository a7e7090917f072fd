package store

import "golang.org/x/sys/unix"

// networkKinds are file system magics of statfs(2).
var networkKinds = map[int64]string{
	0x6969:     "nfs",
	0xFF534D42: "smb", // cifs
	0xFE534D42: "smb", // smb2
	0x517B:     "smb",
	0x65735546: "fuse",
	0x01021997: "9p",
	0x00C36400: "ceph",
	0x5346414F: "afs",
	0x564C:     "ncp",
}

func networkKind(dir string) string {
	var st unix.Statfs_t
	if unix.Statfs(dir, &st) != nil {
		return ""
	}
	return networkKinds[int64(st.Type)&0xFFFFFFFF]
}
