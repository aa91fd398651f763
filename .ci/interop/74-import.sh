# A password that saml2aws put into the Secret Service is copied to samlogin's own entry on a yes, and logs in.
need gnome-keyring dbus-daemon libsecret-tools python3

home=$WORK/import
serve_demo "$home"
mkdir -p "$home/run"
chmod 700 "$home/run"
export HOME=$home XDG_RUNTIME_DIR=$home/run XDG_DATA_HOME=$home/data XDG_CONFIG_HOME=$home/config XDG_STATE_HOME=$home/state
unset SAMLOGIN_PASSWORD SAMLOGIN_USERNAME SAMLOGIN_IDP CI DISPLAY WAYLAND_DISPLAY
password=Correct-Horse-7
serve_bus
serve_keyring "$home"

address=$SAMLOGIN_URL
unset SAMLOGIN_URL
cat >"$home/.saml2aws" <<INI
[default]
name                 = default
url                  = $address
username             = CORP\\jane
provider             = ADFS
mfa                  = Auto
aws_profile          = saml
role_arn             = arn:aws:iam::111111111111:role/Admin
aws_session_duration = 3600
INI

# entry KEY ADDRESS USER: what github.com/99designs/keyring writes for saml2aws.
entry() {
  python3 - "$2" "$3" "$password" <<'PY' | secret-tool store --label="$1" profile "$1"
import base64, json, sys
inner = json.dumps({"ServerURL": sys.argv[1], "Username": sys.argv[2], "Secret": sys.argv[3]}).encode()
print(json.dumps({"Key": "x", "Data": base64.b64encode(inner).decode(), "Label": "saml2aws Credentials", "Description": "", "KeychainNotTrustApplication": False}), end="")
PY
}

# Somebody else's, and another address's, are not copied.
entry saml2aws_credentials_default "$address" 'CORP\olivia'
ends 0 "$SAMLOGIN" configure import saml2aws --yes --secrets --no-input
says "the one in the key store is another user's"
entry saml2aws_credentials_default "https://elsewhere.example.com" 'CORP\jane'
ends 0 "$SAMLOGIN" configure import saml2aws --yes --secrets --no-input
says 'saml2aws has none in the key store'
ends 4 "$SAMLOGIN" login --no-input
echo "   another user's, and another address's, stay where they are"

# By the key of older versions: the address. --yes alone is about the settings.
entry "$address" "$address" 'CORP\jane'
ends 0 "$SAMLOGIN" configure import saml2aws --yes --no-input
ends 4 "$SAMLOGIN" login --no-input
ends 0 "$SAMLOGIN" configure import saml2aws --yes --secrets --no-input --output json
grep -q '"copied": true' <<<"$out"
ends 0 "$SAMLOGIN" login --no-input
ends 0 "$SAMLOGIN" configure import saml2aws --yes --secrets --no-input
says 'one is remembered already, and stays'
if grep -rqF "$password" "$home" --exclude=demo.log --exclude-dir=run; then echo "the password is in a file"; grep -rlF "$password" "$home"; exit 1; fi
echo "   copied on a yes, logs in, and is in no file"
