package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
	"github.com/samlogin/samlogin/sts"
	awsconsole "github.com/samlogin/samlogin/sts/console"
)

func newConsoleCmd(a *app) *cobra.Command {
	f := &loginFlags{}
	c := &consoleFlags{}
	cmd := &cobra.Command{
		Use:   "console NAME",
		Short: "Open the AWS console as the role of one profile",
		Long: `Open the AWS console as the role of one profile, in the browser. AWS takes the address for fifteen
minutes; the console's session lasts as long as the keys.`,
		Example: `  samlogin console prod
  samlogin console prod --service s3
  samlogin console prod --browser 'firefox --private-window'
  samlogin console prod --print | wl-copy`,
		Args:              exactlyOneName,
		ValidArgsFunction: a.completeNames,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.openConsole(cmd.Context(), f, c, args[0]) },
	}
	f.addTaking(cmd.Flags())
	cmd.Flags().BoolVar(&c.print, "print", false, "print the address instead of opening it; whoever has it is the role")
	cmd.Flags().StringVar(&c.service, "service", "", "`SERVICE` to begin with (s3, ec2), or an address in the console")
	cmd.Flags().StringVar(&c.browser, "browser", "", "`PROGRAM` and arguments that open an address; no shell")
	hasVariable(cmd.Flags(), "browser")
	return cmd
}

type consoleFlags struct {
	print            bool
	service, browser string
}

func (a *app) openConsole(ctx context.Context, f *loginFlags, c *consoleFlags, name string) error {
	if err := checkSignInEndpoint(a.env); err != nil {
		return err
	}
	// The place is judged before anybody logs in for it, as well as that can be done without knowing the partition.
	if _, err := (awsconsole.Place{Partition: "aws", Service: c.service}).Address(); err != nil && !strings.HasPrefix(c.service, "https://") {
		return err
	}
	var opener []string
	if !c.print {
		var err error
		if opener, err = a.browserCommand(c.browser); err != nil {
			return err
		}
	}
	t, err := a.oneTarget(ctx, f, name)
	if err != nil {
		return err
	}
	if _, user := t.way.(*mfaSession); user { // found before anybody gives a code for it
		return &fault.UsageError{What: fmt.Sprintf("profile %s is an MFA session of an IAM user, and AWS opens its console for roles only", foreign.Text(name)), Hint: "name a profile with role_arn"}
	}
	k, err := a.keysFrom(ctx, f, a.way(t))
	if err != nil {
		return err
	}
	link, err := a.consoleLink(ctx, k, c.service)
	if err != nil {
		return err
	}
	if c.print {
		return a.printLink(link)
	}
	if err := a.openOnce(ctx, opener, link); err != nil {
		return err
	}
	a.notice("the console opens as " + k.role.ARN)
	return nil
}

func (a *app) consoleLink(ctx context.Context, k heldKeys, service string) (secret.Text, error) {
	transport, err := a.transport(k.choices)
	if err != nil {
		return secret.Text{}, err
	}
	client := awsconsole.Client{HTTP: &http.Client{Transport: transport}}
	if given := a.env(signInVariable); given != "" {
		client.Endpoint = strings.TrimSuffix(given, "/") + "/federation"
	}
	within, end := transport.Within(ctx)
	defer end()
	return client.SignIn(within, k.Credentials, awsconsole.Place{Partition: k.role.Partition(), Service: service, Region: cmp.Or(k.region, k.choices.Region)}, issuerOf(k.choices.URL))
}

// signInVariable is AWS's name for another address of its sign-in service.
const signInVariable = "AWS_ENDPOINT_URL_SIGNIN"

// checkSignInEndpoint lets a variable name this computer only, as a stand-in for AWS's sign-in: the keys go there.
func checkSignInEndpoint(env func(string) string) error {
	given := env(signInVariable)
	if given == "" {
		return nil
	}
	u, err := url.Parse(given)
	if err != nil || u.Scheme != "https" || !sts.Loopback(u.Hostname()) {
		return &sts.EndpointError{Source: signInVariable, Why: "the keys go to AWS's own sign-in, or to a stand-in on this computer over https, and nowhere else"}
	}
	return nil
}

// issuerOf is where the console sends somebody whose session has ended.
func issuerOf(address string) string {
	if address == "" {
		return ""
	}
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	return address
}

func (a *app) printLink(link secret.Text) error {
	if a.outIsTTY {
		a.notice("whoever has this address is the role, for fifteen minutes")
	}
	if a.onGitHub() {
		if err := mask(a.errOut, []variable{{Name: "URL", Value: link, Mask: true}}); err != nil {
			return err
		}
	}
	var out bytes.Buffer
	if a.json() {
		to := json.NewEncoder(&out)
		to.SetEscapeHTML(false)
		if err := to.Encode(map[string]string{"url": link.Reveal()}); err != nil {
			return fmt.Errorf("encoding the address: %w", err)
		}
	} else {
		out.WriteString(link.Reveal() + "\n")
	}
	return a.printOnce(out.Bytes())
}

// browserError reports a browser that could not be started, or did not come for the page.
type browserError struct {
	What string
	Err  error
	None bool // there is no such browser, or none that could be seen
}

func (e *browserError) Error() string {
	if e.Err != nil {
		return e.What + ": " + cause(e.Err)
	}
	return e.What
}

func (e *browserError) Unwrap() error { return e.Err }

// Hint says what to do.
func (e *browserError) Hint() string {
	return "name one with --browser PROGRAM or browser in the settings, or print the address with --print"
}
