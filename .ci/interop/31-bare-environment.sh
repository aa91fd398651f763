# A bare environment, as in a minimal container: no HOME, no PATH, no terminal, a read-only root, standard input closed.
need bubblewrap

bare=$WORK/bare
mkdir -p "$bare/aws"
chmod 700 "$bare/aws"
"$SAMLOGIN" demo --serve >"$bare/demo.log" 2>&1 </dev/null &
demo=$!
trap 'kill $demo 2>/dev/null; wait $demo 2>/dev/null || true' EXIT
for _ in $(seq 100); do
  grep -q 'ctrl-C ends it' "$bare/demo.log" && break
  kill -0 $demo || { cat "$bare/demo.log"; exit 1; }
  sleep 0.1
done
eval "$(grep -E '^ *export (SAMLOGIN_|AWS_ENDPOINT)[A-Z_]*=' "$bare/demo.log")"

# in_bare VARIABLE=VALUE… -- ARGS: runs samlogin there
in_bare() {
  local env=()
  while [ "$1" != -- ]; do env+=(--setenv "${1%%=*}" "${1#*=}"); shift; done
  shift
  bwrap --unshare-all --share-net --ro-bind / / --dev /dev --proc /proc --bind "$bare/aws" "$bare/aws" --chdir / --clearenv --new-session --die-with-parent \
    --setenv SAMLOGIN_CA_BUNDLE "$SAMLOGIN_CA_BUNDLE" --setenv SAMLOGIN_URL "$SAMLOGIN_URL" --setenv AWS_ENDPOINT_URL_STS "$AWS_ENDPOINT_URL_STS" \
    --setenv SAMLOGIN_IDP adfs --setenv SAMLOGIN_USERNAME 'CORP\jane' "${env[@]}" "$SAMLOGIN" "$@" <&-
}
# ends CODE ARGS: runs samlogin there, wants the code
ends() {
  local want=$1 got=0
  shift
  in_bare "$@" >"$bare/out" 2>"$bare/err" || got=$?
  [ "$got" = "$want" ] || { echo "exit $got, want $want: $*"; cat "$bare/out" "$bare/err"; exit 1; }
}
files=(AWS_SHARED_CREDENTIALS_FILE="$bare/aws/credentials" AWS_CONFIG_FILE="$bare/aws/config")
password=SAMLOGIN_PASSWORD=Correct-Horse-7

ends 0 "${files[@]}" $password -- login --role 111111111111/Admin --profile ci --region eu-west-1
grep -q '^\[ci\]$' "$bare/aws/credentials"
ends 0 "${files[@]}" $password -- login --role 111111111111/Admin --write none --output json
python3 -c 'import json,sys; assert json.load(open(sys.argv[1]))[0]["wrote"] == "none"' "$bare/out"
ends 9 $password -- login --role 111111111111/Admin
grep -q HOME "$bare/err"
ends 9 AWS_SHARED_CREDENTIALS_FILE=/etc/samlogin-test AWS_CONFIG_FILE=/etc/samlogin-test-config $password -- login --role 111111111111/Admin
grep -q 'read-only file system' "$bare/err"
ends 4 "${files[@]}" -- login --role 111111111111/Admin
ends 0 -- secret list
ends 0 $password -- roles
echo "   no HOME, no terminal, read-only root: logged in; what is missing is named"
