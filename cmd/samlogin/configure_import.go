package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/profiles/imports"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/saml/foreign"
)

// importFlags are the words of configure import.
type importFlags struct {
	yes, dry, secrets, clean bool
	rename                   []string
}

func newImportCmd(a *app) *cobra.Command {
	f := &importFlags{}
	cmd := &cobra.Command{
		Use:   "import [TOOL [FILE]]",
		Short: "Take over the settings of saml2aws, aws-adfs, clisso or aws-vault",
		Long: `Take over the settings of saml2aws, aws-adfs, clisso or aws-vault. What became of each line of their file is said, the
change of your settings is shown, and it is written on your yes. Their file stays as it is.

Without TOOL, those whose settings are on this computer are listed. FILE is where the tool keeps them if it is not named.

A password that saml2aws has in the key store of this computer is copied to samlogin's own entry there if you agree,
and never written into a file. The lines of aws-adfs stay in ~/.aws/config unless --clean is said. Names that your settings have already are proposed with the tool's name behind them;
--rename proposes others. help migrate compares the words of these tools with samlogin's.`,
		Example: `  samlogin configure import
  samlogin configure import saml2aws
  samlogin configure import aws-adfs --rename example=corp
  samlogin configure import clisso ~/old/clisso.yaml --yes --no-input`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 && !slices.Contains(imports.Tools(), imports.Tool(args[0])) {
				return &fault.UsageError{What: fmt.Sprintf("the settings of %q are not known", foreign.Text(args[0])), Hint: "known are " + toolNames()}
			}
			if len(args) > 2 {
				return &fault.UsageError{What: "configure import takes a tool and one file at most", Hint: "see samlogin configure import --help"}
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveDefault
			}
			return strings.Split(toolNames(), ", "), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.importable()
			}
			file := ""
			if len(args) == 2 {
				file = args[1]
			}
			return a.importSettings(cmd.Context(), f, imports.Tool(args[0]), file)
		},
	}
	cmd.Flags().BoolVar(&f.yes, "yes", false, "write the settings without asking")
	cmd.Flags().BoolVar(&f.dry, "dry-run", false, "show what would be written, and write nothing")
	cmd.Flags().BoolVar(&f.secrets, "secrets", false, "copy passwords from the tool's entries in the key store without asking")
	cmd.Flags().BoolVar(&f.clean, "clean", false, "take lines of aws-adfs that were taken over out of ~/.aws/config, after a yes")
	cmd.Flags().StringArrayVar(&f.rename, "rename", nil, "`OLD=NEW`: another name than the one proposed; can be repeated")
	return cmd
}

func toolNames() string {
	var names []string
	for _, t := range imports.Tools() {
		names = append(names, string(t))
	}
	return strings.Join(names, ", ")
}

// renames reads --rename.
func (f *importFlags) renames() (map[string]string, error) {
	all := map[string]string{}
	for _, r := range f.rename {
		from, to, ok := strings.Cut(r, "=")
		if !ok || from == "" || to == "" {
			return nil, &fault.UsageError{What: "--rename takes OLD=NEW", Hint: "samlogin configure import saml2aws --rename default=corp"}
		}
		all[from] = to
	}
	return all, nil
}

// imported is what was done, as JSON output shows it.
type imported struct {
	Tool     imports.Tool   `json:"tool"`
	Path     string         `json:"path"`
	Accounts int            `json:"accounts"`
	Lines    []importedLine `json:"lines"`
	Profiles []string       `json:"profiles"`
	Settings string         `json:"settings"`
	Diff     string         `json:"diff"`
	Written  bool           `json:"written"`
	Secrets  []copied       `json:"secrets"`
	Cleaned  int            `json:"cleaned"` // lines taken out of their file
}

type importedLine struct {
	Line    int          `json:"line"`
	Section string       `json:"section,omitempty"`
	Key     string       `json:"key,omitempty"`
	Fate    imports.Fate `json:"fate"`
	To      []string     `json:"to"`
	Why     string       `json:"why,omitempty"`
}

// settingsToChange are the settings and their file, which need not be there yet, wherever it was named.
func (a *app) settingsToChange() (string, *settings.Settings, error) {
	path, err := settings.Locate(a.env)
	if a.global.config != "" {
		path, err = filepath.Abs(a.global.config)
	}
	if err != nil {
		return "", nil, err
	}
	s, err := a.loader().Load(path, false)
	if err == nil && a.global.output == "" {
		a.global.output = s.Output
	}
	return path, s, err
}

