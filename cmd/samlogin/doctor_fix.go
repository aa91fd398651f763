package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/profiles"
)

// mend shows what was found and what --fix would do, asks once, does it, and looks again at this computer.
func (a *app) mend(ctx context.Context, e *examination, all []finding) ([]finding, error) {
	if !a.json() {
		if err := a.printFindings(all, true); err != nil {
			return nil, err
		}
	}
	var todo []*repair
	for _, f := range all {
		if f.repair != nil {
			todo = append(todo, f.repair)
		}
	}
	if len(todo) == 0 {
		a.notice("there is nothing that --fix can mend")
		return all, nil
	}
	t, err := a.terminal()
	if errors.Is(err, errNoTerminal) {
		return nil, &fault.NeedError{What: "--fix changes files only after a yes, and nobody can be asked", Hint: "run it in a terminal, or do what the page says"}
	}
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(t.Out, "\nThis would be done:\n")
	for i, r := range todo {
		fmt.Fprintf(t.Out, "  %d  %s\n", i+1, r.what)
	}
	yes, err := t.Confirm(ctx, "\nDo it?")
	if err != nil {
		return nil, err
	}
	if !yes {
		a.notice("nothing was changed")
		return all, nil
	}
	failures := 0
	for i, r := range todo {
		if err := r.do(ctx); err != nil {
			failures++
			told := explain(err)
			a.notice(fmt.Sprintf("%d failed: %s", i+1, told.Message))
			continue
		}
		a.notice(fmt.Sprintf("%d done", i+1))
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return a.lookAgain(ctx, e, all), nil
}

// lookAgain examines this computer once more. What servers and tools said stays.
func (a *app) lookAgain(ctx context.Context, e *examination, before []finding) []finding {
	a.loaded = nil // read anew
	names := e.names
	*e = examination{app: a, flags: e.flags, tools: e.tools}
	e.read()
	e.names = names
	after := append(e.local(), e.secrets(ctx)...)
	for _, f := range before {
		switch f.Section {
		case "tools", "idp", "sts", "clock":
			after = append(after, f)
		}
	}
	sortFindings(after)
	if !a.json() {
		line := verdictLine(after, true)
		fmt.Fprintln(a.out, "\nNow: "+line)
	}
	return after
}

// mendProfile takes out of a profile of samlogin's what is in the way.
func (e *examination) mendProfile(name string) func(context.Context) error {
	return func(ctx context.Context) error {
		w := profiles.Writer{Files: e.files, Now: e.app.now, Notice: e.app.notice}
		return w.Mend(ctx, []string{name})
	}
}
