package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	idpdemo "github.com/samlogin/samlogin/idp/demo"
	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
	"github.com/samlogin/samlogin/sts"
	stsdemo "github.com/samlogin/samlogin/sts/demo"
)

func newDemoCmd(a *app) *cobra.Command {
	var serve bool
	cmd := &cobra.Command{
		Use:   "demo [--serve]",
		Short: "The whole journey against a built-in AD FS and STS",
		Long: `Log in to a built-in AD FS, take a role from a built-in STS and write a profile, step by step, on this computer, in a
throw-away home. With --serve both stay up, so that you can try samlogin by hand.`,
		Example: `  samlogin demo
  samlogin demo --serve`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a.watch()
			if a.json() {
				return &fault.UsageError{What: "demo tells a story, and has no JSON for it", Hint: "leave --output json out"}
			}
			d, err := a.newDemo()
			if err != nil {
				return err
			}
			defer d.close()
			if serve {
				return d.serve(cmd.Context())
			}
			return d.journey(cmd.Context())
		},
	}
	cmd.Flags().BoolVar(&serve, "serve", false, "keep AD FS and STS up until ctrl-C")
	return cmd
}

// demo is an AD FS and an STS on loopback, and a home that goes away with them.
type demo struct {
	app          *app
	home         string
	adfsURL      string
	stsURL       string
	caFile       string
	stops        []func()
	pages, calls func(string) // told of what the servers do, where somebody watches
}

