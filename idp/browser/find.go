package browser

import (
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Program is an installed browser.
type Program struct {
	Name string   // as a person calls it
	Path string   // absolute
	Args []string // besides those that every login gives it
	snap bool     // of a snap, which may write only in a folder of its own
}

// Find looks for a browser that can be driven: the one that is named, with arguments after it; else Chrome, Edge,
// Chromium or Brave, where they are installed on this system. A name of another kind of browser is passed over: the
// same setting names the one that addresses are opened with. The error is an *Error.
func Find(named []string, env func(string) string) (Program, error) {
	return find(runtime.GOOS, named, env, exec.LookPath)
}

func find(system string, named []string, env func(string) string, look func(string) (string, error)) (Program, error) {
	if len(named) > 0 && !undriven(named[0]) {
		path, err := look(named[0])
		if err != nil {
			return Program{}, &Error{Problem: NotFound, Program: named[0]}
		}
		return program(called(path), path, named[1:]), nil
	}
	for _, p := range places(system, env) {
		if path, err := look(p.Path); err == nil {
			return program(p.Name, path, nil), nil
		}
	}
	if system == "linux" && env("WSL_DISTRO_NAME") != "" {
		return Program{}, &Error{Problem: OutsideWSL}
	}
	return Program{}, &Error{Problem: NoBrowser}
}

func program(name, path string, args []string) Program {
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	return Program{Name: name, Path: path, Args: args, snap: strings.HasPrefix(path, "/snap/")}
}

// places are where the browsers are installed, the most usual first.
func places(system string, env func(string) string) []Program {
	var out []Program
	add := func(name string, paths ...string) {
		for _, path := range paths {
			out = append(out, Program{Name: name, Path: path})
		}
	}
	switch system {
	case "darwin":
		for _, app := range []string{"Google Chrome", "Microsoft Edge", "Chromium", "Brave Browser"} {
			inside := "/Applications/" + app + ".app/Contents/MacOS/" + app
			add(app, inside)
			if home := env("HOME"); home != "" {
				add(app, home+inside)
			}
		}
	case "windows":
		for _, app := range []struct{ name, path string }{
			{"Google Chrome", `Google\Chrome\Application\chrome.exe`},
			{"Microsoft Edge", `Microsoft\Edge\Application\msedge.exe`},
			{"Chromium", `Chromium\Application\chrome.exe`},
			{"Brave", `BraveSoftware\Brave-Browser\Application\brave.exe`},
		} {
			for _, folder := range []string{"ProgramFiles", "ProgramFiles(x86)", "ProgramW6432", "LocalAppData"} {
				if base := env(folder); base != "" {
					add(app.name, base+`\`+app.path)
				}
			}
		}
	default:
		add("Google Chrome", "google-chrome-stable", "google-chrome", "/opt/google/chrome/chrome")
		add("Microsoft Edge", "microsoft-edge-stable", "microsoft-edge", "/opt/microsoft/msedge/msedge")
		add("Chromium", "chromium")
		add("Brave", "brave-browser-stable", "brave-browser", "brave", "/opt/brave.com/brave/brave")
		add("Chromium", "/snap/bin/chromium", "chromium-browser") // the latter may be a hint to install the former
	}
	return out
}

// undriven knows browsers and openers of addresses that do not speak the protocol.
func undriven(name string) bool {
	base := strings.TrimSuffix(strings.ToLower(filepath.Base(strings.ReplaceAll(name, `\`, "/"))), ".exe")
	return slices.ContainsFunc([]string{"firefox", "librewolf", "safari", "epiphany", "gnome-web", "konqueror", "falkon", "qutebrowser", "w3m", "lynx", "links", "elinks"}, func(known string) bool {
		return strings.HasPrefix(base, known)
	}) || slices.Contains([]string{"open", "xdg-open", "gio", "kde-open", "wslview", "rundll32", "explorer", "cmd", "powershell", "pwsh", "sensible-browser", "x-www-browser", "www-browser", "start"}, base)
}

// called is what a person calls the browser at a path.
func called(path string) string {
	base := strings.ToLower(filepath.Base(strings.ReplaceAll(path, `\`, "/")))
	for _, known := range []struct{ part, name string }{
		{"edge", "Microsoft Edge"}, {"chromium", "Chromium"}, {"brave", "Brave"}, {"vivaldi", "Vivaldi"}, {"opera", "Opera"}, {"chrome", "Google Chrome"},
	} {
		if strings.Contains(base, known.part) {
			return known.name
		}
	}
	return filepath.Base(path)
}
