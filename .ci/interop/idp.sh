# For the parts with real identity providers; sourced, never run.

# certificates FOLDER ADDRESS…: an authority (ca.pem), a server's certificate for these IP addresses (server.pem, .key)
# and a self-signed pair for signing responses (saml.pem, .key).
certificates() {
  local d=$1 names=
  shift
  for ip in "$@"; do names="$names,IP:$ip"; done
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=samlogin interop' -addext 'basicConstraints=critical,CA:TRUE' \
    -addext 'keyUsage=critical,keyCertSign,cRLSign' -keyout "$d/ca.key" -out "$d/ca.pem" 2>/dev/null
  openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$d/server.key" -out "$d/server.csr" 2>/dev/null
  openssl x509 -req -in "$d/server.csr" -CA "$d/ca.pem" -CAkey "$d/ca.key" -CAcreateserial -days 2 \
    -extfile <(printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "${names#,}") -out "$d/server.pem" 2>/dev/null
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=samlogin interop signing' -keyout "$d/saml.key" -out "$d/saml.pem" 2>/dev/null
}

# serve_sts FOLDER CERTIFICATE: an STS that trusts the IdP's certificate, until the part ends; AWS_ENDPOINT_URL_STS.
serve_sts() {
  go build -o "$1/sts" ./.ci/interop/sts
  mkfifo "$1/sts.in"
  "$1/sts" "$2" <"$1/sts.in" >"$1/sts.out" 2>"$1/sts.log" &
  sts=$!
  exec 8>"$1/sts.in" # it ends when this end is closed
  at_end "exec 8>&-; wait $sts"
  for _ in $(seq 100); do [ -s "$1/sts.out" ] && break; sleep 0.1; done
  AWS_ENDPOINT_URL_STS=$(cat "$1/sts.out")
  export AWS_ENDPOINT_URL_STS
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# answering PORT PID: waits until something listens there.
answering() {
  for _ in $(seq "${3:-100}"); do
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return 0
    kill -0 "$2" 2>/dev/null || return 1
    sleep 0.5
  done
  return 1
}

# at_terminal ANSWER COMMAND…: runs a command at a terminal of its own and types the answer at its first prompt. What
# the terminal showed is in $err; the exit code is the command's.
at_terminal() {
  local got=0
  env -u CI python3 .ci/interop/at_terminal.py "$@" >"$WORK/terminal.out" 2>&1 || got=$?
  err=$(cat "$WORK/terminal.out")
  return $got
}
