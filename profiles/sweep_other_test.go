//go:build !linux

package profiles

import "errors"

func limitFiles(uint64) error { return errors.New("only on Linux") }
