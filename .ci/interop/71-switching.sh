# Role switching with MFA and the unmodified AWS CLI: staging-session, samlogin's command in a profile, and the AWS CLI's
# own cache. It is never asked for a code, and has no terminal to ask at.
need awscli python3
switching=$WORK/switching
mkdir -p "$switching/.aws" "$switching/.config/samlogin"
serve_demo "$switching"
export HOME=$switching AWS_EC2_METADATA_DISABLED=true
unset AWS_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN XDG_STATE_HOME SAMLOGIN_URL
# Debian's, of version 2, and not another one on PATH.
cli() { setsid --wait /usr/bin/aws "$@" --endpoint-url "$AWS_ENDPOINT_URL_STS" </dev/null; }

cat >"$HOME/.aws/credentials" <<'KEYS'
[jane]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
KEYS
cat >"$HOME/.aws/config" <<'ROLES'
[profile staging]
role_arn = arn:aws:iam::222222222222:role/Staging
source_profile = jane
region = eu-west-1
mfa_serial = arn:aws:iam::111111111111:mfa/jane
duration_seconds = 43200

[profile audit]
role_arn = arn:aws:iam::333333333333:role/Audit
source_profile = jane
region = eu-west-1
mfa_serial = arn:aws:iam::111111111111:mfa/jane
ROLES
chmod 600 "$HOME/.aws/"*
cp "$HOME/.aws/credentials" "$switching/credentials.before"

# code: what jane's device shows, of a step that none was of before: each is taken once, one step before its time and
# one after. Two do for the first half minute, and another one is waited for.
code() {
  python3 - "$switching/step" <<'TOTP'
import base64, hashlib, hmac, os, struct, sys, time
now = lambda: int(time.time()) // 30
step = now()
if os.path.exists(sys.argv[1]):
    step = max(step, int(open(sys.argv[1]).read()) + 1)
while step > now() + 1:
    time.sleep(0.2)
open(sys.argv[1], "w").write(str(step))
mac = hmac.new(base64.b32decode("JBSWY3DPEHPK3PXP"), struct.pack(">Q", step), hashlib.sha1).digest()
at = mac[-1] & 15
print("%06d" % ((struct.unpack(">I", mac[at:at + 4])[0] & 0x7fffffff) % 1000000))
TOTP
}

# who PROFILE ROLE: the AWS CLI is that role
who() {
  cli --profile "$1" sts get-caller-identity --query Arn --output text >"$switching/who" || { echo "the AWS CLI has no keys for $1"; return 1; }
  grep -q ":assumed-role/$2/jane$" "$switching/who" || { cat "$switching/who"; return 1; }
}

if cli --profile staging sts get-caller-identity >"$switching/asks" 2>&1; then echo "the AWS CLI needs no code: this proves nothing"; exit 1; fi
grep -qiE 'MFA|EOF|tty|code' "$switching/asks" || { cat "$switching/asks"; exit 1; }

"$SAMLOGIN" login staging --no-input --mfa-code "$(code)" --output json >"$switching/static.json"
grep -q '"duration_seconds": 43200' "$switching/static.json"
who staging-session Staging
echo "   one code, twelve hours: the AWS CLI uses staging-session"

"$SAMLOGIN" login staging --write cli-cache --no-input --mfa-code "$(code)" >/dev/null
who staging Staging
[ "$(stat -c %a "$HOME"/.aws/cli/cache/*.json)" = 600 ]
echo "   the AWS CLI finds the session of --profile staging in its own cache, and asks for no code"

printf 'mfa_session = "36h"\n' >"$HOME/.config/samlogin/config.toml"
chmod 600 "$HOME/.config/samlogin/config.toml"
export PATH=$(dirname "$SAMLOGIN"):$PATH
"$SAMLOGIN" login audit --write process --no-input --mfa-code "$(code)" >/dev/null
who audit-session Audit
ends 0 "$SAMLOGIN" credentials audit
prints 'session with MFA' "$SAMLOGIN" status
echo "   one code a day: audit-session holds samlogin's command, and renews from one session of the device"

"$SAMLOGIN" logout
cmp "$switching/credentials.before" <(head -c "$(wc -c <"$switching/credentials.before")" "$HOME/.aws/credentials")
[ -z "$(ls "$HOME/.aws/cli/cache")" ]
if grep -E "credential_process|samlogin" "$HOME/.aws/config"; then exit 1; fi
[ "$(grep -c '^region = eu-west-1$' "$HOME/.aws/config")" = 2 ] # those that were there: the ones written with the keys are gone
echo "   logout took it all out again"
