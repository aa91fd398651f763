# File systems and mounts for real: a credentials file that is a mount of its own, a read-only home, a full one, a mode
# that others can read, links out of the home, and a lock that a stopped process holds.
need bubblewrap

mounts=$WORK/mounts
serve_demo "$mounts"
export SAMLOGIN_IDP=adfs SAMLOGIN_USERNAME='CORP\jane' SAMLOGIN_PASSWORD=Correct-Horse-7
mkdir -p "$mounts/home/.aws" "$mounts/dot"
chmod 700 "$mounts/home/.aws"
export HOME=$mounts/home
credentials=$HOME/.aws/credentials
login() { "$SAMLOGIN" login --role 111111111111/Admin --profile ci --region eu-west-1 --no-input; }
# boxed OPTIONS… -- COMMAND: runs it with other mounts
boxed() {
  local options=()
  while [ "$1" != -- ]; do options+=("$1"); shift; done
  shift
  bwrap --dev-bind / / "${options[@]}" -- "$@"
}
export -f login
export SAMLOGIN

# A file that is mounted by itself, as in containers: it cannot be replaced, so it is written in place, and that is said.
printf '# mine\n[other]\nk = v\n' >"$mounts/dot/credentials"
chmod 600 "$mounts/dot/credentials"
touch "$credentials"
ends 0 boxed --bind "$mounts/dot/credentials" "$credentials" -- bash -c login
says 'cannot be replaced \(it is mounted by itself\), so it was written in place'
[ "$(head -3 "$mounts/dot/credentials")" = "$(printf '# mine\n[other]\nk = v')" ]
grep -q '^samlogin = managed$' "$mounts/dot/credentials"
[ -z "$(find "$HOME/.aws" -name '*.tmp' -o -name '*.backup')" ]
echo "   a mount of its own: written in place, no copy left"

# A read-only home, and one that is full: refused with the reason, nothing lost, nothing left.
rm -f "$credentials"
printf '# mine\n[other]\nk = v\n' >"$credentials"
chmod 600 "$credentials"
before=$(md5sum <"$credentials")
ends 9 boxed --ro-bind "$HOME" "$HOME" -- bash -c login
says 'read-only file system'
ends 9 boxed --size 8192 --tmpfs "$HOME/.aws" -- bash -c '
  printf "# mine\n[other]\nk = v\n" >"$HOME/.aws/credentials"; chmod 600 "$HOME/.aws/credentials"
  head -c 1000000 /dev/zero >"$HOME/.aws/fill" 2>/dev/null
  login; code=$?
  [ "$(cat "$HOME/.aws/credentials")" = "$(printf "# mine\n[other]\nk = v")" ] || code=99
  [ -z "$(find "$HOME/.aws" -name "*.tmp")" ] || code=98
  exit $code'
says 'no space left on device'
[ "$(md5sum <"$credentials")" = "$before" ]
echo "   read-only and full: $(grep -o 'error: .*' <<<"$err" | sed "s|$HOME|~|g")"

# A link into another folder stays a link, and its target's other lines stay.
mv "$credentials" "$mounts/dot/linked"
ln -s ../../dot/linked "$credentials"
ends 0 login
[ "$(readlink "$credentials")" = ../../dot/linked ]
grep -q '^\[ci\]$' "$mounts/dot/linked"
echo "   a link out of the home: kept"

# A process that holds the lock and is stopped: the login waits ten seconds, says who is waited for, and gives up.
flock "$mounts/dot/.linked.samlogin.lock" sleep 600 &
holder=$!
at_end "kill -CONT $holder; kill $holder"
held() { ! flock -n "$mounts/dot/.linked.samlogin.lock" true; }
within 60 held
kill -STOP $holder
before=$(md5sum <"$mounts/dot/linked")
ends 9 login
says 'another samlogin held its lock for 10s'
[ "$(md5sum <"$mounts/dot/linked")" = "$before" ]
pkill -KILL -P $holder || true
kill -KILL $holder
ends 0 login
echo "   a stopped holder of the lock: waited for, said, nothing lost"
