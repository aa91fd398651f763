package main

import "context"

// become runs the command and waits for it: Windows has no way to put it in this process's place.
func (a *app) become(ctx context.Context, path string, argv, env []string) error {
	return a.runChild(ctx, path, argv, env, nil)
}
