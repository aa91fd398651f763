package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/saml/foreign"
)

func newRolesCmd(a *app) *cobra.Command {
	f := &loginFlags{}
	cmd := &cobra.Command{
		Use:   "roles [NAME]",
		Short: "Log in and list the roles offered",
		Long:  "Log in and list the roles the IdP offers, without taking any. NAME is a profile of the settings, whose IdP is meant.",
		Example: `  samlogin roles --idp adfs --url adfs.example.com
  samlogin roles --output json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return &fault.UsageError{What: "roles takes one name at most", Hint: "see samlogin roles --help"}
			}
			return nil
		},
		ValidArgsFunction: a.completeNames,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.listRoles(cmd.Context(), f, args) },
	}
	f.addSignIn(cmd.Flags())
	return cmd
}

func (a *app) listRoles(ctx context.Context, f *loginFlags, names []string) error {
	a.watch()
	s, err := a.settings()
	if err != nil {
		return err
	}
	wanted, err := a.targets(ctx, f, s, names)
	if err != nil {
		return err
	}
	offering, _ := fromIdPs(wanted) // a group may have roles besides that are taken with other keys
	if len(bySignIn(offering)) > 1 {
		what := "the settings' default"
		if len(names) > 0 {
			what = foreign.Clean(names[0])
		}
		return &fault.UsageError{What: what + " stands for several IdPs, and one is needed", Hint: "name a profile, or the IdP with --idp"}
	}
	if len(offering) == 0 {
		return &fault.UsageError{What: fmt.Sprintf("profile %s takes its role with other keys, and not from an IdP that could be asked for roles", foreign.Text(wanted[0].name)), Hint: "samlogin login --explain " + foreign.Clean(wanted[0].name) + " tells how"}
	}
	wanted = offering
	in := wanted[0].signIn
	transport, err := a.transport(in.choices)
	if err != nil {
		return err
	}
	login := &session{app: a, in: in, dialog: a.dialog(f, in), fresh: f.force, fromFile: f.assertionFile != ""}
	if f.assertionFile != "" {
		login.provider = fileProvider{a, f.assertionFile}
	} else if login.provider, err = a.provider(in, transport, login.datedBy("the IdP's")); err != nil {
		return err
	}
	if err := login.login(ctx); err != nil {
		return err
	}
	a.recallNames(in)
	accounts := a.named(s.Accounts)
	offered := login.response.Roles
	switch {
	case login.response.Encrypted:
		if offered, err = wanted[0].unseen(); err != nil {
			return err
		}
	case len(offered) == 0:
		_, err := wanted[0].roles(login.response, accounts, nil)
		return err
	}
	entries := []entry{}
	rows := [][]string{{"ACCOUNT", "NAME", "ROLE", "ARN"}}
	for _, r := range offered {
		entries = append(entries, entry{Account: r.Account(), AccountName: accounts[r.Account()], Role: r.Path(), RoleARN: r.ARN, PrincipalARN: r.PrincipalARN})
		rows = append(rows, []string{r.Account(), accounts[r.Account()], r.Path(), r.ARN})
	}
	if a.json() {
		if err := printJSON(a.out, entries); err != nil {
			return err
		}
	} else {
		a.rolesTable(rows)
	}
	a.offerToRemember(ctx)
	return nil
}

// rolesTable prints roles. ARNs that a terminal has no room for are left out: half of one is of no use to anybody, and
// account/role says as much to --role.
func (a *app) rolesTable(rows [][]string) {
	a.table(narrowed(rows, a.outWidth(), "ARN"))
}
