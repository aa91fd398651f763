package profiles

import "os"

func stop(*os.Process) error { return os.ErrInvalid }
func goOn(*os.Process) error { return os.ErrInvalid }
