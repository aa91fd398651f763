# Debian's Chromium, without a window and in one under Xvfb, against the demo's scripted pages, a real SimpleSAMLphp and a
# real Keycloak with codes. A listener in AWS's place has to hear nothing.
need chromium xvfb xdotool openssl python3 curl oathtool awscli \
  simplesamlphp apache2 libapache2-mod-php php-xml php-mbstring php-curl php-sqlite3 media-types maven openjdk-17-jre-headless
. .ci/interop/idp.sh
WORK=$WORK/browser # the homes of other parts have sessions of the same people
mkdir "$WORK"
# What Go and Maven keep stays where it is, whatever HOME is below.
GOPATH=$(go env GOPATH) GOCACHE=$(go env GOCACHE) XDG_CACHE_HOME=${XDG_CACHE_HOME:-$HOME/.cache}
export GOPATH GOCACHE XDG_CACHE_HOME

# The tests that need an installed browser, none of them skipped.
go test -count=1 -v ./idp/browser >"$WORK/browser.log" 2>&1 || { grep -v '^=== ' "$WORK/browser.log" | tail -40; exit 1; }
! grep -q '^ *--- SKIP' "$WORK/browser.log" || { echo "a test was skipped"; exit 1; }
echo "   go test ./idp/browser: $(grep -c '^ *--- PASS' "$WORK/browser.log") passed"

unset SAMLOGIN_PASSWORD SAMLOGIN_USERNAME SAMLOGIN_URL SAMLOGIN_IDP SAMLOGIN_CONFIG SAMLOGIN_MFA_CODE SAMLOGIN_CA_BUNDLE AWS_PROFILE DISPLAY WAYLAND_DISPLAY
export AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1 PATIENCE=900

: >"$WORK/heard"
python3 .ci/interop/browser_listener.py "$WORK/heard" >"$WORK/aws.port" &
aws=$!
at_end "kill $aws; wait $aws"
within 60 test -s "$WORK/aws.port"

# browser_for PORT: settings with a browser that trusts the server there, and takes the listener for AWS.
browser_for() {
  local key
  key=$(openssl s_client -connect "127.0.0.1:$1" </dev/null 2>/dev/null | openssl x509 -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64)
  SAMLOGIN_CONFIG=$HOME/browser.toml
  export SAMLOGIN_CONFIG SAMLOGIN_IDP=browser
  cat >"$SAMLOGIN_CONFIG" <<TOML
browser = ["chromium", "--ignore-certificate-errors-spki-list=$key", "--host-resolver-rules=MAP *.amazon.com 127.0.0.1:$(cat "$WORK/aws.port")"]
TOML
  chmod 600 "$SAMLOGIN_CONFIG"
}
as() { SAMLOGIN_USERNAME=$1 SAMLOGIN_PASSWORD=$2 XDG_STATE_HOME=$(mktemp -d -p "$WORK") "${@:3}"; }
who() { aws sts get-caller-identity --profile "$1" --endpoint-url "$AWS_ENDPOINT_URL_STS" --query Arn --output text; }
# running: browsers whose folder is below $WORK.
running() { pgrep -f -- "--user-data-dir=$WORK" | wc -l; }
# gone: all of them have ended, whose last processes may take a moment for it.
ended() { [ "$(running)" = 0 ]; }
gone() { within 60 ended || { echo "a browser is left"; return 1; }; }

start_simplesamlphp
serve_sts "$ssp" "$ssp/saml.pem"
export HOME=$ssp/home
browser_for "$port"
url="https://127.0.0.1:$port/simplesaml/saml2/idp/SSOService.php?spentityid=urn:amazon:webservices"
ends 0 as alice Alice-pass1 "$SAMLOGIN" login --url "$url" --role 222222222222/path/to/Deploy --profile hidden --no-input
[ "$(who hidden)" = arn:aws:sts::222222222222:assumed-role/Deploy/alice@idp.test ]
ends 0 as bob 'b&b "quoted" <pass> +%20=ü€' "$SAMLOGIN" login --url "$url" --profile bob --no-input
ends 3 as alice wrong-one "$SAMLOGIN" roles --url "$url" --no-input
says 'refused the user name or password'
ends 4 env SAMLOGIN_USERNAME=alice XDG_STATE_HOME="$WORK/s4" "$SAMLOGIN" roles --url "$url" --no-input
says 'asks for the password of alice, and nobody can be asked'
gone
echo "   SimpleSAMLphp without a window: in, an awkward password, a wrong one, none"

