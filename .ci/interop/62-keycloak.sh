# A real Keycloak: a code, two devices, a password that must be changed, user name first. From Maven Central, kept in a cache.
need maven openjdk-17-jre-headless openssl python3 curl oathtool awscli
. .ci/interop/idp.sh

version=26.4.7 # Java 17 will do for it
cache=${XDG_CACHE_HOME:-$HOME/.cache}/samlogin-ci
archive=$cache/keycloak-quarkus-dist-$version.tar.gz
if [ ! -s "$archive" ]; then
  mkdir -p "$cache/part"
  mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy -Dartifact=org.keycloak:keycloak-quarkus-dist:$version:tar.gz -DoutputDirectory="$cache/part"
  mv "$cache/part/$(basename "$archive")" "$archive"
fi
kc=$WORK/keycloak
mkdir -p "$kc/home" "$kc/dist"
tar -C "$kc/dist" --strip-components=1 -xzf "$archive"
mkdir -p "$kc/dist/data/import"
python3 .ci/interop/keycloak/realm.py >"$kc/dist/data/import/rig-realm.json"
certificates "$kc" 127.0.0.1
port=$(free_port)
base=https://127.0.0.1:$port
(
  export KC_BOOTSTRAP_ADMIN_USERNAME=admin KC_BOOTSTRAP_ADMIN_PASSWORD=Admin-pass1 JAVA_OPTS_KC_HEAP='-Xms64m -Xmx768m'
  exec setsid "$kc/dist/bin/kc.sh" start-dev --import-realm --http-enabled=false --http-host=127.0.0.1 --https-port="$port" \
    --https-certificate-file="$kc/server.pem" --https-certificate-key-file="$kc/server.key" --hostname="$base" --features=passkeys
) >"$kc/log" 2>&1 </dev/null &
keycloak=$!
at_end "kill $keycloak; wait $keycloak"
fetch() { curl -fsS --cacert "$kc/ca.pem" "$@"; }
for _ in $(seq 180); do
  fetch -o "$kc/metadata" "$base/realms/rig/protocol/saml/descriptor" 2>/dev/null && break
  kill -0 $keycloak || { tail -30 "$kc/log"; exit 1; }
  sleep 1
done
# The realm makes its own key for signing: its certificate stands in the metadata.
{ echo '-----BEGIN CERTIFICATE-----'; grep -oP '<ds:X509Certificate>\K[^<]+' "$kc/metadata" | head -1 | fold -w64; echo '-----END CERTIFICATE-----'; } >"$kc/saml.pem"
serve_sts "$kc" "$kc/saml.pem"

export HOME=$kc/home SAMLOGIN_CA_BUNDLE=$kc/ca.pem AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1
unset SAMLOGIN_PASSWORD SAMLOGIN_USERNAME SAMLOGIN_URL SAMLOGIN_IDP SAMLOGIN_CONFIG SAMLOGIN_MFA_CODE AWS_PROFILE
export SAMLOGIN_IDP=form SAMLOGIN_URL=$base/realms/rig/protocol/saml/clients/amazon-aws
# as USER PASSWORD COMMAND…: as on a computer where nobody logged in before
as() { SAMLOGIN_USERNAME=$1 SAMLOGIN_PASSWORD=$2 XDG_STATE_HOME=$(mktemp -d -p "$WORK") "${@:3}"; }
who() { aws sts get-caller-identity --profile "$1" --endpoint-url "$AWS_ENDPOINT_URL_STS" --query Arn --output text; }
seed() { printf '%s' "$1" | base32; }

ends 0 as alice Alice-pass1 "$SAMLOGIN" login --role 222222222222/Deploy --profile kc --no-input
[ "$(who kc)" = arn:aws:sts::222222222222:assumed-role/Deploy/alice@idp.test ]
echo "   alice: the AWS CLI is $(who kc)"

# By its realm alone the client of AWS is found; by the host alone it says what is missing.
ends 0 as alice Alice-pass1 env -u SAMLOGIN_IDP -u SAMLOGIN_URL "$SAMLOGIN" configure --config "$kc/configured.toml" --url "$base/realms/rig" --role 222222222222/Deploy --profiles configured --yes --no-input
grep -q 'Keycloak at 127.0.0.1' <<<"$out"
grep -q "url = \"$SAMLOGIN_URL\"" "$kc/configured.toml"
[ "$(who configured)" = arn:aws:sts::222222222222:assumed-role/Deploy/alice@idp.test ]
ends 2 as alice Alice-pass1 env -u SAMLOGIN_IDP -u SAMLOGIN_URL "$SAMLOGIN" configure --config "$kc/none.toml" --url "$base" --all --yes --no-input
says 'what is missing is the name of the AWS client'
echo "   configure: the client of AWS is found in its realm"

ends 3 as alice wrong-one "$SAMLOGIN" roles --no-input
says 'refused the user name or password: "Invalid username or password.'
ends 3 as newpw New-pass1 "$SAMLOGIN" roles --no-input
says 'You need to change your password'
says 'hint: change it in a browser'
ends 3 as setup Setup-pass1 "$SAMLOGIN" roles --no-input
says 'wants something done in a browser first: "Mobile Authenticator Setup"'
ends 3 as gone Gone-pass1 "$SAMLOGIN" roles --no-input
says 'the account is disabled: "Account is disabled'
echo "   a wrong password, one to be changed, a second factor to be set up, a disabled account: Keycloak's words"

ends 4 as totp Totp-pass1 "$SAMLOGIN" roles --no-input
ends 3 as totp Totp-pass1 env SAMLOGIN_MFA_CODE=000000 "$SAMLOGIN" roles --no-input
says 'refused the second step \(MFA\): "Invalid authenticator code'
ends 0 as totp Totp-pass1 "$SAMLOGIN" login --profile totp --mfa-command "oathtool --totp -b $(seed a-seed-of-twenty-byt)" --no-input
[ "$(who totp)" = arn:aws:sts::111111111111:assumed-role/ReadOnly/totp@idp.test ]
# of two devices the one that Keycloak chose, as nobody says otherwise
ends 0 as two Two-pass1 "$SAMLOGIN" login --profile two --mfa-command "oathtool --totp -b $(seed a-seed-of-twenty-byt)" --no-input
echo "   no code, a wrong code, the right one; a person with two devices"

# The user name first, the password on the page after it.
python3 .ci/interop/keycloak/name_first.py "$base" "$kc/ca.pem"
ends 0 as alice Alice-pass1 "$SAMLOGIN" login --role 111111111111/Admin --profile first --no-input
[ "$(who first)" = arn:aws:sts::111111111111:assumed-role/Admin/alice@idp.test ]
ends 3 as nobody Alice-pass1 "$SAMLOGIN" roles --no-input
says 'asked for nobody, refused the user name or password'
ends 3 as alice wrong-one "$SAMLOGIN" roles --no-input
says 'asked for alice, refused the user name or password: "Invalid'
echo "   user name first: in, an unknown name, a wrong password"
