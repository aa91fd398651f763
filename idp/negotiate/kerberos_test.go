package negotiate_test

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/idptest"
	"github.com/samlogin/samlogin/idp/negotiate"
	"github.com/samlogin/samlogin/saml/secret"
)

// The whole of Kerberos is proved against MIT's KDC and Apache in .ci/interop. These tests are about what goes wrong.

func secretOf(s string) secret.Text  { return secret.New(s) }
func encode(b []byte) string         { return base64.StdEncoding.EncodeToString(b) }
func target(t testing.TB) idp.Origin { return originOf(t, "https://adfs.example.com") }
func decode(t testing.TB, s string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func originOf(t testing.TB, s string) idp.Origin {
	t.Helper()
	o, err := idp.ParseOrigin(s)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// kdc answers every request with the same error, over TCP, and counts. "" never answers.
func kdc(t *testing.T, code int32) (address string, asked *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	asked = &atomic.Int32{}
	// A proof of the password that is lost on the way would be sent again, and counted twice: UDP is not used.
	udp, err := net.ListenPacket("udp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = udp.Close() })
	go func() {
		if _, _, err := udp.ReadFrom(make([]byte, 1)); err == nil {
			asked.Add(100)
		}
	}()
	reply := messages.NewKRBError(types.PrincipalName{NameType: 2, NameString: []string{"krbtgt", "CORP.EXAMPLE.COM"}}, "CORP.EXAMPLE.COM", code, "\x1b[31mwords of the KDC")
	body, err := reply.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				var n [4]byte
				if _, err := io.ReadFull(c, n[:]); err != nil {
					return
				}
				_, _ = io.CopyN(io.Discard, c, int64(binary.BigEndian.Uint32(n[:])))
				asked.Add(1)
				_, _ = c.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...))
			}()
		}
	}()
	return l.Addr().String(), asked
}

// environment has a krb5.conf whose one KDC is at an address.
func environment(t *testing.T, address string, more map[string]string) negotiate.Options {
	t.Helper()
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	if err := os.Mkdir(filepath.Join(folder, "krb5.conf.d"), 0o700); err != nil {
		t.Fatal(err)
	}
	// The realm comes from an included folder, as on Red Hat's systems, where the main file has a section of its own.
	write("krb5.conf.d/realm.conf", "[realms]\n CORP.EXAMPLE.COM = {\n  kdc = "+address+"\n }\n")
	write("krb5.conf.d/.hidden.conf", "not krb5.conf at all\n[realms\n")
	conf := write("krb5.conf", "includedir "+folder+"/krb5.conf.d\n[libdefaults]\n default_realm = CORP.EXAMPLE.COM\n dns_lookup_kdc = false\n[realms]\n OTHER.TEST = {\n  kdc = 127.0.0.1:1\n }\n")
	env := map[string]string{"KRB5_CONFIG": conf, "KRB5CCNAME": "FILE:" + filepath.Join(folder, "cache")}
	for name, value := range more {
		env[name] = value
	}
	return negotiate.Options{Env: func(name string) string { return env[name] }}
}

func method(t *testing.T, o negotiate.Options, name string) idp.WindowsMethod {
	t.Helper()
	for _, m := range negotiate.Methods(negotiate.Kerberos, o) {
		if m.Name() == name {
			return m
		}
	}
	t.Fatalf("no method is %q", name)
	return nil
}

const byPassword = "a Kerberos ticket for the password"

func TestWhatTheKDCSaysIsUnderstood(t *testing.T) {
	for code, want := range map[int32]string{
		errorcode.KDC_ERR_C_PRINCIPAL_UNKNOWN: "refused the user name or password",
		errorcode.KDC_ERR_CLIENT_REVOKED:      "account is locked",
		errorcode.KDC_ERR_KEY_EXPIRED:         "password has expired",
		errorcode.KRB_AP_ERR_SKEW:             "too far apart",
		errorcode.KDC_ERR_ETYPE_NOSUPP:        "gave no ticket",
		errorcode.KDC_ERR_S_PRINCIPAL_UNKNOWN: "knows no service HTTP/adfs.example.com",
	} {
		address, asked := kdc(t, code)
		o := environment(t, address, nil)
		for _, user := range []string{`CORP\jane`, "jane@corp.example.com", "jane"} {
			before := asked.Load()
			_, err := method(t, o, byPassword).Begin(t.Context(), target(t), user, secretOf(password))
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%d for %s: %v, want %q", code, user, err, want)
				continue
			}
			idptest.Absent(t, password, "the error", err.Error())
			if strings.Contains(err.Error(), "\x1b") {
				t.Errorf("%q has control characters", err)
			}
			if n := asked.Load() - before; n != 1 {
				t.Errorf("%d for %s: the KDC was asked %d times", code, user, n)
			}
		}
	}
}

func TestNoKDC(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	_, err = method(t, environment(t, address, nil), byPassword).Begin(t.Context(), target(t), `CORP\jane`, secretOf(password))
	windowsError(t, err, idp.NoKDC)
	// A realm that nobody has named a KDC for.
	_, err = method(t, environment(t, address, nil), byPassword).Begin(t.Context(), target(t), "jane@elsewhere.test", secretOf(password))
	var e *idp.WindowsError
	if !errors.As(err, &e) || (e.Reason != idp.NoKDC && e.Reason != idp.KerberosConfig) {
		t.Error(err)
	}
}

