# Signing in without typing, for real: MIT's KDC, and Apache with mod_auth_gssapi where AD FS would be; NTLM by
# gss-ntlmssp, which nobody here wrote either. By ticket, keytab and password; without a ticket, under a wrong name, with
# a clock that is wrong, and at a server that never stops asking. The Windows build's way, by the system's own SSPI, is run
# by Wine, whose SSPI hands it to MIT's library.
need krb5-kdc krb5-user krb5-admin-server apache2 libapache2-mod-auth-gssapi gss-ntlmssp media-types faketime openssl python3 wine64 wine gcc-mingw-w64-x86-64-win32

rig=$(mktemp -d /tmp/samlogin-kerberos.XXXXXX) # not in $WORK: Apache's user has to get in
chmod 711 "$rig"
at_end "rm -rf $rig"
read -r kdc late web < <(free_port 3)
realm() { # PORT
  cat <<CONF
[libdefaults]
 default_realm = RIG.TEST
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 rdns = false
 udp_preference_limit = 1
[realms]
 RIG.TEST = {
  kdc = 127.0.0.1:$1
 }
[domain_realm]
 localhost = RIG.TEST
CONF
}
realm "$kdc" >"$rig/krb5.conf"
realm "$late" >"$rig/late.conf"
realm 1 >"$rig/nobody.conf"
for port in $kdc $late; do
  cat >"$rig/kdc-$port.conf" <<CONF
[kdcdefaults]
 kdc_listen = 127.0.0.1:$port
 kdc_tcp_listen = 127.0.0.1:$port
[realms]
 RIG.TEST = {
  database_name = $rig/principal
  key_stash_file = $rig/stash
  supported_enctypes = aes256-cts-hmac-sha1-96:normal aes128-cts-hmac-sha1-96:normal
 }
[logging]
 kdc = FILE:$rig/kdc-$port.log
CONF
done
export KRB5_CONFIG=$rig/krb5.conf KRB5_KDC_PROFILE=$rig/kdc-$kdc.conf
unset KRB5CCNAME KRB5_CLIENT_KTNAME
password='Alice & "pass" 1'
{
  kdb5_util create -s -r RIG.TEST -P "$(openssl rand -hex 16)"
  admin() { kadmin.local -q "$*"; }
  admin addprinc -randkey HTTP/localhost
  admin ktadd -k "$rig/http.keytab" HTTP/localhost
  printf '%s\n%s\n' "$password" "$password" | kadmin.local -q 'addprinc +requires_preauth alice'
  admin ktadd -norandkey -k "$rig/alice.keytab" alice
  # A service of the same name with other keys: Apache cannot read the tickets for it.
  printf 'addent -password -p HTTP/localhost -k 9 -e aes256-cts-hmac-sha1-96\nelse\nwkt %s\n' "$rig/wrong.keytab" | ktutil
} >"$rig/setup.log" 2>&1 || { cat "$rig/setup.log"; exit 1; }
krb5kdc -n >"$rig/kdc.out" 2>&1 </dev/null &
first=$!
at_end "kill $first; wait $first"
KRB5_CONFIG=$rig/late.conf KRB5_KDC_PROFILE=$rig/kdc-$late.conf faketime -f +1h krb5kdc -n >"$rig/late.out" 2>&1 </dev/null &
second=$!
at_end "kill $second; wait $second"

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$rig/key.pem" -out "$rig/ca.pem" 2>/dev/null
mkdir -p "$rig/root/adfs/ls"
{
  printf '<title>Working...</title><form method="POST" name="hiddenform" action="https://signin.aws.amazon.com:443/saml"><input type="hidden" name="SAMLResponse" value="'
  base64 -w0 testdata/responses/adfs-2016.xml
  printf '"></form>'
} >"$rig/root/adfs/ls/idpinitiatedsignon.aspx"
cp -r "$rig/root/adfs" "$rig/root/ntlm"
cp -r "$rig/root/adfs" "$rig/root/broken"
echo "CORP:alice:$password" >"$rig/ntlm.users"
modules=/usr/lib/apache2/modules
cat >"$rig/httpd.conf" <<CONF
ServerRoot "$rig"
ServerName localhost
PidFile "$rig/httpd.pid"
DefaultRuntimeDir "$rig"
Listen 127.0.0.1:$web
User www-data
Group www-data
ErrorLog "$rig/error.log"
LogFormat "%>s %{Authorization}i" plain
CustomLog "$rig/access.log" plain
LoadModule mpm_event_module $modules/mod_mpm_event.so
LoadModule authz_core_module $modules/mod_authz_core.so
LoadModule authz_user_module $modules/mod_authz_user.so
LoadModule authn_core_module $modules/mod_authn_core.so
LoadModule auth_gssapi_module $modules/mod_auth_gssapi.so
LoadModule alias_module $modules/mod_alias.so
LoadModule mime_module $modules/mod_mime.so
LoadModule socache_shmcb_module $modules/mod_socache_shmcb.so
LoadModule ssl_module $modules/mod_ssl.so
TypesConfig /etc/mime.types
SSLEngine on
SSLCertificateFile "$rig/ca.pem"
SSLCertificateKeyFile "$rig/key.pem"
DocumentRoot "$rig/root"
AliasMatch "(?i)^/adfs/ls/idpinitiatedsignon.aspx" "$rig/root/adfs/ls/idpinitiatedsignon.aspx"
KeepAlive On
<Directory "$rig/root">
  ForceType text/html
