package main

import (
	"errors"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/samlogin/samlogin/idp/trace"
	"github.com/samlogin/samlogin/saml/foreign"
)

const doctorLong = `Find out why something does not work. So far there is one part of it:

  doctor trace FILE  tells what happened in a login recorded with --trace

Checks of files, clock, network, IdP and AWS are not in this version.`

func newDoctorCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "doctor",
		Short:   "Tell what happened in a recorded login",
		Long:    doctorLong,
		Example: "  samlogin doctor trace login.trace",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return unknownWord(cmd, args[0])
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
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
				return &usageError{What: "doctor trace takes the name of one file", Hint: "samlogin login --trace FILE makes one"}
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
	f, err := openNamed(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &usageError{What: "there is no file " + foreign.Text(path).String(), Hint: "samlogin login --trace FILE makes one"}
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