func windowsError(t testing.TB, err error, want idp.WindowsReason) {
	t.Helper()
	var e *idp.WindowsError
	if !errors.As(err, &e) || e.Reason != want {
		t.Errorf("%v, want a *idp.WindowsError of reason %d", err, want)
	} else if e.Hint() == "" {
		t.Errorf("%v has no hint", err)
	}
}

// A KDC that takes the connection and says nothing must not hold up a ctrl-C.
func TestASilentKDCDoesNotHoldUpTheEnd(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("ctrl-C")
	go func() {
		c, err := l.Accept()
		if err == nil {
			cancel(stop)
			_, _ = io.Copy(io.Discard, c)
		}
	}()
	if _, err := method(t, environment(t, l.Addr().String(), nil), byPassword).Begin(ctx, target(t), "jane", secretOf(password)); !errors.Is(err, stop) {
		t.Error(err)
	}
}

func TestNothingHereIsAbsentAndNotAFault(t *testing.T) {
	folder := t.TempDir()
	file := func(name string, body []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, c := range map[string]struct {
		env  map[string]string
		want string
	}{
		"no cache":            {map[string]string{"KRB5CCNAME": "FILE:" + folder + "/none"}, "there is no"},
		"a keyring":           {map[string]string{"KRB5CCNAME": "KEYRING:persistent:1000"}, "kind KEYRING"},
		"KCM":                 {map[string]string{"KRB5CCNAME": "KCM:"}, "kind KCM"},
		"an empty cache":      {map[string]string{"KRB5CCNAME": file("empty", nil)}, "cannot be read"},
		"a cache cut short":   {map[string]string{"KRB5CCNAME": file("cut", []byte("\x05\x04\x00\x0c\x00\x01\x00\x08\xff\xff"))}, "not for"},
		"a cache of lengths":  {map[string]string{"KRB5CCNAME": file("long", []byte("\x05\x04\x00\x00\x00\x00\x00\x01\x7f\xff\xff\xff\x7f\xff\xff\xff"))}, "cannot be read"},
		"not a cache":         {map[string]string{"KRB5CCNAME": file("text", []byte("hello"))}, "nvalid credential cache"},
		"a cache, no tickets": {map[string]string{"KRB5CCNAME": file("bare", cacheOf("jane"))}, "holds none"},
		"somebody else's":     {map[string]string{"KRB5CCNAME": file("other", cacheOf("alice"))}, "is for alice@CORP.EXAMPLE.COM and not for"},
	} {
		t.Run(name, func(t *testing.T) {
			o := environment(t, "127.0.0.1:1", c.env)
			_, err := method(t, o, "a Kerberos ticket").Begin(t.Context(), target(t), `CORP\jane`, secret.Text{})
			windowsError(t, err, idp.NoTicket)
			if !errors.Is(err, idp.ErrAbsent) || !strings.Contains(fmt.Sprint(err), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
			_, err = method(t, o, "a Kerberos keytab").Begin(t.Context(), target(t), `CORP\jane`, secret.Text{})
			windowsError(t, err, idp.NoTicket)
		})
	}
	o := environment(t, "127.0.0.1:1", map[string]string{"KRB5_CLIENT_KTNAME": "FILE:" + file("keys", []byte("\x05\x02\x7f\xff\xff\xff"))})
	_, err := method(t, o, "a Kerberos keytab").Begin(t.Context(), target(t), "", secret.Text{})
	windowsError(t, err, idp.NoTicket)
}

// cacheOf is a ticket cache of version 4 with a principal and no ticket.
func cacheOf(name string) []byte {
	b := []byte("\x05\x04\x00\x00\x00\x00\x00\x01\x00\x00\x00\x01")
	for _, s := range []string{"CORP.EXAMPLE.COM", name} {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(s))), s...)
	}
	return b
}

func TestAutoIsOnlyWhatIsThere(t *testing.T) {
	names := func(o negotiate.Options, mode negotiate.Mode) string {
		var all []string
		for _, m := range negotiate.Methods(mode, o) {
			all = append(all, m.Name())
		}
		return strings.Join(all, ", ")
	}
	cache := filepath.Join(t.TempDir(), "cache")
	if err := os.WriteFile(cache, cacheOf("jane"), 0o600); err != nil {
		t.Fatal(err)
	}
	with := environment(t, "127.0.0.1:1", map[string]string{"KRB5CCNAME": cache, "KRB5_CLIENT_KTNAME": cache})
	without := environment(t, "127.0.0.1:1", nil)
	ring := environment(t, "127.0.0.1:1", map[string]string{"KRB5CCNAME": "KEYRING:x"})
	for _, c := range []struct{ got, want string }{
		{names(with, negotiate.Auto), "a Kerberos ticket, a Kerberos keytab"},
		{names(without, negotiate.Auto), ""}, {names(ring, negotiate.Auto), ""},
		{names(with, negotiate.Off), ""}, {names(with, ""), ""},
		{names(without, negotiate.Kerberos), "a Kerberos ticket, a Kerberos keytab, " + byPassword},
		{names(with, negotiate.NTLM), "NTLM"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestAKrb5ConfThatCannotBeRead(t *testing.T) {
	folder := t.TempDir()
	loop := filepath.Join(folder, "loop")
	if err := os.WriteFile(loop, []byte("include "+loop+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(folder, "none"), loop, folder} {
		o := negotiate.Options{Env: func(name string) string { return map[string]string{"KRB5_CONFIG": path}[name] }}
		_, err := method(t, o, byPassword).Begin(t.Context(), target(t), "jane", secretOf(password))
		windowsError(t, err, idp.KerberosConfig)
	}
}
