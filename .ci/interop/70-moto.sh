# Role switching against moto, an STS and IAM that nobody here wrote: it verifies signatures with botocore's own code and
# reads the trust policies. boto3 takes the same roles by the same profiles, and uses what samlogin got. (moto looks at
# no code and no maximum; those are tested against the STS of "samlogin demo".)
need python3-venv curl

moto=$WORK/moto
/usr/bin/python3 -m venv "$moto/venv"
again "$moto/venv/bin/pip" install -q --disable-pip-version-check 'moto[server]==5.2.5' # needs no pip of a later version
port=$(free_port)
"$moto/venv/bin/moto_server" -H 127.0.0.1 -p "$port" >"$moto/log" 2>&1 </dev/null &
server=$!
at_end "kill $server; wait $server"
export AWS_ENDPOINT_URL_STS=http://127.0.0.1:$port
answers() { curl -fsS -o /dev/null "$AWS_ENDPOINT_URL_STS/moto-api/data.json" 2>/dev/null || ! kill -0 $server 2>/dev/null; }
within 120 answers && kill -0 $server || { cat "$moto/log"; exit 1; }
export HOME=$moto/home AWS_DEFAULT_REGION=eu-west-1 AWS_EC2_METADATA_DISABLED=true
unset AWS_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CA_BUNDLE AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE XDG_STATE_HOME XDG_CONFIG_HOME
account=$("$moto/venv/bin/python" .ci/interop/70-moto.py "$AWS_ENDPOINT_URL_STS" "$HOME/.aws")
chmod 600 "$HOME/.aws/config" "$HOME/.aws/credentials"
printf '%s\n' 'import boto3, sys' 'print(boto3.Session(profile_name=(sys.argv + [None])[1]).client("sts").get_caller_identity()["Arn"])' >"$moto/who.py"
who() { "$moto/venv/bin/python" "$moto/who.py" "$@"; } # [PROFILE]

# moto does check: keys it does not know, and a signature that is not theirs.
for pair in unknown=InvalidClientTokenId forged=SignatureDoesNotMatch; do
  if who "${pair%=*}" >"$moto/out" 2>&1; then echo "moto checks nothing"; exit 1; fi
  grep -q "${pair#*=}" "$moto/out"
done

for pair in deploy=Deploy partner=Partner release=Release; do
  profile=${pair%=*} role=${pair#*=}
  own=$(who "$profile")
  case $own in "arn:aws:sts::$account:assumed-role/$role/"*) ;; *) echo "boto3 is $own by $profile"; exit 1 ;; esac
  got=$("$SAMLOGIN" exec "$profile" --no-input -- "$moto/venv/bin/python" "$moto/who.py" 2>"$moto/exec.err")
  [ "${got%/*}" = "${own%/*}" ] || { echo "$profile: samlogin's keys are $got, boto3's $own"; exit 1; }
  "$SAMLOGIN" credentials "$profile" --no-input >"$moto/credentials.json" 2>"$moto/credentials.err"
  /usr/bin/python3 -c 'import json,sys; c = json.load(open(sys.argv[1])); assert c["Version"] == 1 and c["SessionToken"], c' "$moto/credentials.json"
done
[ "$("$SAMLOGIN" exec deploy --no-input -- "$moto/venv/bin/python" "$moto/who.py" 2>"$moto/exec.err")" = "arn:aws:sts::$account:assumed-role/Deploy/jane@example.com" ]
echo "   deploy, partner, release (a chain): the roles that boto3 takes by the same profiles"

cp "$HOME/.aws/config" "$moto/config"
"$SAMLOGIN" login staging --mfa-code 123456 --no-input >"$moto/login.out" 2>"$moto/login.err"
got=$(who staging-session)
case $got in "arn:aws:sts::$account:assumed-role/Staging/"*) ;; *) echo "staging-session is $got"; exit 1 ;; esac
/usr/bin/python3 - "$HOME/.aws/credentials" <<'PY'
import configparser, datetime, sys
c = configparser.ConfigParser()
c.read(sys.argv[1])
left = datetime.datetime.fromisoformat(c["staging-session"]["x_security_token_expires"].replace("Z", "+00:00")) - datetime.datetime.now(datetime.timezone.utc)
assert 11.9 * 3600 < left.total_seconds() <= 12 * 3600, left
PY
# staging-session may get a section of its own; what the person wrote stays.
cmp -n "$(stat -c %s "$moto/config")" "$moto/config" "$HOME/.aws/config"
echo "   staging, with a code: staging-session is $got, for 12 hours"

"$SAMLOGIN" login jane --mfa-code 654321 --no-input >"$moto/login.out" 2>"$moto/login.err"
grep -q '^aws_session_token = AQo' "$HOME/.aws/credentials"
echo "   jane, with a code: the session of GetSessionToken is written"

# moto's refusals before a call have not the form of STS's, so the program says that this is no STS (7) where it would
# say what AWS refused (6). Nothing is printed, and nothing written.
before=$(sha256sum <"$HOME/.aws/credentials")
for profile in wrong others unknown-role forged-role; do
  for words in "credentials $profile" "login $profile"; do
    got=0
    "$SAMLOGIN" $words --no-input >"$moto/refused.out" 2>"$moto/refused.err" || got=$?
    { [ $got = 6 ] || [ $got = 7 ]; } && [ ! -s "$moto/refused.out" ] && grep -q '403' "$moto/refused.err" || { echo "exit $got: $words"; cat "$moto"/refused.*; exit 1; }
  done
done
[ "$before" = "$(sha256sum <"$HOME/.aws/credentials")" ]
echo "   another external ID, no trust, unknown keys, a wrong secret: refused, and nothing written"
