package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/idp/probe"
	"github.com/samlogin/samlogin/profiles/settings"
)

const configureLong = `Set up an identity provider, AWS profiles and a group for the morning, in about a minute.

It looks at the address of your sign-in page and finds out what stands there, logs in as you would, lists the roles that
you are offered, and proposes names. What is going to be written to the settings is shown before it is written; lines
and comments that are there stay. At the end the profiles are written with the login that has just been made.

Every question has a flag; with all of them answered it runs without a terminal. It can be run again at any time: it
adds and changes, and takes nothing out.`

// configureFlags are the words of configure.
type configureFlags struct {
	loginFlags
	name      string   // of the IdP in the settings
	realm     string   // whose account it is
	accounts  []string // NUMBER=NAME
	profiles  string   // template of the profiles' names
	group     string
	asDefault bool
	remember  bool
	noLogin   bool
	yes       bool
}

func newConfigureCmd(a *app) *cobra.Command {
	f := &configureFlags{}
	cmd := &cobra.Command{
		Use:   "configure",
		Short: "Set up an IdP, profiles and a group in a minute",
		Long:  configureLong,
		Example: `  samlogin configure
  samlogin configure --url adfs.example.com
  samlogin configure --url adfs.example.com --username 'CORP\jane' --name corp \
    --role '*/Admin' --all --profiles '{alias}-{role}' --group morning --yes`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return unknownWord(cmd, args[0])
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return a.configure(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	f.addSignIn(flags)
	flags.StringVar(&f.name, "name", "", "`NAME` of the IdP in the settings")
	flags.StringVar(&f.realm, "realm", "", "`NAME` of the organisation whose account it is, where the IdP asks")
	flags.StringArrayVar(&f.roles, "role", nil, "`PATTERN` of a role: ARN, account/name or name, * for anything but a slash (repeatable)")
	flags.BoolVar(&f.all, "all", false, "every role that the patterns fit; without a pattern every role offered")
	flags.StringArrayVar(&f.accounts, "account", nil, "`NUMBER=NAME` of an AWS account (repeatable)")
	flags.StringVar(&f.profiles, "profiles", "", "`TEMPLATE` of the profiles' names: {account} {alias} {role} {partition}")
	flags.StringVar(&f.group, "group", "", "`NAME` of the group for the profiles")
	flags.BoolVar(&f.asDefault, "default", false, "make it what a bare samlogin logs in to, though another default is set")
	flags.StringVar(&f.write, "write", "", "`WHAT` to write to the AWS profiles: keys, or process (a command that renews them)")
	flags.BoolVar(&f.overwrite, "overwrite", false, "replace AWS profiles that samlogin does not own")
	flags.StringVar(&f.duration, "duration", "", "how `LONG` the keys shall last: 45m, 12h, 43200 or max")
	flags.StringVar(&f.region, "region", "", "`REGION` of AWS, for the profiles and for STS")
	flags.StringVar(&f.stsEndpoint, "sts-endpoint", "", "`URL` of STS")
	flags.BoolVar(&f.remember, "remember", false, "remember the password in this computer's key store; =false does not ask")
	flags.BoolVar(&f.noLogin, "no-login", false, "set up the IdP only, without logging in")
	flags.BoolVar(&f.yes, "yes", false, "take what is proposed, and write it without asking")
	hasVariable(flags, "role", "write", "duration", "region", "sts-endpoint")
	cmd.AddCommand(newImportCmd(a))
	return cmd
}

// setup is one run of configure.
type setup struct {
	app      *app
	flags    *configureFlags
	path     string             // of the settings file
	settings *settings.Settings // as they are
	ask      *asker

	finding  *probe.Finding
	idp      *settings.IdP
	known    bool              // the IdP stands in the settings already
	accounts accountNames      // those of the settings, those that got one now, and what AWS calls the others
	named    map[string]string // accounts that got a name now, for the settings
	chosen   []chosenRole
	group    string
}

func (a *app) configure(ctx context.Context, f *configureFlags) error {
	a.watch()
	s := &setup{app: a, flags: f, named: map[string]string{}}
	if err := s.open(); err != nil {
		return err
	}
	if err := s.checkWords(); err != nil {
		return err
	}
	if err := s.findIdP(ctx); err != nil {
		return err
	}
	if err := s.nameIdP(ctx); err != nil {
		return err
	}
	var login *madeLogin
	var err error
	if !f.noLogin {
		if login, err = s.tryLogin(ctx); err != nil {
			return err
		}
		if err := s.chooseRoles(ctx, login); err != nil {
			return err
		}
		if err := s.nameProfiles(ctx); err != nil {
			return err
		}
		if err := s.rest(ctx); err != nil {
			return err
		}
	}
	return s.write(ctx, login)
}

// open reads the settings there are. Other than for a login, a file that --config names need not exist.
func (s *setup) open() error {
	a := s.app
	if s.path = a.global.config; s.path == "" {
		var err error
		if s.path, err = settings.Locate(a.env); err != nil {
			return err
		}
	}
	loaded, err := a.loader().Load(s.path, false)
	if err != nil {
		return err
	}
	if a.global.output == "" {
		a.global.output = loaded.Output
	}
	a.loaded, s.settings = loaded, loaded
	s.accounts = accountNames{}
	for number, name := range loaded.Accounts {
		s.accounts[number] = name
	}
	s.ask = &asker{app: a, agreed: s.flags.yes}
	if t, err := a.terminal(); err == nil {
		s.ask.terminal = t
	}
	return nil
}

// checkWords finds what cannot be meant before anything is looked at.
func (s *setup) checkWords() error {
	f := s.flags
	switch f.write {
	case "", "keys":
	case writeProcess:
		if _, err := ownProgram(s.app.env); err != nil { // before anybody types anything for it
			return err
		}
	default:
		return &fault.UsageError{What: "--write takes keys or process here"}
	}
	if f.noLogin && (len(f.roles) > 0 || f.all || f.profiles != "" || f.group != "" || f.assertionFile != "") {
		return &fault.UsageError{What: "--no-login sets up the IdP only: no roles, profiles and groups", Hint: "leave it out, or leave those out"}
	}
	if f.duration != "" {
		if err := checkDuration(f.duration); err != nil {
			return err
		}
	}
	for _, account := range f.accounts {
		number, name, found := strings.Cut(account, "=")
		if !found || len(number) != 12 || strings.Trim(number, "0123456789") != "" || strings.TrimSpace(name) == "" {
			return &fault.UsageError{What: "--account takes the twelve digits of an account and its name", Hint: "--account 111111111111=production"}
		}
		s.setAccount(number, strings.TrimSpace(name))
	}
	return nil
}

func (s *setup) setAccount(number, name string) {
	s.accounts[number] = name
	if s.settings.Accounts[number] != name {
		s.named[number] = name
	}
}

// say tells what was found. With --output json nothing but the JSON is printed.
func (s *setup) say(format string, args ...any) {
	if !s.app.json() {
		fmt.Fprintf(s.app.out, format+"\n", args...)
	}
}

// rest asks how long keys shall last, and what is written to the AWS profiles.
func (s *setup) rest(ctx context.Context) error {
	f := s.flags
	was := s.idp.Choices
	proposed := cmp.Or(was.Duration, "max")
	if s.known && s.ask.terminal == nil {
		proposed = was.Duration // nobody sees that it changes for profiles that are there
	}
	var err error
	if f.duration, err = s.ask.text(ctx, question{
		label: "How long shall keys last (45m to 12h, or max)", flag: "duration", given: f.duration, proposed: proposed, empty: true, check: checkDuration,
	}); err != nil {
		return err
	}
	f.write, err = s.ask.text(ctx, question{
		label: "Write keys, or process: a command that renews them", flag: "write", given: f.write, proposed: cmp.Or(was.Write, "keys"), check: func(text string) error {
			if text != "keys" && text != writeProcess {
				return fmt.Errorf("it is keys or process")
			}
			if text == writeProcess {
				_, err := ownProgram(s.app.env)
				return err
			}
			return nil
		},
	})
	return err
}
