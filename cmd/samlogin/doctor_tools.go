package main

import (
	"context"
	"errors"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/samlogin/samlogin/idp/program"
	"github.com/samlogin/samlogin/profiles/clash"
)

// tool is a program that takes keys from the AWS files, as it is installed here.
type tool struct {
	name    string
	argv    []string
	client  clash.Client
	before  string // what stands before the version in its answer
	via     string // how it gets at keys, where that is not plain
	version string // "" unless it is there
	err     error
}

const toolLimit = 8 * time.Second // Python takes seconds to start on a busy machine

// askBoto3 leaves out the working directory, where Python looks for modules first: what lies there is not run.
const askBoto3 = "import sys; sys.path[:] = [p for p in sys.path if p]; import boto3; print('boto3/' + boto3.__version__)"

func knownTools() []tool {
	return []tool{
		{name: "AWS CLI", argv: []string{"aws", "--version"}, client: clash.CLI, before: "aws-cli/"},
		{name: "boto3", argv: []string{"python3", "-c", askBoto3}, client: clash.Boto3, before: "boto3/"},
		{name: "Terraform", argv: []string{"terraform", "version"}, client: clash.Go2, before: "Terraform v"},
		{name: "kubectl", argv: []string{"kubectl", "version", "--client"}, client: clash.CLI, before: "Client Version: v", via: "by aws eks get-token, as the AWS CLI"},
	}
}

// findTools asks each tool for its version, side by side. SDKs inside of other programs cannot be seen.
func (e *examination) findTools(ctx context.Context) []finding {
	f := &findings{section: "tools"}
	tools := knownTools()
	var group crew
	for i := range tools {
		group.Go(func() { tools[i].ask(ctx, neutralFolder(e.app.env)) })
	}
	group.Wait()
	e.tools = tools
	var there, missing []string
	for _, t := range tools {
		var failed *program.Error
		switch {
		case t.version != "" && t.via != "":
			there = append(there, t.name+" "+t.version+" ("+t.via+")")
		case t.version != "":
			there = append(there, t.name+" "+t.version)
		case errors.As(t.err, &failed) && failed.Problem == program.NotFound, t.name == "boto3":
			missing = append(missing, t.name)
		default:
			f.note(warning, t.name, "it is there and does not tell its version", "see what "+strings.Join(t.argv, " ")+" prints")
		}
	}
	if len(there) > 0 {
		text := sentence(there)
		if len(missing) > 0 {
			text += "; not here: " + strings.Join(missing, ", ")
		}
		f.note(good, "installed", text, "")
	} else {
		f.note(good, "installed", "none of "+strings.Join(missing, ", ")+"; SDKs inside of other programs cannot be seen", "")
	}
	return f.all
}

// neutralFolder is a folder in which nobody but an administrator puts files. Programs look around where they are run:
// Python for modules, where PYTHONPATH has an empty part; version managers for files that say which version is meant.
// Doctor runs nothing of the folder that somebody happens to be in.
func neutralFolder(env func(string) string) string {
	if runtime.GOOS == "windows" {
		return env("SystemRoot")
	}
	return "/"
}

func (t *tool) ask(ctx context.Context, folder string) {
	// Version 2 of the AWS CLI does not even tell its version where it cannot read the files, or knows no profile of the
	// name that a variable has.
	env := slices.DeleteFunc(os.Environ(), func(pair string) bool { return strings.HasPrefix(pair, "AWS_") })
	env = append(env, "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull, "CHECKPOINT_DISABLE=1") // or Terraform asks its maker for news
	answer, err := program.Run(ctx, program.Call{Argv: t.argv, Env: env, Dir: folder, Limit: toolLimit})
	t.err = err
	said := answer.Output.Reveal() + "\n" + answer.Stderr.Reveal() // version 1 of the AWS CLI used to say it on stderr
	if _, rest, ok := strings.Cut(said, t.before); ok {
		t.version = regexp.MustCompile(`^[0-9]+(\.[0-9]+)*`).FindString(rest)
	}
}
