# Shared by the parts; sourced, never run.

# within SECONDS COMMAND…: tries the command until it succeeds, and fails when the time is over. Ample times cost nothing
# where all goes well; a machine may be slow, cold and busy.
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.1
  done
}

# free_port [NUMBER]: ports of loopback where nobody listens, none of those that the system gives to connections: nobody
# gets one by chance between the asking and the use.
free_port() {
  python3 - "${1:-1}" <<'PY'
import random, socket, sys
low, high = map(int, open("/proc/sys/net/ipv4/ip_local_port_range").read().split())
rest = [p for p in range(10000, 65000) if not low <= p <= high] or list(range(10000, 65000))
random.shuffle(rest)
free = []
for port in rest:
    try:
        for n in 1, 2, 3:
            with socket.socket() as s:
                s.bind(("127.0.0.%d" % n, port))
    except OSError:
        continue
    free.append(port)
    if len(free) == int(sys.argv[1]):
        break
print(*free)
PY
}

# listening PORT: somebody does, on loopback.
listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# settled FILE: waits until nothing has been added to it for half a second. Servers write their logs after their answers.
settled() {
  local before=none
  until [ "$(wc -c <"$1")" = "$before" ]; do
    before=$(wc -c <"$1")
    sleep 0.5
  done
}

# prints PATTERN COMMAND…: the command succeeds, and prints that. All of it is read: a grep in a pipe that has seen
# enough ends those who still write.
prints() {
  local pattern=$1 text
  shift
  text=$("$@" 2>&1) || return 1
  grep -qE -- "$pattern" <<<"$text"
}

# serve_demo FOLDER: an AD FS and an STS in the background until the part ends; their variables are exported.
serve_demo() {
  mkdir -p "$1"
  "$SAMLOGIN" demo --serve >"$1/demo.log" 2>&1 </dev/null &
  demo=$!
  at_end "kill $demo; wait $demo"
  begun() { grep -qs 'ctrl-C ends it' "$1" || ! kill -0 $demo 2>/dev/null; }
  within 120 begun "$1/demo.log" && kill -0 $demo || { cat "$1/demo.log"; return 1; }
  eval "$(grep -E '^ *export [A-Z_]+=' "$1/demo.log")"
  unset AWS_SHARED_CREDENTIALS_FILE AWS_CONFIG_FILE
}

# serve_bus: a session bus of the part's own.
serve_bus() {
  { read -r DBUS_SESSION_BUS_ADDRESS; read -r bus; } < <(dbus-daemon --session --fork --nopidfile --print-address=1 --print-pid=1)
  export DBUS_SESSION_BUS_ADDRESS
  at_end "kill $bus"
}

# serve_keyring FOLDER: an open gnome-keyring on that bus.
serve_keyring() {
  printf 'keyring-password' | gnome-keyring-daemon --unlock --components=secrets --foreground >"$1/keyring.log" 2>&1 &
  keyring=$!
  at_end "kill $keyring; wait $keyring"
  # Not by asking for a secret: before this one is there the bus would start another keyring for that.
  owned() { prints 'boolean true' dbus-send --session --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets; }
  unlocked() { prints 'boolean false' dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets/collection/login org.freedesktop.DBus.Properties.Get string:org.freedesktop.Secret.Collection string:Locked; }
  within 120 owned && within 120 unlocked || { cat "$1/keyring.log"; return 1; }
}

# at_end COMMAND: run when the part ends, the last one first.
at_end() {
  ends="$1; ${ends:-}"
  trap 'set +e; { eval "$ends"; } 2>/dev/null; true' EXIT
}

# ends CODE COMMAND…: the command has to end with a code; what it said is in $out and $err.
ends() {
  local want=$1 got=0
  shift
  "$@" >"$WORK/ends.out" 2>"$WORK/ends.err" || got=$?
  out=$(cat "$WORK/ends.out") err=$(cat "$WORK/ends.err")
  [ "$got" = "$want" ] || { echo "exit $got, want $want: $*"; printf '%s\n%s\n' "$out" "$err"; return 1; }
}

# says PATTERN: the last command said so on stderr.
says() { grep -qE -- "$1" <<<"$err" || { echo "it did not say: $1"; echo "$err"; return 1; }; }
