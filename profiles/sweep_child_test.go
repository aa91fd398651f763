package profiles

import (
	"context"
	"fmt"
	"os"
	"strconv"

	"github.com/samlogin/samlogin/saml/secret"
)

// sweepMark is a path that is looked at right before the work of a sweep's process begins, so that the calls of the Go
// runtime before it can be told apart in the trace.
const sweepMark = "/samlogin-sweep-begins"

// sweepKeys are what the processes of the sweep save.
func sweepKeys() Keys {
	return Keys{
		Profile: "p", AccessKeyID: "ASIAEXAMPLE000000001", SecretAccessKey: secret.New("c4nary-secret"), SessionToken: secret.New("c4nary-token"),
		Expiration: expiry, PrincipalARN: testARN, Region: "eu-west-1",
	}
}

// sweepTask is the work of one process: save, remove, or save with files that cannot grow beyond some bytes.
func sweepTask(ctx context.Context, w *Writer, task string, args []string) error {
	_, _ = os.Lstat(sweepMark)
	switch task {
	case "save":
		return w.Save(ctx, []Keys{sweepKeys()}, OwnOnly)
	case "remove":
		return w.Remove(ctx, []string{"p"})
	case "short":
		bytes, err := strconv.ParseUint(args[0], 10, 64)
		if err != nil {
			return err
		}
		if err := limitFiles(bytes); err != nil {
			return err
		}
		return w.Save(ctx, []Keys{sweepKeys()}, OwnOnly)
	}
	return fmt.Errorf("no task %s", task)
}
