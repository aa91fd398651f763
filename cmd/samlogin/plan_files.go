package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
	"github.com/samlogin/samlogin/sts"
)

// ofFiles is the way to a profile of AWS's files. t is what is wished of its own role.
func (p *planner) ofFiles(ctx context.Context, chain profiles.Chain, t *target) (link, error) {
	for _, r := range chain.Roles {
		if err := p.enter("files: " + r.Profile); err != nil {
			return nil, err
		}
	}
	way, err := p.root(ctx, chain.Root)
	if err != nil {
		return nil, err
	}
	for i, r := range chain.Roles {
		role, err := saml.SwitchedRole(r.RoleARN)
		if err != nil {
			return nil, &fault.UsageError{What: fmt.Sprintf("role_arn of profile %s (%s): %v", foreign.Text(r.Profile), r.Place, err), Hint: "write it like arn:aws:iam::222222222222:role/Deploy"}
		}
		wished := t
		if i < len(chain.Roles)-1 { // a role on the way is wished for as its own profile says
			if wished, err = p.onTheWay(ctx, r.Profile, nil, ownChoices(r)); err != nil {
				return nil, err
			}
		}
		call := sts.Switch{RoleARN: r.RoleARN, SessionName: r.SessionName, ExternalID: r.ExternalID}
		if way, err = p.role(way, r.MFASerial, wished, &switchedRole{name: r.Profile, role: role, call: call}); err != nil {
			return nil, err
		}
	}
	return way, nil
}

// written is the target of a profile that holds keys of a login by flags alone. They are taken as they are: nothing tells
// how to get others.
func (p *planner) written(chain profiles.Chain) (*target, error) {
	root, given := chain.Root, []string{}
	for _, flag := range []string{"duration", "exact-duration", "policy-file", "policy-arn", "force"} {
		if p.app.typed[flag] {
			given = append(given, "--"+flag)
		}
	}
	if len(given) > 0 {
		return nil, &fault.UsageError{
			What: fmt.Sprintf("the settings have no profile %s, so that its keys (%s) are taken as they are: %s cannot change them", foreign.Text(chain.Profile), root.Place, strings.Join(given, ", ")),
			Hint: "samlogin login takes these flags; samlogin configure puts the profile into the settings",
		}
	}
	t := &target{name: chain.Profile, stored: true, profile: chain.Profile, choices: settings.Nearest(p.flags.choices(), settings.Choices{Region: chain.Region}, p.settings.General)}
	t.way = &ownKeys{
		app: p.app, where: "profile " + foreign.Clean(root.Profile), place: root.Place, role: assumedRole(root.PrincipalARN), choices: t.choices,
		keys: sts.Credentials{AccessKeyID: root.AccessKeyID, SecretAccessKey: root.SecretAccessKey, SessionToken: root.SessionToken, Expiration: root.Expires},
	}
	return t, nil
}

// assumedRole is the role of a session's ARN, arn:aws:sts::111111111111:assumed-role/Admin/jane, as far as that tells: the
// role's path is not in it. The zero Role stands for any other text.
func assumedRole(session string) saml.Role {
	parts := strings.Split(session, ":")
	if len(parts) != 6 {
		return saml.Role{}
	}
	resource := strings.Split(parts[5], "/")
	if len(resource) != 3 || resource[0] != "assumed-role" {
		return saml.Role{}
	}
	role, err := saml.SwitchedRole("arn:" + parts[1] + ":iam::" + parts[4] + ":role/" + resource[1])
	if err != nil {
		return saml.Role{}
	}
	return role
}

