package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// licences are the ones a module may have, each with the words by which its text is known.
var licences = []struct {
	name  string
	words *regexp.Regexp
}{
	{"Apache-2.0", regexp.MustCompile(`Apache License\s+Version 2\.0, January 2004`)},
	{"BSD", regexp.MustCompile(`Redistribution and use in source and binary forms, with or without\s+modification,\s+are\s+permitted`)},
	{"MPL-2.0", regexp.MustCompile(`Mozilla Public License,? (?:Version|version) 2\.0`)},
	{"MIT", regexp.MustCompile(`(?s)Permission is hereby granted, free of charge, to any person obtaining a copy.*THE SOFTWARE IS PROVIDED\s+"AS IS"`)},
	{"ISC", regexp.MustCompile(`Permission to use, copy, modify,(?: and|\s+and/or) distribute this software for any\s+purpose with or without fee`)},
}

// reviewed are the modules that somebody has looked at before they were linked in: who makes them, what they do when the
// program starts, and that the path is the one that was meant and not one that looks like it.
var reviewed = []string{
	"filippo.io/age",
	"filippo.io/hpke",
	"github.com/AlecAivazis/survey/v2",
	"github.com/Azure/go-ntlmssp",
	"github.com/PuerkitoBio/goquery",
	"github.com/alexbrainman/sspi",
	"github.com/andybalholm/cascadia",
	"github.com/aws/aws-sdk-go-v2",
	"github.com/aws/aws-sdk-go-v2/internal/configsources",
	"github.com/aws/aws-sdk-go-v2/internal/endpoints/v2",
	"github.com/aws/aws-sdk-go-v2/internal/v4a",
	"github.com/aws/aws-sdk-go-v2/service/internal/accept-encoding",
	"github.com/aws/aws-sdk-go-v2/service/internal/presigned-url",
	"github.com/aws/aws-sdk-go-v2/service/sts",
	"github.com/aws/smithy-go",
	"github.com/beevik/etree",
	"github.com/chromedp/cdproto",
	"github.com/chromedp/chromedp",
	"github.com/crewjam/saml",
	"github.com/danieljoos/wincred",
	"github.com/go-json-experiment/json",
	"github.com/godbus/dbus/v5",
	"github.com/gofrs/flock",
	"github.com/hashicorp/go-uuid",
	"github.com/inconshreveable/mousetrap",
	"github.com/jcmturner/aescts/v2",
	"github.com/jcmturner/dnsutils/v2",
	"github.com/jcmturner/gofork",
	"github.com/jcmturner/goidentity/v6",
	"github.com/jcmturner/gokrb5/v8",
	"github.com/jcmturner/rpc/v2",
	"github.com/jonboulle/clockwork",
	"github.com/mattermost/xml-roundtrip-validator",
	"github.com/mattn/go-isatty",
	"github.com/pelletier/go-toml/v2",
	"github.com/rivo/uniseg",
	"github.com/russellhaering/goxmldsig",
	"github.com/spf13/cobra",
	"github.com/spf13/pflag",
	"github.com/zalando/go-keyring",
	"golang.org/x/crypto",
	"golang.org/x/net",
	"golang.org/x/sys",
	"golang.org/x/term",
	"golang.org/x/text",
	"software.sslmate.com/src/go-pkcs12",
}

// What is linked into the program, on any system, was looked at by its exact path, may be handed on with the program, is
// the module of that name and not another in its place, and is one of the versions without known holes.
func TestModules(t *testing.T) { // security case 151, 152
	least := map[string]string{"github.com/russellhaering/goxmldsig": "v1.6.1", "golang.org/x/net": "v0.62.0", "github.com/Azure/go-ntlmssp": "v0.1.1", "github.com/crewjam/saml": "v0.5.1", "golang.org/x/crypto": "v0.58.0"}
	seen := map[string]string{}
	for _, system := range []string{"linux", "darwin", "windows"} {
		cmd := exec.Command("go", "list", "-deps", "-json=Module", ".")
		cmd.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		for list := json.NewDecoder(strings.NewReader(string(out))); ; {
			var p struct {
				Module *struct {
					Path, Version, Dir string
					Main               bool
					Replace            *struct{ Path string }
				}
			}
			if err := list.Decode(&p); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			if m := p.Module; m != nil && !m.Main && seen[m.Path] == "" {
				seen[m.Path] = m.Version
				if !slices.Contains(reviewed, m.Path) {
					t.Errorf("%s is new: look at it, then name it in reviewed", m.Path)
				}
				if m.Replace != nil {
					t.Errorf("%s is replaced by %s", m.Path, m.Replace.Path)
				}
				if licence(m.Dir) == "" {
					t.Errorf("%s has no licence of the list", m.Path)
				}
			}
		}
	}
	for _, path := range reviewed {
		if seen[path] == "" {
			t.Errorf("%s is not linked in any more: take it out of reviewed", path)
		}
	}
	for path, want := range least {
		if have := seen[path]; have != "" && older(have, want) {
			t.Errorf("%s is %s, and has to be %s at least", path, have, want)
		}
	}
}

// licence is the name of the licence in a module's folder, "" where there is none of the list.
func licence(folder string) string {
	for _, name := range []string{"LICENSE", "LICENSE.txt", "LICENSE.md", "COPYING"} {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			continue
		}
		for _, l := range licences {
			if l.words.Match(text) {
				return l.name
			}
		}
	}
	return ""
}

// older compares two versions of the form v1.2.3.
func older(a, b string) bool {
	parts := func(v string) (n [3]int) {
		for i, p := range strings.SplitN(strings.TrimPrefix(v, "v"), ".", 3) {
			for _, d := range p {
				if d < '0' || d > '9' {
					break
				}
				n[i] = n[i]*10 + int(d-'0')
			}
		}
		return n
	}
	x, y := parts(a), parts(b)
	for i := range x {
		if x[i] != y[i] {
			return x[i] < y[i]
		}
	}
	return false
}
