package idp_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/adfs"
)

// frames is an HTTP/2 server of which a test decides frame by frame what it says to a POST.
type frames struct {
	posts, gets atomic.Int32
	page        string
	toPost      func(f *http2.Framer, stream uint32) error
}

func (s *frames) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	if _, err := io.ReadFull(conn, make([]byte, len(http2.ClientPreface))); err != nil {
		return
	}
	f := http2.NewFramer(conn, conn)
	f.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	if f.WriteSettings() != nil {
		return
	}
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			return
		}
		switch frame := frame.(type) {
		case *http2.SettingsFrame:
			if !frame.IsAck() {
				err = f.WriteSettingsAck()
			}
		case *http2.MetaHeadersFrame:
			if frame.StreamEnded() {
				s.gets.Add(1)
				err = s.answer(f, frame.StreamID)
			}
		case *http2.DataFrame:
			if frame.StreamEnded() {
				if s.posts.Add(1) > 1 { // once too often: let it end
					err = s.answer(f, frame.StreamID)
				} else {
					err = s.toPost(f, frame.StreamID)
				}
			}
		}
		if err != nil {
			return
		}
	}
}

func (s *frames) answer(f *http2.Framer, stream uint32) error {
	var block headerBlock
	e := hpack.NewEncoder(&block)
	for _, h := range [][2]string{{":status", "200"}, {"content-type", "text/html"}} {
		if err := e.WriteField(hpack.HeaderField{Name: h[0], Value: h[1]}); err != nil {
			return err
		}
	}
	return errors.Join(f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: block, EndHeaders: true}), f.WriteData(stream, true, []byte(s.page)))
}

type headerBlock []byte

func (b *headerBlock) Write(p []byte) (int, error) { *b = append(*b, p...); return len(p), nil }

// HTTP/2 lets a server say that it has not looked at a request, upon which Go's client sends it again: a server that
// says so of a password that it has read would get it, and count it, time after time.
//
// security case 20
func TestAServerThatDisownsAPasswordGetsItOnce(t *testing.T) {
	for name, toPost := range map[string]func(*http2.Framer, uint32) error{
		"refused stream": func(f *http2.Framer, stream uint32) error {
			return f.WriteRSTStream(stream, http2.ErrCodeRefusedStream)
		},
		"cancelled": func(f *http2.Framer, stream uint32) error { return f.WriteRSTStream(stream, http2.ErrCodeCancel) },
		"HTTP/1.1 wanted": func(f *http2.Framer, stream uint32) error {
			return f.WriteRSTStream(stream, http2.ErrCodeHTTP11Required)
		},
		"going away, nothing read": func(f *http2.Framer, _ uint32) error { return f.WriteGoAway(0, http2.ErrCodeNo, nil) },
		"going away, and gone": func(f *http2.Framer, _ uint32) error {
			return errors.Join(f.WriteGoAway(0, http2.ErrCodeNo, nil), io.EOF)
		},
		"too much of it": func(f *http2.Framer, _ uint32) error {
			return errors.Join(f.WriteGoAway(0, http2.ErrCodeEnhanceYourCalm, nil), io.EOF)
		},
	} {
		t.Run(name, func(t *testing.T) {
			cert := httptest.NewUnstartedServer(nil)
			cert.StartTLS()
			defer cert.Close()
			listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: cert.TLS.Certificates, NextProtos: []string{"h2"}})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = listener.Close() }()
			s := &frames{page: posting("/post"), toPost: toPost}
			go func() {
				for {
					conn, err := listener.Accept()
					if err != nil {
						return
					}
					go s.serve(conn)
				}
			}()
			roots := x509.NewCertPool()
			roots.AddCert(cert.Certificate())
			transport := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots}}
			transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, listener.Addr().String())
			}
			defer transport.CloseIdleConnections()
			c := idp.Config{Transport: transport, Home: origin(t, "https://"+host), Recognisers: adfs.Recognisers(adfs.Wishes{}), Username: "jane@example.com"}
			_, err = idp.NewWalk(c).Run(t.Context(), at(t, "https://"+host+startURL), stored())
			var network *idp.NetworkError
			if !errors.As(err, &network) || network.Step != "sending user name and password" {
				t.Errorf("ended with %v", err)
			}
			if gets, posts := s.gets.Load(), s.posts.Load(); gets != 1 || posts != 1 {
				t.Errorf("%d pages asked for, the password was sent %d times", gets, posts)
			}
		})
	}
}