// root is the first link of a way through AWS's files.
func (p *planner) root(ctx context.Context, root profiles.Root) (link, error) {
	keys := &ownKeys{app: p.app, where: "profile " + foreign.Clean(root.Profile), place: root.Place, keys: sts.Credentials{
		AccessKeyID: root.AccessKeyID, SecretAccessKey: root.SecretAccessKey, SessionToken: root.SessionToken, Expiration: root.Expires,
	}}
	ours := p.settings.Profiles[cmp.Or(root.Name, root.Profile)]
	switch root.Kind {
	case profiles.RootEnvironment:
		keys.where, keys.place = "the environment", ""
		keys.keys = sts.Credentials{AccessKeyID: p.app.env("AWS_ACCESS_KEY_ID"), SecretAccessKey: secret.New(p.app.env("AWS_SECRET_ACCESS_KEY")), SessionToken: secret.New(p.app.env("AWS_SESSION_TOKEN"))}
		if keys.keys.AccessKeyID == "" || keys.keys.SecretAccessKey.Empty() {
			return nil, &fault.UsageError{What: fmt.Sprintf("profile %s takes the keys of the environment (credential_source = Environment), and there are none", foreign.Text(root.Profile)), Hint: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"}
		}
		return keys, nil
	case profiles.RootProcess:
		// A command of samlogin's own would wait for what this process is about to do.
		if !ourProgram(root.Process) {
			return &processKeys{app: p.app, profile: root.Profile, line: root.Process}, nil
		}
		return p.own(ctx, root, ours)
	case profiles.RootManaged:
		if ours == nil && root.Name == "" {
			return keys, nil // of a login by flags alone
		}
		return p.own(ctx, root, ours)
	case profiles.RootAbsent:
		if ours == nil {
			files, _ := profiles.Locate(p.app.env)
			return nil, &fault.UsageError{What: fmt.Sprintf("the source profile %q (%s) is neither in AWS's files nor in the settings", foreign.Text(root.Profile), root.Place), Hint: cmp.Or(nearTo(root.Profile, p.settings, files), known(p.settings))}
		}
		return p.own(ctx, root, ours)
	}
	return keys, nil
}

// own is a source that samlogin itself keeps in keys.
func (p *planner) own(ctx context.Context, root profiles.Root, ours *settings.Profile) (link, error) {
	if ours != nil {
		t, err := p.onTheWay(ctx, ours.Name, ours, ours.Choices)
		if err != nil {
			return nil, err
		}
		return p.ofSettings(ctx, ours, t)
	}
	if err := p.enter("process: " + root.Name); err != nil {
		return nil, err
	}
	files, err := profiles.Locate(p.app.env)
	if err != nil {
		return nil, err
	}
	chain, err := files.Chain(root.Name)
	if err != nil {
		return nil, err
	}
	if len(chain.Roles) == 0 {
		return nil, &fault.UsageError{What: fmt.Sprintf("profile %s (%s) is to get its keys from samlogin, and the settings have no profile %q", foreign.Text(root.Profile), root.Place, foreign.Text(root.Name)), Hint: known(p.settings)}
	}
	t, err := p.onTheWay(ctx, root.Name, nil, ownChoices(chain.Roles[len(chain.Roles)-1]))
	if err != nil {
		return nil, err
	}
	return p.ofFiles(ctx, chain, t)
}

// onTheWay is what is wished of a role on the way: for how long its own profile says, and how servers and codes are
// reached the one that was asked for.
func (p *planner) onTheWay(ctx context.Context, name string, named *settings.Profile, own settings.Choices) (*target, error) {
	asked := p.asked.choices
	given := settings.Choices{STSEndpoint: p.flags.stsEndpoint, CABundle: p.flags.caBundle, Timeout: p.flags.timeout}
	handed := settings.Choices{STSEndpoint: asked.STSEndpoint, CABundle: asked.CABundle, Timeout: asked.Timeout, MFACommand: asked.MFACommand, SecretStore: asked.SecretStore, MFASession: asked.MFASession}
	t := &target{name: name, named: named, choices: settings.Nearest(given, own, handed, p.settings.General)}
	if err := t.readWish(ctx, p.app); err != nil {
		return nil, &fault.UsageError{What: fmt.Sprintf("the duration of profile %s: %v", foreign.Text(name), err), Hint: "from 900 to 43200 seconds"}
	}
	return t, nil
}

// ownChoices are what a profile of AWS's files chooses.
func ownChoices(r profiles.Switch) settings.Choices {
	return settings.Choices{Region: r.Region, Duration: r.Duration}
}

// enter notes a profile, and refuses one that was passed already.
func (p *planner) enter(name string) error {
	if slices.Contains(p.visited, name) {
		var shown []string
		for _, v := range append(p.visited, name) {
			_, v, _ = strings.Cut(v, ": ")
			shown = append(shown, foreign.Clean(v))
		}
		return &fault.UsageError{What: "the sources of profile " + shown[0] + " lead back to themselves: " + strings.Join(shown, " → "), Hint: "one of them needs keys of its own, or a login"}
	}
	p.visited = append(p.visited, name)
	return nil
}