func (a *app) newDemo() (*demo, error) {
	d := &demo{app: a, pages: func(string) {}, calls: func(string) {}}
	home, err := os.MkdirTemp("", "samlogin-demo-")
	if err != nil {
		return nil, fmt.Errorf("making a throw-away home: %w", err)
	}
	d.home, d.caFile = home, filepath.Join(home, "ca.pem")
	d.stops = append(d.stops, func() { _ = os.RemoveAll(home) })
	if err := d.start(); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

func (d *demo) start() error {
	adfs, err := idpdemo.New(idpdemo.Config{Windows: true, Observe: func(e idpdemo.Event) { d.pages(e.What) }})
	if err != nil {
		return err
	}
	config := stsdemo.Config{
		Trust:      []*x509.Certificate{adfs.Certificate()},
		Accounts:   stsdemo.DemoAccounts(),
		DefaultMax: 4 * time.Hour,
		MaxSession: map[string]time.Duration{
			"arn:aws:iam::111111111111:role/Admin":    12 * time.Hour,
			"arn:aws:iam::111111111111:role/ReadOnly": time.Hour,
		},
		Observe: func(c stsdemo.Call) { d.calls(describeCall(c)) },
	}
	if err := addSwitching(&config); err != nil {
		return err
	}
	service := stsdemo.New(config)
	ca, err := newAuthority(d.app.now)
	if err != nil {
		return err
	}
	if err := os.WriteFile(d.caFile, ca.pem(), 0o600); err != nil {
		return fmt.Errorf("writing the demo's certificate: %w", err)
	}
	for i, server := range []struct {
		url     *string
		handler http.Handler
	}{{&d.adfsURL, adfs}, {&d.stsURL, service}} {
		url, stop, err := ca.loopback(int64(i+2), "127.0.0.1:0", server.handler)
		if err != nil {
			return err
		}
		*server.url = url
		d.stops = append(d.stops, stop)
	}
	return nil
}

func (d *demo) close() {
	for i := len(d.stops) - 1; i >= 0; i-- {
		d.stops[i]()
	}
}

func describeCall(c stsdemo.Call) string {
	s := c.Action
	if c.Duration != "" {
		s += " for " + c.Duration + " s"
	}
	if c.Code != "" {
		return s + ": " + c.Code
	}
	return s + ": answered"
}

// environment is that of a run in the throw-away home.
func (d *demo) environment() map[string]string {
	aws := filepath.Join(d.home, ".aws")
	return map[string]string{
		"HOME": d.home, "USERPROFILE": d.home, "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(aws, "credentials"), "AWS_CONFIG_FILE": filepath.Join(aws, "config"),
		"AWS_ENDPOINT_URL_STS": d.stsURL, "AWS_CA_BUNDLE": d.caFile, "SAMLOGIN_CA_BUNDLE": d.caFile, "SAMLOGIN_URL": d.adfsURL,
		"SAMLOGIN_CONFIG": filepath.Join(d.home, "config.toml"), "XDG_STATE_HOME": filepath.Join(d.home, ".local", "state"), "AWS_ENDPOINT_URL_SIGNIN": d.stsURL,
	}
}

// journey is a login as in "samlogin login", with what happens told on the way, and a call with the keys at its end.
func (d *demo) journey(ctx context.Context) error {
	a := d.app
	say := func(format string, args ...any) { fmt.Fprintf(a.out, format+"\n", args...) }
	d.pages = func(what string) { say("      AD FS: %s", what) }
	d.calls = func(what string) { say("      STS:   %s", what) }
	say("samlogin demo: an AD FS at %s\nand an STS at %s, both on this computer;\neverything is written to a throw-away home.\n", d.adfsURL, d.stsURL)

	env := d.environment()
	if err := os.WriteFile(env["SAMLOGIN_CONFIG"], []byte("[accounts]\n111111111111 = \"production\"\n222222222222 = \"staging\"\n333333333333 = \"sandbox\"\n"), 0o600); err != nil {
		return fmt.Errorf("writing the demo's settings: %w", err)
	}
	inner := &app{
		in: a.in, out: a.out, errOut: a.errOut, now: a.now, env: func(name string) string { return env[name] },
		outIsTTY: a.outIsTTY, errIsTTY: a.errIsTTY, password: secret.New("Correct-Horse-7"),
	}
	inner.watch = a.watch
	inner.global.noInput, inner.global.noColor = true, a.global.noColor
	flags := loginFlags{idp: "adfs", url: d.adfsURL, username: `CORP\jane`, caBundle: d.caFile}

	say("1. Which roles are there?\n   samlogin roles --idp adfs --url %s", d.adfsURL)
	if err := inner.listRoles(ctx, &flags, nil); err != nil {
		return err
	}
	say("\n2. Log in and take one, for twelve hours.\n   samlogin login --role 'production/Admin' --profile prod --duration 12h")
	flags.roles, flags.profile, flags.duration, flags.region = []string{"production/Admin"}, "prod", "12h", "eu-west-1"
	if err := inner.login(ctx, &flags, nil); err != nil {
		return err
	}
	say("\n3. A role that allows one hour only: the longest is found.\n   samlogin login --role 'production/ReadOnly' --profile audit --duration 12h")
	flags.roles, flags.profile = []string{"production/ReadOnly"}, "audit"
	if err := inner.login(ctx, &flags, nil); err != nil {
		return err
	}
	say("\n4. The profile as it was written, and who AWS says it is.\n   aws sts get-caller-identity --profile prod")
	return d.showProfile(ctx, inner)
}

func (d *demo) showProfile(ctx context.Context, inner *app) error {
	files, err := profiles.Locate(inner.env)
	if err != nil {
		return err
	}
	stored, err := files.Read("prod")
	if err != nil {
		return err
	}
	fmt.Fprintf(inner.out, "      [prod] in %s\n", foreign.Clean(files.Credentials))
	for _, key := range []string{"aws_access_key_id", "aws_secret_access_key", "aws_session_token", "x_security_token_expires", "x_principal_arn", "samlogin"} {
		value := secret.Hidden
		if key != "aws_secret_access_key" && key != "aws_session_token" {
			value = stored.Credentials[key].Reveal()
		}
		fmt.Fprintf(inner.out, "      %s = %s\n", key, foreign.Clean(value))
	}
	transport, err := inner.transport((&loginFlags{caBundle: d.caFile}).choices())
	if err != nil {
		return err
	}
	endpoint, err := sts.Resolve("aws", sts.EndpointOptions{Region: "eu-west-1", Env: inner.env})
	if err != nil {
		return err
	}
	who, err := sts.New(&http.Client{Transport: transport}, endpoint, inner.now).CallerIdentity(ctx, sts.Credentials{
		AccessKeyID:     stored.Credentials["aws_access_key_id"].Reveal(),
		SecretAccessKey: stored.Credentials["aws_secret_access_key"],
		SessionToken:    stored.Credentials["aws_session_token"],
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(inner.out, "\n      %s\n\nThat was all of it. To try it by hand: samlogin demo --serve\n", who.ARN)
	return nil
}

// shellWord quotes what a shell would take apart.
func shellWord(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._:@+-") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// serve keeps both servers up and says how to try them.
func (d *demo) serve(ctx context.Context) error {
	say := func(format string, args ...any) { fmt.Fprintf(d.app.out, format+"\n", args...) }
	say("Everybody's password is Correct-Horse-7:\n")
	for _, p := range idpdemo.DemoPeople() {
		// whole, and not as a table that is cut: a story says what to type
		for i, line := range wrapped(p.Story, outputWidth-18) {
			name := p.Name
			if i > 0 {
				name = ""
			}
			say("    %-12s  %s", name, line)
		}
	}
	if err := d.offerSwitching(say); err != nil {
		return err
	}
	// last, as all of this is longer than a screen
	say("\nAn AD FS and an STS are up on this computer. In another terminal:\n")
	env := d.environment()
	for _, name := range []string{"SAMLOGIN_CA_BUNDLE", "AWS_CA_BUNDLE", "AWS_ENDPOINT_URL_STS", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "XDG_STATE_HOME", "AWS_ENDPOINT_URL_SIGNIN", "SAMLOGIN_URL"} {
		say("    export %s=%s", name, shellWord(env[name]))
	}
	say("\n    samlogin --idp adfs --url %s --duration 12h\n", d.adfsURL)
	say("    samlogin login staging\n\nctrl-C ends it.")
	<-ctx.Done()
	if errors.Is(context.Cause(ctx), terminal.ErrInterrupted) {
		return nil
	}
	return context.Cause(ctx)
}
