package form

import (
	"context"

	"github.com/samlogin/samlogin/idp"
)

// Look goes as far as a login gets without anybody. Errors are those of idp.Walk.Look.
func (p *Provider) Look(ctx context.Context) (idp.Sight, error) {
	return p.walk.Look(ctx, p.config.Address.start(p.config.RelyingParty))
}
