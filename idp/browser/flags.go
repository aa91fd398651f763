package browser

import (
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/chromedp/chromedp"
)

// options are how the browser is started. It has nothing that makes pages treat a person at a window as a robot, and
// nothing of the person's own: no extensions, no saved passwords, no account of the browser's maker. What a company
// prescribes to its browsers by policy stays in force.
func (w *window) options() []chromedp.ExecAllocatorOption {
	c := w.config
	flag := chromedp.Flag
	opts := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(c.Program.Path), chromedp.UserDataDir(w.folder.path), chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
		flag("disable-sync", true), flag("disable-default-apps", true), flag("disable-component-update", true), flag("disable-breakpad", true),
		flag("disable-crash-reporter", true), flag("crash-dumps-dir", filepath.Join(w.folder.path, "crashes")), flag("deny-permission-prompts", true), flag("hide-crash-restore-bubble", true), flag("metrics-recording-only", true),
		flag("disable-features", "Translate,MediaRouter,DialMediaRouteProvider,OptimizationHints,InterestFeedContentSuggestions"),
		flag("password-store", "basic"), // no question of a keyring's comes between
		chromedp.NoInheritEnv, chromedp.Env(c.Env...), chromedp.CombinedOutput(w.output),
		chromedp.ModifyCmdFunc(func(cmd *exec.Cmd) { w.cmd, w.group = cmd, newGroup(cmd) }),
	}
	if w.folder.kept {
		opts = append(opts, flag("restore-last-session", true)) // else cookies that name no end are dropped at the start
	} else {
		opts = append(opts, flag("use-mock-keychain", true))
	}
	if c.Hidden {
		// A second wall behind the first; a visible browser would warn of it.
		opts = append(opts, flag("host-resolver-rules", unreachable()))
		opts = append(opts, flag("headless", "new"), flag("mute-audio", true), flag("disable-dev-shm-usage", true), flag("window-size", "1280,1024"))
	} else {
		// A person signs in here. Google turns away every browser that says it is driven (navigator.webdriver).
		opts = append(opts, flag("disable-blink-features", "AutomationControlled"), flag("window-size", "1000,900"))
		if variable(c.Env, "DISPLAY") == "" && variable(c.Env, "WAYLAND_DISPLAY") != "" {
			opts = append(opts, flag("ozone-platform", "wayland"))
		}
	}
	for _, arg := range c.Program.Args {
		name, value, given := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		switch {
		case name == "user-data-dir" || strings.HasPrefix(name, "remote-debugging"): // are samlogin's to choose
		case given:
			opts = append(opts, flag(name, value))
		default:
			opts = append(opts, flag(name, true))
		}
	}
	return opts
}

func variable(env []string, name string) string {
	for _, pair := range env {
		if n, value, ok := strings.Cut(pair, "="); ok && n == name {
			return value
		}
	}
	return ""
}
