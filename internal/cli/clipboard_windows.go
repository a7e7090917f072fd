package cli

import (
	"errors"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	user32   = windows.NewLazySystemDLL("user32.dll")
	kernel32 = windows.NewLazySystemDLL("kernel32.dll")

	procOpenClipboard    = user32.NewProc("OpenClipboard")
	procCloseClipboard   = user32.NewProc("CloseClipboard")
	procEmptyClipboard   = user32.NewProc("EmptyClipboard")
	procSetClipboardData = user32.NewProc("SetClipboardData")
	procGetClipboardData = user32.NewProc("GetClipboardData")
	procRegisterFormat   = user32.NewProc("RegisterClipboardFormatW")
	procGlobalAlloc      = kernel32.NewProc("GlobalAlloc")
	procGlobalFree       = kernel32.NewProc("GlobalFree")
	procGlobalLock       = kernel32.NewProc("GlobalLock")
	procGlobalUnlock     = kernel32.NewProc("GlobalUnlock")
	procGlobalSize       = kernel32.NewProc("GlobalSize")
)

const (
	formatUnicodeText = 13     // CF_UNICODETEXT
	memoryMoveable    = 0x0002 // GMEM_MOVEABLE
)

// unwatched are the formats by which Windows is asked to keep a copy out of
// clipboard monitors, out of the clipboard history (Win+V) and out of the
// clipboard that is shared with other devices. The value of the last two is a
// DWORD, 0 for no.
var unwatched = []string{"ExcludeClipboardContentFromMonitorProcessing", "CanIncludeInClipboardHistory", "CanUploadToCloudClipboard"}

// openClipboard returns the clipboard of Windows, which is always there.
func openClipboard() (*clipboard, error) {
	return &clipboard{write: writeClipboard, read: readClipboard, clear: clearClipboard}, nil
}

// withClipboard runs f while the clipboard is ours; another program may have it
// for a moment. It belongs to the thread that opened it.
func withClipboard(f func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for range 20 {
		if ok, _, _ := procOpenClipboard.Call(0); ok != 0 {
			defer procCloseClipboard.Call()
			return f()
		}
		time.Sleep(25 * time.Millisecond)
	}
	return errNoClipboard
}

func writeClipboard(text string) error {
	units, err := windows.UTF16FromString(text)
	if err != nil {
		return err
	}
	return withClipboard(func() error {
		procEmptyClipboard.Call()
		for _, name := range unwatched {
			if err := setFormat(registeredFormat(name), []uint16{0, 0}); err != nil {
				return err
			}
		}
		return setFormat(formatUnicodeText, units)
	})
}

func registeredFormat(name string) uintptr {
	p, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return 0
	}
	format, _, _ := procRegisterFormat.Call(uintptr(unsafe.Pointer(p)))
	return format
}

// setFormat puts data on the clipboard in one format. The system owns the
// memory once it has taken it.
func setFormat(format uintptr, units []uint16) error {
	size := uintptr(len(units)) * 2
	h, _, err := procGlobalAlloc.Call(memoryMoveable, size)
	if h == 0 {
		return err
	}
	at, _, err := procGlobalLock.Call(h)
	if at == 0 {
		procGlobalFree.Call(h)
		return err
	}
	copy(unsafe.Slice((*uint16)(pointer(at)), len(units)), units)
	procGlobalUnlock.Call(h)
	if taken, _, err := procSetClipboardData.Call(format, h); taken == 0 {
		procGlobalFree.Call(h)
		return err
	}
	return nil
}

// pointer makes a pointer of an address that the system gave.
func pointer(at uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&at)) }

func readClipboard() (text string, err error) {
	err = withClipboard(func() error {
		h, _, _ := procGetClipboardData.Call(formatUnicodeText)
		if h == 0 {
			return nil // there is no text on it
		}
		at, _, err := procGlobalLock.Call(h)
		if at == 0 {
			return err
		}
		defer procGlobalUnlock.Call(h)
		size, _, _ := procGlobalSize.Call(h)
		text = windows.UTF16ToString(unsafe.Slice((*uint16)(pointer(at)), size/2))
		return nil
	})
	return text, err
}

func clearClipboard() error {
	return withClipboard(func() error {
		if ok, _, err := procEmptyClipboard.Call(); ok == 0 {
			return errors.Join(errNoClipboard, err)
		}
		return nil
	})
}
