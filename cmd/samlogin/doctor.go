package main

import (
	"errors"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/cmd/samlogin/system"
	"github.com/samlogin/samlogin/idp/trace"
	"github.com/samlogin/samlogin/saml/foreign"
)

const doctorLong = `Find out why something does not work: files and who can read them, what AWS tools will take for each profile, variables
that win over it, proxy and certificates, the IdP, AWS, clocks, key stores. Nothing is changed, and nothing secret is
sent or shown. The exit code is 12 if something is bad.

With the NAMEs of profiles or groups it is about those, and tells what each AWS tool takes for them.

--fix does what is safe, after one yes: modes of files, what killed samlogins left, keys of samlogin's that are in the
way of its own credential_process.

  doctor trace FILE  tells what happened in a login recorded with --trace`

func newDoctorCmd(a *app) *cobra.Command {
	f := &doctorFlags{}
	cmd := &cobra.Command{
		Use:   "doctor [NAME…]",
		Short: "Check files, tools, network and clocks, and tell how to mend them",
		Long:  doctorLong,
		Example: `  samlogin doctor
  samlogin doctor prod
  samlogin doctor --fix
  samlogin doctor --offline --output json
  samlogin doctor trace login.trace`,
		ValidArgsFunction: a.completeNames,
		Args:              cobra.ArbitraryArgs,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.doctor(cmd.Context(), f, args) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.fix, "fix", false, "mend what can be mended safely, after a yes")
	flags.BoolVar(&f.offline, "offline", false, "ask no server")
	flags.StringVar(&f.login.idp, "idp", "", "`NAME` of the IdP in the settings, or a kind: adfs, form, browser")
	flags.StringVar(&f.login.url, "url", "", "`ADDRESS` of the IdP: host, base address or full start address")
	flags.StringVar(&f.login.region, "region", "", "`REGION` of AWS whose STS is asked")
	flags.StringVar(&f.login.stsEndpoint, "sts-endpoint", "", "`URL` of STS")
	flags.StringVar(&f.login.caBundle, "ca-bundle", "", "`FILE` of PEM certificates to trust besides the system's")
	flags.Var((*seconds)(&f.login.timeout), "timeout", "network `TIME` for each server, 20s at most")
	hasVariable(flags, "idp", "url", "region", "sts-endpoint", "ca-bundle", "timeout")
	cmd.AddCommand(newDoctorTraceCmd(a))
	return cmd
}

func newDoctorTraceCmd(a *app) *cobra.Command {
	again := false
	cmd := &cobra.Command{
		Use:   "trace FILE",
		Short: "Tell a login recorded with --trace step by step",
		Long: `Tell a login that was recorded with --trace step by step: what was opened, which page came, what it was taken for,
what was sent, where it ended, and what to do.

With --replay the recorded pages are served on this computer and this version of samlogin logs in to them, offline and
with made-up secrets. It says whether it gets as far as the recording did, further, or (exit 12) less far.`,
		Example: `  samlogin login --trace login.trace
  samlogin doctor trace login.trace
  samlogin doctor trace login.trace --replay`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return &fault.UsageError{What: "doctor trace takes the name of one file", Hint: "samlogin login --trace FILE makes one"}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			recording, err := readTrace(args[0])
			if err != nil {
				return err
			}
			var outcome *replayed
			if again {
				a.watch()
				if outcome, err = a.replay(cmd.Context(), recording); err != nil {
					return err
				}
			}
			if err := a.tell(recording, outcome); err != nil {
				return err
			}
			if outcome != nil && outcome.Verdict == lessFar {
				return &replayError{}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&again, "replay", false, "log in to the recorded pages, offline, and compare")
	return cmd
}

// replayError reports a replay that got less far than its recording.
type replayError struct{}

func (*replayError) Error() string {
	return "this version of samlogin gets less far than the recording did"
}

// traceError reports a file that is no trace.
type traceError struct {
	path string
	err  error
}

func (e *traceError) Error() string {
	return foreign.Text(e.path).String() + ": " + e.err.Error()
}

func (e *traceError) Unwrap() error { return e.err }

func readTrace(path string) (*trace.Recording, error) {
	f, err := system.OpenNamed(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &fault.UsageError{What: "there is no file " + foreign.Text(path).String(), Hint: "samlogin login --trace FILE makes one"}
	}
	if err != nil {
		return nil, &traceError{path, errors.New(cause(err))}
	}
	defer func() { _ = f.Close() }()
	r, err := trace.Read(f)
	if err != nil {
		return nil, &traceError{path, errors.New(cause(err))}
	}
	return r, nil
}
