# Shared by the parts; sourced, never run.

# serve_demo FOLDER: an AD FS and an STS in the background until the part ends; their variables are exported.
serve_demo() {
  mkdir -p "$1"
  "$SAMLOGIN" demo --serve >"$1/demo.log" 2>&1 </dev/null &
  demo=$!
  at_end "kill $demo; wait $demo"
  for _ in $(seq 100); do
    grep -q 'ctrl-C ends it' "$1/demo.log" && break
    kill -0 $demo || { cat "$1/demo.log"; return 1; }
    sleep 0.1
  done
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
  for _ in $(seq 100); do
    secret-tool search samlogin ready >/dev/null 2>&1 && break
    sleep 0.1
  done
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
