# The set-up: a person at a terminal, and a machine without one, from nothing to profiles that the AWS CLI takes. The
# same against a real SimpleSAMLphp and a real Keycloak stands in 61 and 62.
need python3 awscli
. .ci/interop/idp.sh
serve_demo "$WORK/configure"
adfs=$SAMLOGIN_URL
export HOME=$WORK/configure/home AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1
mkdir -p "$HOME"
unset SAMLOGIN_PASSWORD SAMLOGIN_USERNAME SAMLOGIN_URL SAMLOGIN_IDP SAMLOGIN_CONFIG AWS_PROFILE XDG_STATE_HOME XDG_CONFIG_HOME
who() { aws sts get-caller-identity --profile "$1" --endpoint-url "$AWS_ENDPOINT_URL_STS" --query Arn --output text; }

# A person: one address, name, password, two roles. On a terminal that only prints lines they have numbers.
at_terminal "$adfs|CORP\\jane|Correct-Horse-7|1 4" env TERM=dumb "$SAMLOGIN" configure --remember=false --account 111111111111=prod --yes || { echo "$err"; exit 1; }
says 'AD FS of Windows Server 2019 or newer'
[ "$(who prod-Admin)" = arn:aws:sts::111111111111:assumed-role/Admin/jane@corp.example.com ] || { who prod-Admin; exit 1; }
[ "$(who acme-staging-Deploy)" = arn:aws:sts::222222222222:assumed-role/Deploy/jane@corp.example.com ]
[ "$(stat -c %a "$HOME/.config/samlogin/config.toml")" = 600 ]
echo "   a person at a terminal: the AWS CLI is $(who prod-Admin)"

# A machine adds a profile that renews itself to the same settings; what a person has written stays.
printf '\n# my own line\n' >>"$HOME/.config/samlogin/config.toml"
PATH=$(dirname "$SAMLOGIN"):$PATH ends 0 env SAMLOGIN_PASSWORD=Correct-Horse-7 "$SAMLOGIN" configure --role 333333333333/ReadOnly --profiles reader --group late --write process --yes --no-input --output json
python3 -c 'import json, sys; j = json.load(sys.stdin); assert j["changed"] and j["idp"]["product"] == "AD FS" and j["profiles"][0]["wrote"] == "process", j' <<<"$out"
grep -q '^# my own line$' "$HOME/.config/samlogin/config.toml"
[ "$(who reader)" = arn:aws:sts::333333333333:assumed-role/ReadOnly/jane@corp.example.com ]
echo "   a machine: a profile that the AWS CLI keeps itself in keys with"
