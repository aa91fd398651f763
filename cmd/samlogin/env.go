package main

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/saml/foreign"
)

func newEnvCmd(a *app) *cobra.Command {
	f := &loginFlags{}
	var shell string
	var print bool
	cmd := &cobra.Command{
		Use:   "env NAME",
		Short: "Print the keys of one profile as variables, for a shell",
		Long: `Print the keys of one profile as variables of the environment, in the words of a shell: sh, bash, zsh,
fish, powershell, cmd; dotenv, for programs that read such files; or github, which hands them to the next steps of a
GitHub Actions job, masked.`,
		Example: `  eval "$(samlogin env prod)"
  samlogin env prod --shell fish | source
  samlogin env prod --shell powershell | Out-String | Invoke-Expression
  samlogin env prod --shell github`,
		Args:              exactlyOneName,
		ValidArgsFunction: a.completeNames,
		Annotations:       map[string]string{readByPrograms: "a shell"},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.environment(cmd.Context(), f, args[0], shell, print)
		},
	}
	f.addTaking(cmd.Flags())
	cmd.Flags().StringVar(&shell, "shell", "", "`SHELL` that reads it: "+strings.Join(shellNames(), ", "))
	cmd.Flags().BoolVar(&print, "print", false, "print also where the terminal would show it")
	return cmd
}

func (a *app) environment(ctx context.Context, f *loginFlags, name, shell string, print bool) error {
	if shell == "" {
		shell = a.ownShell()
	}
	if !slices.Contains(shellNames(), shell) {
		return &fault.UsageError{What: fmt.Sprintf("--shell %q is not known", foreign.Text(shell)), Hint: "shells are " + strings.Join(shellNames(), ", ")}
	}
	if a.outIsTTY && !print && shell != "github" {
		return &fault.UsageError{What: "the keys would be shown on the terminal", Hint: `let the shell read them: eval "$(samlogin env ` + foreign.Clean(name) + `)"; --print shows them`}
	}
	if shell == "github" && a.env("GITHUB_ENV") == "" { // found before anybody logs in for it
		return printEnvironment(a.out, a.errOut, shell, nil, "")
	}
	k, err := a.keysOf(ctx, f, name)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	vars := awsVariables(k.Credentials, k.region)
	if err := printEnvironment(&text, a.errOut, shell, vars, a.env("GITHUB_ENV")); err != nil {
		return err
	}
	if shell != "github" && a.onGitHub() { // before anything can come to print them
		if err := mask(a.errOut, vars); err != nil {
			return err
		}
	}
	return a.printOnce(text.Bytes())
}

// ownShell is the shell of the person, as far as the environment tells.
func (a *app) ownShell() string {
	if runtime.GOOS == "windows" && a.env("SHELL") == "" {
		return "powershell"
	}
	switch name := filepath.Base(a.env("SHELL")); name {
	case "bash", "zsh", "fish":
		return name
	}
	return "sh"
}
