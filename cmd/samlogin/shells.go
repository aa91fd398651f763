package main

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
	"github.com/samlogin/samlogin/sts"
)

// variable is a variable of the environment to be set, or, with an empty value, to be taken away.
type variable struct {
	Name  string
	Value secret.Text
	Mask  bool // GitHub's runner shall hide the value in its log
}

// awsVariables are the variables from which AWS's clients take credentials. An empty region leaves the person's alone.
//
// Those with an empty value would get in the way. botocore, and with it the AWS CLI and boto3, takes
// AWS_SECURITY_TOKEN before AWS_SESSION_TOKEN, and looks up AWS_PROFILE or AWS_DEFAULT_PROFILE even where the keys
// come from the environment, so that a profile that is not there is an error. The JavaScript SDK v3 passes over the
// keys in the environment when AWS_PROFILE is set. The Go SDK reads AWS_REGION, botocore AWS_DEFAULT_REGION (the AWS
// CLI v2 both): both are set. botocore reads AWS_CREDENTIAL_EXPIRATION and says that the keys have ended instead of
// sending them.
func awsVariables(c sts.Credentials, region string) []variable {
	ends := ""
	if !c.Expiration.IsZero() {
		ends = c.Expiration.UTC().Format(time.RFC3339)
	}
	vars := []variable{
		{Name: "AWS_PROFILE"}, {Name: "AWS_DEFAULT_PROFILE"}, {Name: "AWS_SECURITY_TOKEN"},
		{Name: "AWS_ACCESS_KEY_ID", Value: secret.New(c.AccessKeyID), Mask: true},
		{Name: "AWS_SECRET_ACCESS_KEY", Value: c.SecretAccessKey, Mask: true},
		{Name: "AWS_SESSION_TOKEN", Value: c.SessionToken, Mask: true},
		{Name: "AWS_CREDENTIAL_EXPIRATION", Value: secret.New(ends)},
	}
	if region != "" {
		vars = append(vars, variable{Name: "AWS_REGION", Value: secret.New(region)}, variable{Name: "AWS_DEFAULT_REGION", Value: secret.New(region)})
	}
	return vars
}

// shellNames are the words that --shell takes.
func shellNames() []string {
	return []string{"sh", "bash", "zsh", "fish", "powershell", "cmd", "dotenv", "github"}
}

// printEnvironment prints variables in the words of a shell, so that the shell gets exactly the values and does nothing
// else: to out in one write, or, for "github", to the file githubEnv (the variable GITHUB_ENV) with its masks on
// errOut. A value that the shell has no way to hold is a *fault.UsageError, and then nothing is printed at all.
func printEnvironment(out, errOut io.Writer, shell string, vars []variable, githubEnv string) error {
	if shell == "github" {
		return giveToGitHub(errOut, vars, githubEnv)
	}
	line, err := statementOf(shell)
	if err != nil {
		return err
	}
	var text strings.Builder
	for _, v := range vars {
		s, ok := line(v.Name, v.Value.Reveal())
		if !ok || strings.Contains(v.Value.Reveal(), "\x00") {
			// which character it is would tell something about a secret
			return &fault.UsageError{What: shell + " cannot hold the value of " + v.Name, Hint: "--shell sh and --shell powershell hold any text"}
		}
		text.WriteString(s)
	}
	if _, err := io.WriteString(out, text.String()); err != nil {
		return fmt.Errorf("printing the variables: %w", err)
	}
	return nil
}

// statement is a line that sets a variable, or takes it away if the value is empty; false if the shell cannot hold it.
type statement func(name, value string) (line string, ok bool)

func statementOf(shell string) (statement, error) {
	switch shell {
	case "sh", "bash", "zsh":
		return shLine, nil
	case "fish":
		return fishLine, nil
	case "powershell":
		return powershellLine, nil
	case "cmd":
		return cmdLine, nil
	case "dotenv":
		return dotenvLine, nil
	}
	return nil, &fault.UsageError{What: fmt.Sprintf("--shell %q is not known", foreign.Text(shell)), Hint: "shells are " + strings.Join(shellNames(), ", ")}
}

// shLine quotes for POSIX shells (XCU 2.2.2): between single quotes everything is itself. The semicolons are for those
// who leave out the quotes in eval "$(…)", which makes one line of all.
func shLine(name, value string) (string, bool) {
	if value == "" {
		return "unset " + name + ";\n", true
	}
	return "export " + name + "='" + strings.ReplaceAll(value, "'", `'\''`) + "';\n", true
}

// fishLine quotes for fish: between single quotes only \ and ' are special (fish, "Quotes").
func fishLine(name, value string) (string, bool) {
	if value == "" {
		return "set -e " + name + ";\n", true
	}
	return "set -gx " + name + " '" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value) + "';\n", true
}

// powershellLine quotes for PowerShell, where between single quotes only quotes are special (about_Quoting_Rules). What
// is not printable ASCII is spelled by its UTF-16 code: PowerShell takes ‘ ’ ‚ ‛ for single quotes, reads programs in
// the console's code page, and hands a pipe on to Invoke-Expression line by line.
func powershellLine(name, value string) (string, bool) {
	if value == "" {
		return "$env:" + name + " = $null\n", true
	}
	var b strings.Builder
	for _, r := range value {
		switch {
		case r == '\'':
			b.WriteString("''")
		case r >= ' ' && r <= '~':
			b.WriteRune(r)
		default:
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, "'+[char]0x%04x+'", unit)
			}
		}
	}
	return "$env:" + name + " = '" + b.String() + "'\n", utf8.ValidString(value)
}

// cmdLine sets a variable in cmd.exe. The line means the same in a batch file and in "for /f … do @%i". There is no
// quoting that makes a quote, a per cent sign or an exclamation mark mean the same in both (the first reads %% as %,
// the second does not), nor one for a line break, and other characters depend on the console's code page.
func cmdLine(name, value string) (string, bool) {
	for _, r := range value {
		if r < ' ' || r > '~' || strings.ContainsRune(`"%!`, r) {
			return "", false
		}
	}
	return `set "` + name + "=" + value + "\"\r\n", true
}

// dotenvLine writes NAME=value without quotes: "docker run --env-file" and "kubectl create secret --from-env-file" take
// quotes for a part of the value, Compose, GitLab and systemd do not. Only characters that mean themselves to all of
// them, and to a shell, are written. Nothing can be taken away.
func dotenvLine(name, value string) (string, bool) {
	if value == "" {
		return "", true
	}
	const plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=._:,@-"
	return name + "=" + value + "\n", strings.Trim(value, plain) == ""
}
