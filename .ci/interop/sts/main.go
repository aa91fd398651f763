// Command sts serves the STS of "samlogin demo" on loopback for identity providers that nobody here wrote: it verifies
// the signatures of their responses.
//
//	sts CERTIFICATE.pem…
//
// It prints its address, and ends when its standard input does.
package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/samlogin/samlogin/sts/demo"
)

func main() {
	var trust []*x509.Certificate
	for _, name := range os.Args[1:] {
		text, err := os.ReadFile(name)
		if err != nil {
			log.Fatal(err)
		}
		block, _ := pem.Decode(text)
		if block == nil {
			log.Fatalf("%s holds no certificate", name)
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			log.Fatal(err)
		}
		trust = append(trust, certificate)
	}
	service := demo.New(demo.Config{
		Trust: trust, DefaultMax: 4 * time.Hour,
		Observe: func(c demo.Call) { log.Printf("%s %s %s %d %s", c.Action, c.Role, c.Duration, c.Status, c.Code) },
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s\n", listener.Addr())
	server := &http.Server{Handler: service, ReadHeaderTimeout: 10 * time.Second}
	go func() { log.Fatal(server.Serve(listener)) }()
	_, _ = io.Copy(io.Discard, os.Stdin)
}
