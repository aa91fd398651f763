package main

import (
	"embed"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/cmd/samlogin/manual"
	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/saml/foreign"
)

//go:embed help/*.txt
var helpTexts embed.FS

// newHelpCmd explains commands and topics. Topics are files of the folder help, named as they are typed.
func newHelpCmd(a *app) *cobra.Command {
	var man string
	cmd := &cobra.Command{
		Use:   "help [COMMAND or TOPIC]",
		Short: "Help about a command or a topic",
		Example: `  samlogin help login
  samlogin help ci
  samlogin help --man ~/.local/share/man/man1`,
		ValidArgsFunction: func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
			words := topics()
			for _, c := range cmd.Root().Commands() {
				words = append(words, c.Name())
			}
			return words, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if man != "" && len(args) == 0 {
				return a.writeMan(cmd.Root(), man)
			}
			if len(args) == 0 {
				return cmd.Root().Help()
			}
			if text, err := helpTexts.ReadFile("help/" + args[0] + ".txt"); err == nil && len(args) == 1 {
				_, err = fmt.Fprint(a.out, string(text))
				return err
			}
			found, rest, err := cmd.Root().Find(args)
			if err != nil || found == cmd.Root() || len(rest) > 0 {
				return &fault.UsageError{What: fmt.Sprintf("no help for %q", foreign.Text(strings.Join(args, " "))), Hint: "topics are " + strings.Join(topics(), ", ")}
			}
			return found.Help()
		},
	}
	cmd.Flags().StringVar(&man, "man", "", "write a man page for each command and topic into the folder `DIR`")
	return cmd
}

// writeMan writes the man pages.
func (a *app) writeMan(root *cobra.Command, dir string) error {
	texts := map[string]string{}
	for _, t := range topics() {
		text, err := helpTexts.ReadFile("help/" + t + ".txt")
		if err != nil {
			return err
		}
		texts[t] = string(text)
	}
	if err := manual.Write(root, dir, texts); err != nil {
		return &profiles.FileError{Path: dir, Step: "write the man pages", Err: err}
	}
	return nil
}

func topics() []string {
	files, _ := helpTexts.ReadDir("help") // an embedded folder is always there
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f.Name(), ".txt"))
	}
	return names
}
