# The Secret Service for real: a session bus and gnome-keyring of its own. Then a locked one, a bus that never answers,
# and one where nothing is.
need gnome-keyring dbus-daemon libsecret-tools python3

home=$WORK/secret-service
serve_demo "$home"
mkdir -p "$home/run"
chmod 700 "$home/run"
export HOME=$home XDG_RUNTIME_DIR=$home/run XDG_DATA_HOME=$home/data SAMLOGIN_IDP=adfs SAMLOGIN_USERNAME='CORP\jane'
unset SAMLOGIN_PASSWORD CI DISPLAY WAYLAND_DISPLAY
password=Correct-Horse-7
login=(timeout 300 "$SAMLOGIN" login --role 111111111111/Admin --no-input --force)

serve_bus
serve_keyring "$home"

ends 4 "${login[@]}"
printf %s "$password" | "$SAMLOGIN" secret set --stdin
ends 0 "${login[@]}"
ends 0 "$SAMLOGIN" secret list
grep -q 'ready *the key store of this computer' <<<"$out"
ends 0 "$SAMLOGIN" secret test
prints "service = $SAMLOGIN_URL/samlogin/v1/password" secret-tool search --all username 'CORP\jane'
[ ! -e "$XDG_DATA_HOME/samlogin/secrets.age" ]
echo "   gnome-keyring remembers, finds and shows nothing"

# Twenty at once: the last one wins, none is torn. Where the key store is too busy for the 3 s that it has, that is said.
pids=() wrote=0
for n in $(seq 20); do
  printf %s "$password" | "$SAMLOGIN" secret set --stdin 2>"$home/writer.$n" &
  pids+=($!)
done
for n in $(seq 20); do
  if wait "${pids[n - 1]}"; then wrote=$((wrote + 1)); else grep 'did not answer within 3s' "$home/writer.$n" || { cat "$home/writer.$n"; exit 1; }; fi
done
[ $wrote -gt 0 ]
ends 0 "${login[@]}"
[ "$(secret-tool search --all username 'CORP\jane' 2>/dev/null | grep -c '^secret = samlogin1 - ')" = 1 ]
echo "   $wrote of twenty writers at once wrote: one entry, whole"

# What the IdP refused is marked there.
printf wrong-one | "$SAMLOGIN" secret set --stdin 2>/dev/null
ends 3 "${login[@]}"
ends 4 "${login[@]}"
says 'was refused on .* and is not sent again'
printf %s "$password" | "$SAMLOGIN" secret set --stdin 2>/dev/null
ends 0 "${login[@]}"

# Locked, and nobody there to unlock it: said within the deadline, and the next source is used.
dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets org.freedesktop.Secret.Service.Lock array:objpath:/org/freedesktop/secrets/collection/login >/dev/null
ends 4 "${login[@]}"
says 'the key store of this computer (is locked|did not answer within 3s|said no)'
ends 0 env SAMLOGIN_PASSWORD="$password" "${login[@]}"
echo "   locked: $(head -1 <<<"$(grep 'key store' "$WORK/ends.err" || echo 'not asked where the password was given')")"

# A bus that takes connections and never says a word.
python3 - "$home/hung" <<'PY' &
import socket, sys, time
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen(50)
time.sleep(600)
PY
hung=$!
at_end "kill $hung"
within 60 test -S "$home/hung"
ends 4 env DBUS_SESSION_BUS_ADDRESS="unix:path=$home/hung" "${login[@]}"
says 'the key store of this computer did not answer within 3s'
ends 0 env DBUS_SESSION_BUS_ADDRESS="unix:path=$home/hung" SAMLOGIN_PASSWORD="$password" "${login[@]}"
echo "   hung: $(grep 'did not answer' <<<"$err" || echo "said after 3 s, and the login goes on with the next source")"

# An address where nothing is; and no bus at all, where no program may be started to make one.
ends 4 env DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere "${login[@]}"
says 'the key store of this computer is not there'
mkdir -p "$home/bin"
printf '#!/bin/sh\ntouch %s/launched\n' "$home" >"$home/bin/dbus-launch"
chmod +x "$home/bin/dbus-launch"
ends 4 env -u DBUS_SESSION_BUS_ADDRESS -u XDG_RUNTIME_DIR PATH="$home/bin:$PATH" "${login[@]}"
[ ! -e "$home/launched" ]
# Nothing of all that is in plain text anywhere.
if grep -rqF "$password" "$home" --exclude=demo.log --exclude-dir=run; then echo "the password is in a file"; grep -rlF "$password" "$home"; exit 1; fi
echo "   no key store: said, and no program was started to make one"