# In a window, by a person who types.
Xvfb -displayfd 3 -screen 0 1280x1024x24 3>"$WORK/display" >"$WORK/xvfb.log" 2>&1 &
screen=$!
at_end "kill $screen; wait $screen"
within 60 test -s "$WORK/display" || { cat "$WORK/xvfb.log"; exit 1; } # it takes one that is free, and says which
number=$(cat "$WORK/display")
export DISPLAY=":$number"
# shown TITLE: waits until a window has it.
shown() {
  titled() { xdotool search --name "$1" >/dev/null 2>&1; }
  within 180 titled "$1" && sleep 1
}
# by_hand TITLE NAME PASSWORD [PROGRAM OF CODES]: a person at that window. What a window that is slow to come has
# swallowed, the person types again, from the address on and with more patience.
by_hand() {
  shown "$1"
  for patience in 1 3 6 10 20; do
    xdotool type --delay 40 "$2" && xdotool key Tab && xdotool type --delay 40 "$3" && xdotool key Return
    if [ $# -gt 3 ]; then sleep $((3 + patience)) && xdotool type --delay 40 "$($4)" && xdotool key Return; fi
    within $((4 + patience)) ended && return
    xdotool key ctrl+l && xdotool type --delay 10 "$url" && xdotool key Return && sleep $((2 * patience))
  done
}
# leaves: the person of the last & goes, before the next window comes.
leaves() { kill $! 2>/dev/null || true; wait $! || true; }
by_hand 'username and password' alice Alice-pass1 &
XDG_STATE_HOME=$WORK/shown at_terminal "" "$SAMLOGIN" login --url "$url" --role 222222222222/path/to/Deploy --profile window || { in_short; exit 1; }
leaves
says 'sign in in the window of Chromium'
[ "$(who window)" = arn:aws:sts::222222222222:assumed-role/Deploy/alice@idp.test ]
gone
[ -z "$(ls "$WORK/shown/samlogin/browser")" ]
echo "   SimpleSAMLphp in a window: signed in by hand; nothing of the browser is left"

got=0
(shown 'username and password' && for _ in $(seq 60); do xdotool key ctrl+shift+w; sleep 2; [ "$(running)" = 0 ] && break; done) &
XDG_STATE_HOME=$WORK/shut at_terminal "" "$SAMLOGIN" login --url "$url" --profile shut || got=$?
leaves
[ $got = 4 ] || { echo "exit $got, want 4"; in_short; exit 1; }
says 'the window of Chromium was closed before the sign-in was done'
gone
[ -z "$(ls "$WORK/shut/samlogin/browser")" ]

# Killed, it leaves a folder and no browser; the next login removes it.
export XDG_STATE_HOME=$WORK/killed
env -u CI python3 .ci/interop/at_terminal.py "" "$SAMLOGIN" login --url "$url" --profile killed >/dev/null 2>&1 &
terminal=$!
shown 'username and password'
kill -9 "$(pgrep -P $terminal)"
wait $terminal || true
gone
[ -n "$(ls "$XDG_STATE_HOME/samlogin/browser")" ]
ends 0 env SAMLOGIN_USERNAME=alice SAMLOGIN_PASSWORD=Alice-pass1 "$SAMLOGIN" roles --url "$url" --no-input
[ -z "$(ls "$XDG_STATE_HOME/samlogin/browser")" ]
unset XDG_STATE_HOME
echo "   the window closed: exit 4; samlogin killed: no browser is left, and the next login clears its folder away"

unset DISPLAY
start_keycloak
serve_sts "$kc" "$kc/saml.pem"
export HOME=$kc/home
browser_for "${base##*:}"
url=$base/realms/rig/protocol/saml/clients/amazon-aws
code="oathtool --totp -b $(printf a-seed-of-twenty-byt | base32)"
ends 0 as alice Alice-pass1 "$SAMLOGIN" login --url "$url" --role 222222222222/Deploy --profile kc --no-input
[ "$(who kc)" = arn:aws:sts::222222222222:assumed-role/Deploy/alice@idp.test ]
ends 3 as totp Totp-pass1 env SAMLOGIN_MFA_CODE=000000 "$SAMLOGIN" roles --url "$url" --no-input
says 'refused the second step \(MFA\): "Invalid authenticator code'
ends 0 as totp Totp-pass1 "$SAMLOGIN" login --url "$url" --profile totp --mfa-command "$code" --no-input
[ "$(who totp)" = arn:aws:sts::111111111111:assumed-role/ReadOnly/totp@idp.test ]
ends 3 as newpw New-pass1 "$SAMLOGIN" roles --url "$url" --no-input
echo "   Keycloak without a window: a password, a wrong code, the right one, a password to be changed"

export DISPLAY=":$number"
# Another person than before: Keycloak takes a code once.
by_hand 'Sign in to' window Window-pass1 "oathtool --totp -b $(printf a-seed-for-the-window | base32)" &
XDG_STATE_HOME=$WORK/kcshown at_terminal "" "$SAMLOGIN" login --url "$url" --profile kcwindow || { in_short; exit 1; }
leaves
[ "$(who kcwindow)" = arn:aws:sts::111111111111:assumed-role/ReadOnly/window@idp.test ]
gone
unset DISPLAY
echo "   Keycloak in a window: password and code by hand"

[ ! -s "$WORK/heard" ] || { echo "the browser has gone to AWS:"; cat "$WORK/heard"; exit 1; }
echo "   nobody has gone to AWS"
