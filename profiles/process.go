package profiles

import (
	"fmt"
	"runtime"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Process is a profile that has no keys in it, but the command that AWS clients run for them: credential_process in the
// config file (AWS SDKs and Tools Reference Guide, "Process credential provider").
type Process struct {
	Profile  string // the AWS profile
	Program  string // samlogin, as an absolute path
	Settings string // the settings file that it is to read, as an absolute path; "" is the one it finds by itself
	Name     string // of the settings, whose keys the command prints
	Region   string // "" leaves the region alone
}

// processWord is samlogin's command that prints keys. The name follows it and ends the line: what ends in a quote as it
// began with one, the AWS SDK for Go takes for one text in quotes.
const processWord = "credentials"

// Command is the line that AWS clients run. They split it in different ways: botocore by the rules of a shell, without
// running one, the SDKs for Go, JavaScript and Java by sh, or on Windows by cmd. So a word that is not plain is put in
// single quotes, and on Windows, where quoted words reach some clients only, nothing but plain words is written. The
// error is a *ValueError for a path or a name that could not be read back by all of them.
func (p Process) Command() (string, error) { return p.command(runtime.GOOS == "windows") }

func (p Process) command(windows bool) (string, error) {
	words := []string{p.Program}
	if p.Settings != "" {
		words = append(words, "--config", p.Settings)
	}
	words = append(words, processWord, p.Name)
	for i, word := range words {
		quoted, position, bad := quote(word, windows)
		switch {
		case word == "":
			return "", &ValueError{Profile: p.Profile, Key: keyProcess, Why: "has an empty word"}
		case bad:
			return "", &ValueError{Profile: p.Profile, Key: keyProcess, Position: position, Why: fmt.Sprintf("needs %q, which has a character that not all AWS clients take in a command", word)}
		}
		words[i] = quoted
	}
	line := strings.Join(words, " ")
	if !OwnCommand(line) {
		return "", &ValueError{Profile: p.Profile, Key: keyProcess, Why: "has a name that is not one plain word"}
	}
	return line, nil
}

// quote writes a word so that every client reads the same one. position counts from 1.
func quote(word string, windows bool) (quoted string, position int, bad bool) {
	plain, before := true, ' '
	for i, r := range []rune(word) {
		if !plainRune(r, windows) {
			plain = false
			// Clients differ on a quote or a backslash within quotes, and take what follows a blank and # or ; for a comment.
			comment := (r == '#' || r == ';') && i > 0 && before == ' '
			if windows || comment || r == '\'' || r == '"' || r == '\\' || r == utf8.RuneError || !unicode.IsPrint(r) {
				return "", i + 1, true
			}
		}
		before = r
	}
	if plain {
		return word, 0, false
	}
	return "'" + word + "'", 0, false
}

// plainRune is what stands for itself in every shell and client, wherever in a word it is. Python reads the file in the
// code page of Windows, so letters outside ASCII are plain nowhere.
func plainRune(r rune, windows bool) bool {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_@+:./-", r) {
		return true
	}
	return windows && (r == '\\' || r == '~') || !windows && (r == '%' || r == '=' || r == ',')
}

// OwnCommand reports whether a credential_process looks like one that Command makes: it ends in "credentials NAME". The
// program may have any name.
func OwnCommand(line string) bool {
	words := strings.Fields(line)
	n := len(words)
	return n > 2 && words[n-2] == processWord && strings.TrimFunc(words[n-1], nameRune) == ""
}

// ownProcess reports whether what the config file has of a profile is samlogin's: it is marked, and no other command was
// put in the place of samlogin's since, as "aws configure set" does, which leaves the mark.
func ownProcess(set map[string]found) bool {
	process, there := set[keyProcess]
	return set[keyMark].value == markManaged && (!there || OwnCommand(process.value))
}

// processLines are the lines of the config file that samlogin takes out again.
func processLines() []setting {
	return []setting{{key: keyProcess, drop: true}, {key: keyMark, drop: true}}
}

// settings are the lines of the config file. foreign ones of the profile that go with consent are those that some client
// would take credentials from.
func (p Process) settings(foreign bool) ([]setting, error) {
	line, err := p.Command()
	if err != nil {
		return nil, err
	}
	var all []setting
	if p.Region != "" {
		all = append(all, setting{key: keyRegion, value: p.Region})
	}
	all = append(all, setting{key: keyProcess, value: line}, setting{key: keyMark, value: markManaged})
	if foreign {
		for _, gone := range credentialKeys() {
			if gone.key != keyProcess {
				all = append(all, gone)
			}
		}
	}
	return all, nil
}

func (p Process) check() error {
	if err := CheckName(p.Profile); err != nil {
		return err
	}
	if n, bad := unwritable(p.Region); bad {
		return &ValueError{Profile: p.Profile, Key: keyRegion, Position: n, Why: "has a character that AWS never gives and that could change the lines around it"}
	}
	_, err := p.Command()
	return err
}