func (a *app) importSettings(ctx context.Context, f *importFlags, tool imports.Tool, file string) error {
	a.watch()
	if f.clean && tool != imports.AWSADFS {
		return &fault.UsageError{What: "--clean is for aws-adfs, whose lines stand in a file of AWS's clients", Hint: "the file of " + string(tool) + " can be deleted when you are done with it"}
	}
	renames, err := f.renames()
	if err != nil {
		return err
	}
	to, s, err := a.settingsToChange()
	if err != nil {
		return err
	}
	if file == "" {
		if file, err = tool.Locate(a.env); err != nil {
			return &fault.UsageError{What: err.Error(), Hint: "name the file: samlogin configure import " + string(tool) + " FILE"}
		}
	}
	r, err := imports.Read(tool, file, imports.Ours{Settings: s, Rename: renames, CheckDuration: checkDuration})
	if err != nil {
		return importFailed(err, tool)
	}
	edit, err := settings.Plan(to, r.Changes)
	if err != nil {
		return err
	}
	if _, err := a.loader().Planned(edit); err != nil {
		return err
	}
	done := &imported{Tool: tool, Path: file, Accounts: r.Accounts, Lines: []importedLine{}, Profiles: append([]string{}, r.Profiles...), Settings: to, Diff: edit.Diff(), Secrets: []copied{}}
	for _, l := range r.Lines {
		done.Lines = append(done.Lines, importedLine{l.Number, l.Section, l.Key, l.Fate, append([]string{}, l.To...), l.Why})
	}
	if !a.json() {
		a.showImport(r)
		a.showDiff(done.Diff)
	}
	if f.dry {
		return a.importEnded(done)
	}
	if edit.Changes() {
		if err := a.agreeToWrite(ctx, f, to); err != nil {
			return err
		}
		edit.Notice = a.notice
		if err := edit.Save(ctx); err != nil {
			return err
		}
		done.Written = true
	}
	if f.clean {
		if done.Cleaned, err = a.cleanADFS(ctx, f, r); err != nil {
			return err
		}
	}
	if len(r.Stored) > 0 {
		if _, s, err = a.settingsToChange(); err != nil { // as they are now
			return err
		}
		if done.Secrets, err = a.copySecrets(ctx, f, s, r); err != nil {
			return err
		}
	}
	return a.importEnded(done)
}

// agreeToWrite asks before the settings are written.
func (a *app) agreeToWrite(ctx context.Context, f *importFlags, to string) error {
	if f.yes {
		return nil
	}
	t, err := a.terminal()
	if err != nil {
		return &fault.NeedError{What: "nothing was written: nobody can be asked", Hint: "--yes writes the settings, --dry-run shows what would be written"}
	}
	yes, err := t.Decide(ctx, "Write this to "+a.short(to)+"?")
	if err == nil && !yes {
		err = &fault.NeedError{What: "nothing was written", Hint: "--rename proposes other names"}
	}
	return err
}

// cleanADFS takes lines that were taken over out of the config file of AWS's clients.
func (a *app) cleanADFS(ctx context.Context, f *importFlags, r *imports.Result) (lines int, err error) {
	path, err := filepath.Abs(r.Path)
	if err != nil {
		return 0, err
	}
	edit := func(text string) (string, error) {
		after, n := r.CleanADFS(text)
		lines = max(lines, n) // it may be called again for what it made itself
		return after, nil
	}
	if !f.yes {
		t, err := a.terminal()
		if err != nil {
			return 0, &fault.NeedError{What: "the lines of aws-adfs stay: nobody can be asked", Hint: "--yes takes them out"}
		}
		yes, err := t.Confirm(ctx, "Take the lines of aws-adfs that were taken over out of "+a.short(path)+"?")
		if err != nil || !yes {
			return 0, err
		}
	}
	w := profiles.Writer{Notice: a.notice}
	err = w.SaveText(ctx, path, edit)
	return lines, err
}

// importEnded says what was done, and what to do next.
func (a *app) importEnded(done *imported) error {
	if a.json() {
		a.printed = true
		return printJSON(a.out, done)
	}
	if done.Written {
		fmt.Fprintln(a.out, "Written to "+a.short(done.Settings)+".")
	}
	if done.Cleaned > 0 {
		fmt.Fprintf(a.out, "%s of aws-adfs taken out of %s.\n", counted(done.Cleaned, "line"), a.short(done.Path))
	}
	for _, c := range done.Secrets {
		if c.Copied {
			fmt.Fprintf(a.out, "The password of %s at %s is remembered.\n", foreign.Text(c.User), foreign.Text(c.Origin))
		} else {
			a.notice(fmt.Sprintf("no password was copied for %s: %s", foreign.Text(c.IdP), c.Why))
		}
	}
	if len(done.Profiles) > 0 && (done.Written || done.Diff == "") {
		fmt.Fprintln(a.out, "\nNext: samlogin login "+foreign.Clean(done.Profiles[0]))
	}
	return nil
}

// importFailed gives the errors about the tool's file a meaning for the person.
func importFailed(err error, tool imports.Tool) error {
	var name *imports.NameError
	var file *imports.FileError
	switch {
	case errors.As(err, &name):
		return &fault.UsageError{What: "--rename: " + name.Error(), Hint: "samlogin configure import " + string(tool) + " --dry-run shows the names that are proposed"}
	case errors.Is(err, fs.ErrNotExist) && errors.As(err, &file):
		return &fault.UsageError{What: "there is no file " + foreign.Clean(file.Path), Hint: "name the file: samlogin configure import " + string(tool) + " FILE"}
	}
	return err
}
