package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/cmd/samlogin/network"
	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	"github.com/samlogin/samlogin/idp"
	signinbrowser "github.com/samlogin/samlogin/idp/browser"
	"github.com/samlogin/samlogin/idp/probe"
	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/profiles/imports"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/profiles/state"
	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/sts"
	awsconsole "github.com/samlogin/samlogin/sts/console"
)

// Exit codes, a promise to scripts: "samlogin help exit-codes" lists them.
const (
	exitDone        = 0
	exitFault       = 1
	exitUsage       = 2
	exitRefused     = 3
	exitNeedsAnswer = 4
	exitRole        = 5
	exitAWS         = 6
	exitNetwork     = 7
	exitSome        = 8
	exitFile        = 9
	exitPage        = 10
	exitUnsafe      = 11
	exitBad         = 12
	exitInterrupted = 130
)

// failure is an error as a person and a script see it.
type failure struct {
	Code    string `json:"code"`
	Exit    int    `json:"exit"`
	Step    string `json:"step"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// explain is the one table from errors to words and exit codes.
func explain(err error) failure {
	var (
		usage      *fault.UsageError
		need       *fault.NeedError
		role       *fault.RoleError
		some       *fault.SomeFailedError
		ended      *endedError
		checks     *badError
		refused    *idp.RefusedError
		idpNeed    *idp.NeedError
		page       *idp.PageError
		safety     *idp.SafetyError
		idpNet     *idp.NetworkError
		windows    *idp.WindowsError
		format     *saml.FormatError
		status     *saml.StatusError
		saidNo     *sts.Error
		stsNet     *sts.NetworkError
		tooLarge   *sts.TooLargeError
		exact      *sts.ExactDurationError
		duration   *sts.DurationError
		parameter  *sts.ParameterError
		temporary  *sts.TemporaryKeysError
		spent      *sts.SpentError
		endpoint   *sts.EndpointError
		setting    *settings.Error
		settingBad *settings.UnsafeError
		settingNo  *settings.ReadError
		included   *settings.IncludeError
		theirs     *imports.FileError
		name       *profiles.NameError
		value      *profiles.ValueError
		unsafe     *profiles.UnsafeError
		notOurs    *profiles.NotOursError
		broken     *profiles.BrokenFileError
		lock       *profiles.LockError
		file       *profiles.FileError
		output     *fault.OutputError
		proxy      *network.ProxyError
		slow       *network.SlowError
		command    *commandError
		guessed    *guessedError
		place      *awsconsole.PlaceError
		signInNo   *awsconsole.Error
		browser    *browserError
		window     *signinbrowser.Error
		person     *signinbrowser.PersonError
		bringer    *signInCommandError
		notTrace   *traceError
		less       *replayError
		told       *state.SharedError
		waited     *state.WaitError
		keepUnsafe *state.UnsafeError
		forPerson  *withCommand
		chain      *profiles.ChainError
		source     *sourceError
		noIdP      *probe.UnknownError
		noEdit     *settings.EditError
		changed    *settings.ChangedError
	)
	f := failure{Message: err.Error(), Hint: hintOf(err)}
	is := func(code string, exit int, step string) failure {
		f.Code, f.Exit, f.Step = code, exit, step
		return f
	}
	switch {
	case errors.Is(err, terminal.ErrInterrupted):
		f.Message = "interrupted"
		return is("interrupted", exitInterrupted, "")
	case errors.As(err, &command):
		f.Hint = "nothing was run"
		return is("command", command.Exit, "command")
	case errors.As(err, &guessed):
		return is("guessed", exitUnsafe, "serve")
	case errors.As(err, &place) && place.Words:
		return is("place", exitUsage, "words")
	case errors.As(err, &place):
		return is("unsafe_place", exitUnsafe, "console")
	case errors.As(err, &signInNo) && signInNo.Status == 0:
		return is("network", exitNetwork, "console")
	case errors.As(err, &signInNo):
		return is("console_refused", exitAWS, "console")
	case errors.As(err, &browser) && browser.None:
		return is("no_browser", exitUsage, "browser")
	case errors.As(err, &browser):
		return is("browser", exitFault, "browser")
	case errors.As(err, &window):
		code, exit := browserFailed(window)
		return is(code, exit, "browser")
	case errors.As(err, &person):
		return is("needs_person", exitPage, "idp")
	case errors.As(err, &bringer):
		return is("sign_in_command", bringer.exit(), "idp")
	case errors.As(err, &forPerson):
		inner := explain(forPerson.err)
		inner.Hint = forPerson.command
		return inner
	case errors.As(err, &told):
		return shared(told)
	case errors.As(err, &waited):
		return is("network", exitNetwork, "idp")
	case errors.As(err, &keepUnsafe):
		return is("unsafe_file", exitUnsafe, "files")
	case errors.As(err, &noIdP):
		return is("no_idp", exitPage, "probe")
	case errors.As(err, &noEdit), errors.As(err, &changed):
		return is("file", exitFile, "settings")
	case errors.As(err, &usage):
		f.Hint = usage.Hint
		return is("usage", exitUsage, "words")
	case errors.As(err, &duration):
		return is("duration", exitUsage, "words")
	case errors.As(err, &parameter):
		return is("aws_parameter", exitUsage, "words")
	case errors.As(err, &temporary):
		return is("temporary_keys", exitUsage, "words")
	case errors.As(err, &chain):
		return is("chain", exitUsage, "words")
	case errors.As(err, &source):
		return is("source_keys", exitAWS, "source")
	case errors.As(err, &name):
		return is("profile_name", exitUsage, "words")
	case errors.As(err, &included) && included.Got != "":
		return is("unsafe_settings", exitUnsafe, "settings")
	case errors.As(err, &included):
		return is("network", exitNetwork, "settings")
	case errors.As(err, &settingNo) && !errors.Is(err, fs.ErrNotExist):
		return is("file", exitFile, "settings")
	case errors.As(err, &setting), errors.As(err, &settingNo):
		return is("settings", exitUsage, "settings")
	case errors.As(err, &settingBad):
		return is("unsafe_settings", exitUnsafe, "settings")
	case errors.As(err, &need):
		f.Hint = need.Hint
		return is("needs_answer", exitNeedsAnswer, "asking")
	case errors.As(err, &idpNeed):
		f.Hint = needHint(idpNeed.Question)
		return is("needs_answer", exitNeedsAnswer, "idp")
	case errors.As(err, &refused):
		f.Hint = refusedHint(refused)
		return is(refusedCode(refused.Reason), exitRefused, "idp")
	case errors.As(err, &windows):
		code, exit := windowsFailed(windows)
		return is(code, exit, "idp")
	case errors.As(err, &status):
		return is("idp_status", exitRefused, "idp")
	case errors.As(err, &safety):
		f.Hint = safetyHint(safety)
		return is("unsafe", exitUnsafe, "idp")
	case errors.As(err, &page):
		f.Hint = strings.Join(pageHints(page, ""), "; or ")
		if page.Browser {
			f.Hint = needsBrowserHint
			return is("needs_browser", exitPage, "idp")
		}
		return is("unknown_page", exitPage, "idp")
	case errors.As(err, &proxy):
		f.Message, f.Hint = proxy.Error(), proxy.Hint()
		return is("proxy", exitNetwork, "network")
	case errors.As(err, &idpNet):
		explained := &sts.NetworkError{Host: idpNet.Host, Err: idpNet.Err}
		f.Message = fmt.Sprintf("%s at %s: %s", idpNet.Step, foreign.Text(idpNet.Host), explained.Cause())
		var dns *net.DNSError
		var lost *signinbrowser.NetError
		if f.Hint = explained.Hint(); f.Hint == "" || errors.As(err, &dns) {
			f.Hint = "see whether this computer, or its VPN, is connected, and whether the address is right"
		}
		if errors.As(err, &lost) {
			f.Hint = lost.Hint()
		}
		return is("network", exitNetwork, "idp")
	case errors.As(err, &format):
		return is("bad_assertion", exitUnsafe, "assertion")
	case errors.As(err, &role):
		f.Hint = role.Hint
		return is("role", exitRole, "role")
	case errors.As(err, &endpoint) && endpoint.Words:
		return is("endpoint", exitUsage, "words")
	case errors.As(err, &endpoint):
		return is("unsafe_endpoint", exitUnsafe, "sts")
	case errors.As(err, &stsNet):
		return is("network", exitNetwork, "sts")
	case errors.As(err, &slow):
		return is("network", exitNetwork, "sts")
	case errors.As(err, &tooLarge):
		return is("assertion_too_large", exitAWS, "sts")
	case errors.As(err, &exact):
		return is("duration_refused", exitAWS, "sts")
	case errors.As(err, &spent): // nobody could give the next code
		return is("needs_answer", exitNeedsAnswer, "sts")
	case errors.As(err, &saidNo):
		return is("aws_refused", exitAWS, "sts")
	case errors.As(err, &value), errors.As(err, &unsafe):
		return is("unsafe_file", exitUnsafe, "files")
	case errors.As(err, &notOurs):
		return is("not_ours", exitFile, "files")
	case errors.As(err, &broken), errors.As(err, &lock), errors.As(err, &file):
		return is("file", exitFile, "files")
	case errors.As(err, &theirs):
		return is("file", exitFile, "files")
	case errors.As(err, &notTrace):
		f.Hint = "samlogin login --trace FILE makes one"
		return is("trace", exitFile, "files")
	case errors.As(err, &less):
		f.Hint = "a page that was known is not any more: report it with the file"
		return is("replay", exitBad, "doctor")
	case errors.As(err, &checks):
		return is("bad", exitBad, "doctor")
	case errors.As(err, &ended):
		return is("ended", exitBad, "status")
	case errors.As(err, &some):
		return is("some_failed", exitSome, "")
	case errors.As(err, &output):
		f.Message = "stdout cannot be written: " + cause(output.Err)
		f.Hint = "what was asked for is done, but for its printing"
		return is("output", exitFault, "output")
	}
	return is("fault", exitFault, "")
}

// cause leaves out the operation and the path that the standard library puts before a cause.
func cause(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
