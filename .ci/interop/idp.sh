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
  rm -f "$1/sts.in" "$1/sts.out" # of an earlier part
  mkfifo "$1/sts.in"
  "$1/sts" "$2" <"$1/sts.in" >"$1/sts.out" 2>"$1/sts.log" &
  sts=$!
  exec 8>"$1/sts.in" # it ends when this end is closed
  at_end "exec 8>&-; wait $sts"
  within 120 test -s "$1/sts.out" || { cat "$1/sts.log"; return 1; }
  AWS_ENDPOINT_URL_STS=$(cat "$1/sts.out")
  export AWS_ENDPOINT_URL_STS
}

# answering PORT PID: waits until something listens there, or the process has ended.
answering() {
  there() { listening "$1" || ! kill -0 "$2" 2>/dev/null; }
  within 120 there "$1" "$2" && kill -0 "$2" 2>/dev/null
}

# at_terminal ANSWER COMMAND…: runs a command at a terminal of its own and types the answer at its first prompt. What
# the terminal showed is in $err; the exit code is the command's.
at_terminal() {
  local got=0
  env -u CI python3 .ci/interop/at_terminal.py "$@" >"$WORK/terminal.out" 2>&1 || got=$?
  err=$(cat "$WORK/terminal.out")
  return $got
}

# in_short: what it showed, without the line that counts down.
in_short() { tr '\r' '\n' <<<"$err" | grep -v 'Waiting, .* left'; }

# start_simplesamlphp: a real SimpleSAMLphp until the part ends, in the folder $ssp, at the port $port.
start_simplesamlphp() {
  ssp=$(mktemp -d "${TMPDIR:-/tmp}/samlogin-ssp.XXXXXX") # Apache's own user has to get in
  at_end "rm -rf $ssp"
  chmod 755 "$ssp"
  mkdir -p "$ssp"/{cert,log,data,tmp,htdocs,config,home}
  cp .ci/interop/simplesamlphp/*.php "$ssp/config"
  cp -r .ci/interop/simplesamlphp/metadata "$ssp/config"
  certificates "$ssp" 127.0.0.1 127.0.0.2 127.0.0.3
  mv "$ssp/saml.key" "$ssp/cert"
  cp "$ssp/saml.pem" "$ssp/cert"
  openssl rand -hex 24 >"$ssp/salt"
  port=$(free_port)
  sed -e "s|@RUN@|$ssp|g" -e "s|@PORT@|$port|g" -e "s|@PHP@|$(ls /usr/lib/apache2/modules/libphp*.so | head -1)|" .ci/interop/simplesamlphp/httpd.conf >"$ssp/httpd.conf"
  chown -R www-data:www-data "$ssp"/{cert,log,data,tmp,salt}
  # It ends its whole process group with it: one of its own.
  setsid /usr/sbin/apache2 -f "$ssp/httpd.conf" -D FOREGROUND >"$ssp/apache.log" 2>&1 &
  apache=$!
  at_end "kill $apache; wait $apache"
  answering "$port" $apache || { cat "$ssp/apache.log" "$ssp/error.log"; exit 1; }
}

# start_keycloak: a real Keycloak until the part ends, in the folder $kc, at the address $base; from Maven Central, kept in
# a cache.
start_keycloak() {
  version=26.4.7 # Java 17 will do for it
  cache=${XDG_CACHE_HOME:-$HOME/.cache}/samlogin-ci
  archive=$cache/keycloak-quarkus-dist-$version.tar.gz
  if [ ! -s "$archive" ]; then
    mkdir -p "$cache/part"
    again mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy -Dartifact=org.keycloak:keycloak-quarkus-dist:$version:tar.gz -DoutputDirectory="$cache/part"
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
  fetch() { curl -fsS --max-time 60 --cacert "$kc/ca.pem" "$@"; }
  described() { fetch -o "$kc/metadata" "$base/realms/rig/protocol/saml/descriptor" 2>/dev/null || ! kill -0 $keycloak 2>/dev/null; }
  within 600 described && kill -0 $keycloak || { tail -30 "$kc/log"; exit 1; }
  # The realm makes its own key for signing: its certificate stands in the metadata.
  { echo '-----BEGIN CERTIFICATE-----'; grep -oP '<ds:X509Certificate>\K[^<]+' "$kc/metadata" | sed -n 1p | fold -w64; echo '-----END CERTIFICATE-----'; } >"$kc/saml.pem"
}
