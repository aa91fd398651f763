# pass with docker-credential-pass, and gpg below it: a store that people have.
need pass gnupg golang-docker-credential-helpers

home=$WORK/pass
serve_demo "$home"
export HOME=$home GNUPGHOME=$home/gnupg PASSWORD_STORE_DIR=$home/store SAMLOGIN_IDP=adfs SAMLOGIN_USERNAME='CORP\jane'
unset SAMLOGIN_PASSWORD DBUS_SESSION_BUS_ADDRESS CI
mkdir -p "$GNUPGHOME" "$home/.config/samlogin"
chmod 700 "$GNUPGHOME"
at_end 'gpgconf --kill all'
gpg --batch --quiet --passphrase '' --quick-generate-key 'samlogin test <test@example.com>' rsa2048 encrypt never 2>/dev/null
pass init test@example.com >/dev/null
echo 'secret_store = "helper:pass"' >"$home/.config/samlogin/config.toml"
login=(timeout 300 "$SAMLOGIN" login --role 111111111111/Admin --no-input --force)

ends 4 "${login[@]}"
printf Correct-Horse-7 | "$SAMLOGIN" secret set --stdin
ends 0 "${login[@]}"
ends 0 "$SAMLOGIN" secret list
grep -q 'ready *docker-credential-pass' <<<"$out"
prints docker-credential-helpers pass ls
printf wrong-one | "$SAMLOGIN" secret set --stdin 2>/dev/null
ends 3 "${login[@]}"
ends 4 "${login[@]}"
says 'was refused on'
SAMLOGIN_USERNAME='CORP\toby'
printf Correct-Horse-7 | "$SAMLOGIN" secret set --stdin 2>/dev/null
printf JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP | "$SAMLOGIN" secret set --totp --stdin --both-factors 2>/dev/null
ends 0 "$SAMLOGIN" login --no-input --force
ends 0 "$SAMLOGIN" secret rm
ends 4 "$SAMLOGIN" login --no-input --force
if grep -rqF Correct-Horse "$home" --exclude=demo.log; then echo "the password is in a file"; exit 1; fi
echo "   pass remembers a password and a seed; a refused one is marked; rm removes"
