package ipp

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// Operations (RFC 8011, 5.4.15) and those of CUPS.
const (
	opPrintJob     = 0x0002
	opValidateJob  = 0x0004
	opCancelJob    = 0x0008
	opGetJob       = 0x0009
	opGetPrinter   = 0x000b
	opCUPSDefault  = 0x4001
	opCUPSPrinters = 0x4002
)

// How long an answer may take, and a document to go over.
const (
	answerTime   = 20 * time.Second
	documentTime = 5 * time.Minute
)

// A Server is a printer, or CUPS, at an address: ipp://HOST:631/ipp/print.
type Server struct {
	uri    *url.URL
	socket string // of CUPS on this computer, instead of a host
	client *http.Client
	user   string
	id     atomic.Uint32
}

// ErrAddress does not repeat the address, which may have a password in it.
var ErrAddress = errors.New("not the address of a printer")

// DefaultPort is that of IPP, and of CUPS.
const DefaultPort = "631"

// Dial prepares to speak with what has an address: ipp, ipps, http or https, or
// unix:///PATH for the socket of CUPS. Nothing is sent yet. The user is the name
// that a printer writes into its records. The only error is ErrAddress.
func Dial(address, user string) (*Server, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, ErrAddress
	}
	s := &Server{uri: u, user: user}
	transport := &http.Transport{
		TLSHandshakeTimeout:   answerTime,
		ResponseHeaderTimeout: documentTime,
		// Printers close connections that are idle for a few seconds, and a job that
		// is asked about just then would seem to be lost.
		DisableKeepAlives: true,
		// Printers have certificates that they made themselves, if any. Encryption
		// then still keeps out who only listens, as with every other program that prints.
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}
	switch u.Scheme {
	case "ipp", "ipps", "http", "https":
		if u.Hostname() == "" {
			return nil, ErrAddress
		}
	case "unix":
		s.socket = u.Path
		s.uri = &url.URL{Scheme: "ipp", Host: "localhost", Path: "/"}
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", s.socket)
		}
	default:
		return nil, ErrAddress
	}
	s.client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return s, nil
}

// At returns the same server for another address of it, of one of its printers.
// What the address says of the host is not followed: behind a tunnel or a socket
// a server knows itself by another name.
func (s *Server) At(uri string) *Server {
	u := *s.uri
	if other, err := url.Parse(uri); err == nil && other.Path != "" {
		u.Path = other.Path
	}
	return &Server{uri: &u, socket: s.socket, client: s.client, user: s.user}
}

// URI is the address in the form in which IPP names it.
func (s *Server) URI() string {
	u := *s.uri
	u.Scheme = strings.Replace(u.Scheme, "http", "ipp", 1)
	u.User = nil
	return u.String()
}

// Here reports whether the server is on this computer.
func (s *Server) Here() bool {
	return s.socket != "" || isHere(s.uri.Hostname())
}

// isHere reports whether a host is this computer.
func isHere(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// Encrypted reports whether what is sent is encrypted on its way.
func (s *Server) Encrypted() bool { return s.uri.Scheme == "ipps" || s.uri.Scheme == "https" }

// httpURL is where requests are posted.
func (s *Server) httpURL() string {
	u := *s.uri
	u.Scheme = strings.Replace(u.Scheme, "ipp", "http", 1)
	if u.Port() == "" && strings.HasPrefix(s.uri.Scheme, "ipp") {
		u.Host = net.JoinHostPort(u.Hostname(), DefaultPort)
	}
	return u.String()
}

// A StatusError is an answer that says no.
type StatusError struct {
	Code    int    // RFC 8011, appendix B: 0x040a for a document of a kind that is not taken
	Message string // what the printer says of it; not to be trusted
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("the printer refuses (status 0x%04x)", e.Code)
}

// statusNoSuccess is the first status that does not say that all went well (RFC
// 8011, appendix B).
const statusNoSuccess = 0x0100

// Statuses that callers tell apart.
const (
	NotFound          = 0x0406
	NotPossible       = 0x0404
	FormatUnsupported = 0x040a
	NotAccepting      = 0x0506
	Busy              = 0x0507
)

// An UnreachableError is a printer that cannot be spoken with.
type UnreachableError struct{ Err error }

func (e *UnreachableError) Error() string { return "the printer cannot be reached" }
func (e *UnreachableError) Unwrap() error { return e.Err }

// An AnswerError is an answer that is none of a printer: of a web server, say.
type AnswerError struct {
	HTTP int // status; 0 where that was fine
	Err  error
}

func (e *AnswerError) Error() string {
	if e.HTTP != 0 {
		return fmt.Sprintf("this does not answer as a printer does (HTTP status %d)", e.HTTP)
	}
	return "this does not answer as a printer does"
}
func (e *AnswerError) Unwrap() error { return e.Err }

// request begins a request that is about the server itself.
func (s *Server) request(op uint16, more ...attribute) *message {
	common := []attribute{
		{"attributes-charset", tagCharset, []any{"utf-8"}},
		{"attributes-natural-language", tagLanguage, []any{"en"}},
	}
	if op != opCUPSDefault && op != opCUPSPrinters {
		common = append(common, attribute{"printer-uri", tagURI, []any{s.URI()}})
	}
	return &message{code: op, groups: []group{{groupOperation, append(common, more...)}}}
}

func (s *Server) userName() attribute {
	return attribute{"requesting-user-name", tagName, []any{s.user}}
}

// do sends a request, with a document behind it or nil, and reads the answer.
func (s *Server) do(ctx context.Context, m *message, document []byte) (*message, error) {
	limit := answerTime
	if document != nil {
		limit = documentTime
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	m.id = s.id.Add(1)
	head := m.encode()
	body := io.MultiReader(bytes.NewReader(head), bytes.NewReader(document))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.httpURL(), body)
	if err != nil {
		return nil, &UnreachableError{err}
	}
	req.ContentLength = int64(len(head) + len(document))
	req.Header.Set("Content-Type", "application/ipp")
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, unreachable(ctx, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, &AnswerError{HTTP: resp.StatusCode}
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, mostAnswer))
	if err != nil {
		return nil, unreachable(ctx, err)
	}
	answer, err := decode(b)
	if err != nil {
		return nil, &AnswerError{Err: err}
	}
	if answer.id != m.id {
		return nil, &AnswerError{Err: errors.New("an answer to another question")}
	}
	if answer.code >= statusNoSuccess {
		return answer, &StatusError{int(answer.code), answer.group(groupOperation).text("status-message")}
	}
	return answer, nil
}

// unreachable tells who stopped: the person, or the network.
func unreachable(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	return &UnreachableError{err}
}
