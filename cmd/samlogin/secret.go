package main

import (
	"github.com/spf13/cobra"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
)

// secretFlags are the words of the secret commands.
type secretFlags struct {
	loginFlags
	totp, stdin, both bool
}

func newSecretCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "secret",
		Short: "Remember passwords and TOTP seeds",
		Long: `Remember passwords and seeds of time-based one-time codes (TOTP), for one IdP and one user each: in the key store of this
computer; where there is none in a file encrypted with a passphrase; or where secret_store in the settings says:

  system       macOS Keychain, Windows Credential Manager, Secret Service
  helper:NAME  the program docker-credential-NAME (pass, 1password …)
  file         ~/.local/share/samlogin/secrets.age, with a passphrase
  none         nothing is remembered, and nobody is asked

Values are never printed. A password that the IdP refused is not sent again until it is replaced.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return unknownWord(cmd, args[0])
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newSecretSetCmd(a), newSecretListCmd(a), newSecretTestCmd(a), newSecretRmCmd(a))
	return cmd
}

// named adds the words that say whose secret is meant.
func (f *secretFlags) named(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.idp, "idp", "", "`NAME` of the IdP in the settings, or a kind: adfs, form, browser")
	flags.StringVar(&f.url, "url", "", "`ADDRESS` of the IdP")
	flags.StringVar(&f.username, "username", "", "`NAME` of the user at the IdP")
	hasVariable(flags, "idp", "url", "username")
}

func oneNameAtMost(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return &fault.UsageError{What: cmd.CommandPath() + " takes one name at most", Hint: "see " + cmd.CommandPath() + " --help"}
	}
	return nil
}

func newSecretSetCmd(a *app) *cobra.Command {
	f := &secretFlags{}
	cmd := &cobra.Command{
		Use:   "set [NAME]",
		Short: "Remember a password, or with --totp a seed",
		Long: `Remember a password, or with --totp a seed of one-time codes. NAME is an IdP or a profile of the settings; for codes that
AWS itself wants, it is the ARN of the MFA device or a profile of ~/.aws/config with mfa_serial. The value is asked for at the terminal, or read from standard input with --stdin. A seed is base32 or an otpauth:// address.

Remembering both the password and the seed makes two factors one: whoever can read the store has both.`,
		Example: `  samlogin secret set corp
  samlogin secret set corp --totp
  samlogin secret set arn:aws:iam::111111111111:mfa/jane --totp
  pass show corp/adfs | samlogin secret set corp --stdin`,
		Args: oneNameAtMost,
		RunE: func(cmd *cobra.Command, args []string) error { return a.secretSet(cmd.Context(), f, args) },
	}
	f.named(cmd)
	cmd.Flags().BoolVar(&f.totp, "totp", false, "a seed of one-time codes instead of the password")
	cmd.Flags().BoolVar(&f.stdin, "stdin", false, "read the value from standard input")
	cmd.Flags().BoolVar(&f.both, "both-factors", false, "agree to keeping password and seed in one place")
	return cmd
}

func newSecretListCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List what is remembered where, without values",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.secretList(cmd.Context()) },
	}
}

func newSecretTestCmd(a *app) *cobra.Command {
	f := &secretFlags{}
	cmd := &cobra.Command{
		Use:   "test [NAME]",
		Short: "Log in with what is remembered and nothing else",
		Args:  oneNameAtMost,
		RunE:  func(cmd *cobra.Command, args []string) error { return a.secretTest(cmd.Context(), f, args) },
	}
	f.named(cmd)
	cmd.Flags().StringVar(&f.caBundle, "ca-bundle", "", "`FILE` of PEM certificates to trust besides the system's")
	cmd.Flags().Var((*seconds)(&f.timeout), "timeout", "network `TIME` of the whole run, 120s")
	hasVariable(cmd.Flags(), "ca-bundle", "timeout")
	return cmd
}

func newSecretRmCmd(a *app) *cobra.Command {
	f := &secretFlags{}
	cmd := &cobra.Command{
		Use:   "rm [NAME]",
		Short: "Forget a password, or with --totp a seed",
		Args:  oneNameAtMost,
		RunE:  func(cmd *cobra.Command, args []string) error { return a.secretRm(cmd.Context(), f, args) },
	}
	f.named(cmd)
	cmd.Flags().BoolVar(&f.totp, "totp", false, "the seed of one-time codes instead of the password")
	return cmd
}
