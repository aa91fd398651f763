# A real SimpleSAMLphp with every page it puts between a person and the response: list of sources, notice, consent.
need simplesamlphp apache2 libapache2-mod-php php-xml php-mbstring php-curl php-sqlite3 media-types openssl python3 awscli
. .ci/interop/idp.sh

start_simplesamlphp
serve_sts "$ssp" "$ssp/saml.pem"

export HOME=$ssp/home SAMLOGIN_CA_BUNDLE=$ssp/ca.pem AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1
unset SAMLOGIN_PASSWORD SAMLOGIN_USERNAME SAMLOGIN_URL SAMLOGIN_IDP SAMLOGIN_CONFIG AWS_PROFILE
plain=https://127.0.0.1:$port/simplesaml steps=https://127.0.0.2:$port/simplesaml choose=https://127.0.0.3:$port/simplesaml
# as USER PASSWORD COMMAND…: as on a computer where nobody logged in before
as() { SAMLOGIN_USERNAME=$1 SAMLOGIN_PASSWORD=$2 XDG_STATE_HOME=$(mktemp -d -p "$WORK") "${@:3}"; }
who() { aws sts get-caller-identity --profile "$1" --endpoint-url "$AWS_ENDPOINT_URL_STS" --query Arn --output text; }

ends 0 as alice Alice-pass1 "$SAMLOGIN" login --idp form --url "$plain" --role 222222222222/path/to/Deploy --profile ssp --no-input
[ "$(who ssp)" = arn:aws:sts::222222222222:assumed-role/Deploy/alice@idp.test ]
ends 0 as alice Alice-pass1 "$SAMLOGIN" roles --idp form --url "$plain/saml2/idp/SSOService.php?spentityid=urn:amazon:webservices" --output json --no-input
python3 -c 'import json, sys; assert len(json.load(sys.stdin)) == 3' <<<"$out"
echo "   alice: by the base address and by the full one, the AWS CLI is $(who ssp)"

ends 0 as bob 'b&b "quoted" <pass> +%20=ü€' "$SAMLOGIN" login --idp form --url "$plain" --profile bob --no-input
[ "$(who bob)" = arn:aws:sts::111111111111:assumed-role/ReadOnly/bob@idp.test ]
ends 0 as dave Dave-pass1 "$SAMLOGIN" roles --idp form --url "$plain" --output json --no-input
python3 -c 'import json, sys; assert len(json.load(sys.stdin)) == 60' <<<"$out"
ends 0 as dave Dave-pass1 "$SAMLOGIN" login --idp form --url "$plain" --role 300000000011/Team4-Admin --profile dave --no-input
[ "$(who dave)" = arn:aws:sts::300000000011:assumed-role/Team4-Admin/dave@idp.test ]
ends 3 as alice wrong-one "$SAMLOGIN" roles --idp form --url "$plain" --no-input
says 'refused the user name or password: "Incorrect username or password'
settled "$ssp/access.log"
grep -c 'POST /simplesaml/module.php/core/loginuserpass.php' "$ssp/access.log" >"$ssp/before"
echo "   bob's awkward password, dave's 60 roles, a wrong password sent once"

# Two IdPs of the settings at one address: the second one asks for no password, since the session is there.
cat >"$ssp/two.toml" <<TOML
[idp.one]
kind = "form"
url = "$plain"
username = "alice"
[idp.two]
kind = "form"
url = "$plain/saml2/idp/SSOService.php?spentityid=urn:amazon:webservices"
username = "alice"
[profile.first]
idp = "one"
role = "111111111111/ReadOnly"
[profile.second]
idp = "two"
role = "111111111111/Admin"
[group.both]
profiles = ["first", "second"]
TOML
chmod 600 "$ssp/two.toml"
ends 0 env SAMLOGIN_PASSWORD=Alice-pass1 "$SAMLOGIN" login both --config "$ssp/two.toml" --no-input
settled "$ssp/access.log"
[ $(($(grep -c 'POST /simplesaml/module.php/core/loginuserpass.php' "$ssp/access.log") - $(cat "$ssp/before"))) = 1 ]
[ "$(who second)" = arn:aws:sts::111111111111:assumed-role/Admin/alice@idp.test ]
echo "   two logins in one run: one password was sent"

