package settings

import (
	"path/filepath"
	"runtime"
)

// Locate finds where the settings file is or would be: $SAMLOGIN_CONFIG, else
// $XDG_CONFIG_HOME/samlogin/config.toml, else ~/.config/samlogin/config.toml (%AppData%\samlogin\config.toml on
// Windows). A relative XDG_CONFIG_HOME is ignored (XDG Base Directory Specification). It does not look at the disk.
//
// The working directory never plays a part, so a relative SAMLOGIN_CONFIG is an *Error, and so is having no home.
func Locate(env func(string) string) (string, error) { return locate(runtime.GOOS, env) }

func locate(system string, env func(string) string) (string, error) {
	if path := env("SAMLOGIN_CONFIG"); path != "" {
		if !filepath.IsAbs(path) {
			return "", &Error{Key: "SAMLOGIN_CONFIG", Reason: "not an absolute path: settings are not taken from the working directory", Advice: "write the whole path, or name the file with --config"}
		}
		return filepath.Clean(path), nil
	}
	if folder := env("XDG_CONFIG_HOME"); filepath.IsAbs(folder) {
		return filepath.Join(folder, "samlogin", "config.toml"), nil
	}
	home, within := "HOME", []string{".config", "samlogin", "config.toml"}
	if system == "windows" {
		home, within = "AppData", []string{"samlogin", "config.toml"}
	}
	folder := env(home)
	if !filepath.IsAbs(folder) {
		return "", &Error{Key: home, Reason: "unset or not an absolute path, so there is no place for the settings", Advice: "set " + home + ", or name the file with --config"}
	}
	return filepath.Join(append([]string{folder}, within...)...), nil
}
