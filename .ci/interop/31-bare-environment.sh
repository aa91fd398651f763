# A bare environment, as in a minimal container: no HOME, no PATH, no terminal, a read-only root, standard input closed.
need bubblewrap

bare=$WORK/bare
serve_demo "$bare"
mkdir -p "$bare/aws"
chmod 700 "$bare/aws"

# in_bare VARIABLE=VALUE… -- ARGS: runs samlogin there
in_bare() {
  local env=()
  while [ "$1" != -- ]; do env+=(--setenv "${1%%=*}" "${1#*=}"); shift; done
  shift
  bwrap --unshare-all --share-net --ro-bind / / --dev /dev --proc /proc --bind "$bare/aws" "$bare/aws" --chdir / --clearenv --new-session --die-with-parent \
    --setenv SAMLOGIN_CA_BUNDLE "$SAMLOGIN_CA_BUNDLE" --setenv SAMLOGIN_URL "$SAMLOGIN_URL" --setenv AWS_ENDPOINT_URL_STS "$AWS_ENDPOINT_URL_STS" \
    --setenv SAMLOGIN_IDP adfs --setenv SAMLOGIN_USERNAME 'CORP\jane' "${env[@]}" "$SAMLOGIN" "$@" <&-
}
files=(AWS_SHARED_CREDENTIALS_FILE="$bare/aws/credentials" AWS_CONFIG_FILE="$bare/aws/config")
password=SAMLOGIN_PASSWORD=Correct-Horse-7

ends 0 in_bare "${files[@]}" $password -- login --role 111111111111/Admin --profile ci --region eu-west-1
grep -q '^\[ci\]$' "$bare/aws/credentials"
ends 0 in_bare "${files[@]}" $password -- login --role 111111111111/Admin --write none --output json
python3 -c 'import json,sys; assert json.load(open(sys.argv[1]))[0]["wrote"] == "none"' "$WORK/ends.out"
ends 9 in_bare $password -- login --role 111111111111/Admin
says HOME
ends 9 in_bare AWS_SHARED_CREDENTIALS_FILE=/etc/samlogin-test AWS_CONFIG_FILE=/etc/samlogin-test-config $password -- login --role 111111111111/Admin
says 'read-only file system'
ends 4 in_bare "${files[@]}" -- login --role 111111111111/Admin
ends 0 in_bare -- secret list
ends 0 in_bare $password -- roles
echo "   no HOME, no terminal, read-only root: logged in; what is missing is named"