# A notice, then consent: the notice is said, consent is a person's to give.
ends 4 as alice Alice-pass1 "$SAMLOGIN" login --idp form --url "$steps" --role 111111111111/ReadOnly --profile steps --no-input
says 'your account alice will expire in 20 days'
says 'asks for the consent, and nobody can be asked; it says'
as alice Alice-pass1 at_terminal yes "$SAMLOGIN" login --idp form --url "$steps" --role 111111111111/ReadOnly --profile steps || { echo "$err"; exit 1; }
[ "$(who steps)" = arn:aws:sts::111111111111:assumed-role/ReadOnly/alice@idp.test ]
got=0
as alice Alice-pass1 at_terminal no "$SAMLOGIN" login --idp form --url "$steps" --role 111111111111/ReadOnly --profile steps || got=$?
[ $got = 3 ] || { echo "exit $got, want 3"; echo "$err"; exit 1; }
says 'does not let you use AWS'
ends 3 as erin Erin-pass1 "$SAMLOGIN" login --idp form --url "$steps" --profile erin --no-input
says 'Your account erin has expired'
echo "   notice shown, consent given and denied at a terminal, an expired account in the IdP's words"

ends 4 as alice Alice-pass1 "$SAMLOGIN" roles --idp form --url "$choose" --no-input
other=src-$(printf otherpass | base64)
as alice Alice-pass1 at_terminal "$other" "$SAMLOGIN" login --idp form --url "$choose" --role 111111111111/ReadOnly --profile chosen || { echo "$err"; exit 1; }
[ "$(who chosen)" = arn:aws:sts::111111111111:assumed-role/ReadOnly/alice@idp.test ]
echo "   of two sources the second was chosen"

# Found by its host alone, and set up in one command.
ends 0 as alice Alice-pass1 "$SAMLOGIN" configure --config "$ssp/configured.toml" --url "https://127.0.0.1:$port" --role 222222222222/path/to/Deploy --profiles configured --yes --no-input
grep -q 'SimpleSAMLphp at 127.0.0.1' <<<"$out"
[ "$(who configured)" = arn:aws:sts::222222222222:assumed-role/Deploy/alice@idp.test ]
ends 0 as alice Alice-pass1 "$SAMLOGIN" login --config "$ssp/configured.toml" --no-input
echo "   configure: found by its host, a profile written, logged in to by its settings"

# The same with the pages of version 2.
touch "$ssp/newui"
ends 3 as alice wrong-one "$SAMLOGIN" roles --idp form --url "$plain" --no-input
says 'refused the user name or password: "' # Debian's package has no words for these pages
as alice Alice-pass1 at_terminal yes "$SAMLOGIN" login --idp form --url "$steps" --role 111111111111/ReadOnly --profile steps2 || { echo "$err"; exit 1; }
says '127.0.0.2 says: ..'
as alice Alice-pass1 at_terminal "$other" "$SAMLOGIN" login --idp form --url "$choose" --role 111111111111/ReadOnly --profile chosen2 || { echo "$err"; exit 1; }
[ "$(who steps2)$(who chosen2)" = arn:aws:sts::111111111111:assumed-role/ReadOnly/alice@idp.testarn:aws:sts::111111111111:assumed-role/ReadOnly/alice@idp.test ]
ends 3 as erin Erin-pass1 "$SAMLOGIN" login --idp form --url "$steps" --profile erin --no-input
says 'the account is disabled: "'
echo "   notice, consent, sources, refusals once more with the pages of version 2"

if grep -rqF -e Alice-pass1 -e Dave-pass1 "$ssp/access.log" "$ssp/error.log"; then echo "a password stands in a log of the server"; exit 1; fi