</Directory>
<LocationMatch "^/(adfs|broken)">
  AuthType GSSAPI
  AuthName rig
  GssapiCredStore keytab:$rig/http.keytab
  GssapiAllowedMech krb5
  Require valid-user
</LocationMatch>
<Location "/broken">
  GssapiCredStore keytab:$rig/wrong.keytab
</Location>
<Location "/ntlm">
  AuthType GSSAPI
  AuthName rig
  GssapiAllowedMech ntlmssp
  GssapiConnectionBound On
  Require valid-user
</Location>
CONF
chown -R www-data "$rig"/*.keytab "$rig/root" "$rig/ntlm.users"
chmod 600 "$rig"/*.keytab "$rig/ntlm.users"
NTLM_USER_FILE=$rig/ntlm.users apache2 -f "$rig/httpd.conf" -D FOREGROUND >"$rig/apache.out" 2>&1 </dev/null &
apache=$!
at_end "kill $apache; wait $apache"
for port in $kdc $late $web; do within 60 listening "$port" || { cat "$rig"/*.out; exit 1; }; done

mkdir -p "$rig/home/.config/samlogin"
conf=$rig/home/.config/samlogin/config.toml
settings() { # MODE [PATH [HOST [USER]]]
  settled "$rig/access.log"
  printf '[idp.corp]\nkind = "adfs"\nurl = "https://%s:%s%s"\nwindows = "%s"\n' "${3:-localhost}" "$web" "${2:-}" "$1" >"$conf"
  [ -z "${4-alice}" ] || printf "username = '%s'\n" "${4-alice}" >>"$conf"
  chmod 600 "$conf"
  : >"$rig/access.log"
}
roles=(timeout 300 env HOME="$rig/home" SAMLOGIN_CA_BUNDLE="$rig/ca.pem" KRB5CCNAME="FILE:$rig/cache" "$SAMLOGIN" roles --no-input)
unset SAMLOGIN_PASSWORD SAMLOGIN_IDP SAMLOGIN_URL SAMLOGIN_USERNAME XDG_CONFIG_HOME HTTPS_PROXY https_proxy
sent() { settled "$rig/access.log" && grep -c "^[0-9]* $1" "$rig/access.log" || true; } # SCHEME: how many requests had it
requests() { settled "$rig/access.log" && wc -l <"$rig/access.log"; }

# Without a ticket: said, and nothing is sent.
settings kerberos
ends 4 "${roles[@]}"
says 'asks for the password of alice'
settings auto
ends 3 "${roles[@]}"
says 'wants integrated Windows authentication'
[ "$(sent Negotiate)" = 0 ]
echo "   no ticket: a password is asked for, or nothing is sent"

# By ticket: as auto, too, and one request with it.
kinit -k -t "$rig/alice.keytab" -c "FILE:$rig/cache" alice
for mode in auto kerberos; do
  settings $mode
  ends 0 "${roles[@]}"
  [ "$(sent Negotiate)" = 1 ]
done
settings kerberos '' localhost bob
ends 4 "${roles[@]}" # alice's ticket is not bob's
settings kerberos '' localhost ''
ends 0 "${roles[@]}"
echo "   by ticket: one request bears it"

# Under a name that the KDC does not know, and at a server that never stops asking.
settings kerberos '' 127.0.0.1
ends 3 "${roles[@]}"
says 'knows no service HTTP/127.0.0.1'
[ "$(sent Negotiate)" = 0 ]
settings kerberos '/broken/ls/idpinitiatedsignon.aspx?a=b'
ends 3 "${roles[@]}"
says 'did not accept the sign-in with a Kerberos ticket'
says 'Extended Protection'
[ "$(sent Negotiate)" = 1 ]
[ "$(requests)" = 2 ]
echo "   a wrong name, and an endless 401: named, and one try"

# By keytab, by password; a wrong password once, without the right one having been seen by Apache.
rm -f "$rig/cache"
settings kerberos
ends 0 env KRB5_CLIENT_KTNAME="FILE:$rig/alice.keytab" "${roles[@]}"
settings auto '' localhost ''
ends 0 env KRB5_CLIENT_KTNAME="$rig/alice.keytab" "${roles[@]}"
settings kerberos
ends 0 env SAMLOGIN_PASSWORD="$password" "${roles[@]}"
settings kerberos '' localhost alice@rig.test
ends 0 env SAMLOGIN_PASSWORD="$password" "${roles[@]}"
settings kerberos
: >"$rig/kdc-$kdc.log"
ends 3 env SAMLOGIN_PASSWORD=wrong-canary "${roles[@]}"
says 'refused the user name or password'
settled "$rig/kdc-$kdc.log"
[ "$(grep -c PREAUTH_FAILED "$rig/kdc-$kdc.log")" = 1 ]
[ "$(sent Negotiate)" = 0 ]
echo "   by keytab, by password; a wrong one is tried once"

# A clock an hour off, and no KDC at all.
ends 3 env KRB5_CONFIG="$rig/late.conf" SAMLOGIN_PASSWORD="$password" "${roles[@]}"
says 'clock and that of the Kerberos server are too far apart'
ends 7 env KRB5_CONFIG="$rig/nobody.conf" SAMLOGIN_PASSWORD="$password" "${roles[@]}"
says 'no Kerberos server answered'
echo "   a wrong clock and no KDC: named"

# NTLM, checked by gss-ntlmssp.
settings ntlm '/ntlm/ls/idpinitiatedsignon.aspx?a=b' localhost 'CORP\alice'
ends 0 env SAMLOGIN_PASSWORD="$password" "${roles[@]}"
[ "$(requests)" = 3 ]
settings ntlm '/ntlm/ls/idpinitiatedsignon.aspx?a=b' localhost 'CORP\alice'
ends 3 env SAMLOGIN_PASSWORD=wrong-canary "${roles[@]}"
says 'refused the user name or password, given without a form'
[ "$(requests)" = 3 ]
echo "   NTLM: two messages on one connection; a wrong password is tried once"

# The user logged on to Windows: a context that is complete with its first token, and one that cannot be had.
export WINEPREFIX=$WORK/wine-kerberos WINEDEBUG=-all
mkdir -p "$WINEPREFIX"
cat >"$WORK/random.c" <<'C'
#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T length) { return RtlGenRandom(bytes, length); }
C
x86_64-w64-mingw32-gcc -shared -O1 -o "$WORK/bcryptprimitives.dll" "$WORK/random.c" -ladvapi32
wine wineboot --init >/dev/null 2>&1 </dev/null
at_end "wineserver -k"
cp "$WORK/bcryptprimitives.dll" "$WINEPREFIX/drive_c/windows/system32/"
GOOS=windows go build -trimpath -o "$rig/samlogin.exe" ./cmd/samlogin
windows() { printf 'Z:%s' "$1" | tr / '\\'; }
logged_on=(timeout 600 env KRB5CCNAME="FILE:$rig/cache" SAMLOGIN_CONFIG="$(windows "$conf")" SAMLOGIN_CA_BUNDLE="$(windows "$rig/ca.pem")" wine "$rig/samlogin.exe" roles --no-input)
settings auto
ends 4 "${logged_on[@]}" </dev/null
says 'cannot be signed in to with the Windows account'
[ "$(sent Negotiate)" = 0 ]
kinit -k -t "$rig/alice.keytab" -c "FILE:$rig/cache" alice
for mode in auto kerberos; do
  settings $mode
  ends 0 "${logged_on[@]}" </dev/null
  [ "$(sent Negotiate)" = 1 ]
done
settings kerberos '/broken/ls/idpinitiatedsignon.aspx?a=b'
ends 3 "${logged_on[@]}" </dev/null
says 'did not accept the sign-in with the Windows account'
echo "   the Windows account, by SSPI under Wine"

if grep -rqF -e wrong-canary -e "$password" "$rig" --include='*.log' --include='*.out'; then echo "a password is in a log"; exit 1; fi
