# The Windows build, run by Wine: the tests of the AWS files (renaming over a file that another program has open,
# owner-only access lists, symbolic links, locks between processes), the settings, and the whole demo. Wine is not
# Windows, but its file sharing and access lists are those that Microsoft documents, written by somebody else.
need wine64 wine gcc-mingw-w64-x86-64-win32 tmux

export WINEPREFIX=$WORK/wine WINEDEBUG=-all
mkdir -p "$WINEPREFIX"
# Go's runtime asks bcryptprimitives.dll for random numbers, which Debian's Wine does not have yet.
cat >"$WORK/random.c" <<'C'
#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T length) { return RtlGenRandom(bytes, length); }
C
x86_64-w64-mingw32-gcc -shared -O1 -o "$WORK/bcryptprimitives.dll" "$WORK/random.c" -ladvapi32
wine wineboot --init >/dev/null 2>&1 </dev/null
cp "$WORK/bcryptprimitives.dll" "$WINEPREFIX/drive_c/windows/system32/"

GOOS=windows go build -trimpath -o "$WORK/samlogin.exe" ./cmd/samlogin
wine "$WORK/samlogin.exe" version </dev/null | tr -d '\r' | grep windows/amd64
wine "$WORK/samlogin.exe" demo </dev/null 2>&1 | tr -d '\r' >"$WORK/windows-demo.log" ||
  { cat "$WORK/windows-demo.log"; exit 1; }
grep -q 'assumed-role/Admin/jane@corp.example.com' "$WORK/windows-demo.log"
echo "   the demo passes"

# The console: a login by hand, with a password that is not shown and the picker, and ctrl-C at the password.
"$SAMLOGIN" demo --serve >"$WORK/wine-demo.log" 2>&1 </dev/null &
demo=$!
screen() { tmux -S "$WORK/tmux" "$@"; }
trap 'kill $demo 2>/dev/null || true; screen kill-server 2>/dev/null || true; wait $demo 2>/dev/null || true' EXIT
# shows TEXT: waits until the screen does
shows() {
  on_it() { grep -qF -- "$1" <<<"$(screen capture-pane -p)"; }
  within 180 on_it "$1" && return
  echo "the screen does not show: $1"; screen capture-pane -p; return 1
}
within 120 grep -qs 'ctrl-C ends it' "$WORK/wine-demo.log"
grep -E '^ *export (SAMLOGIN_URL|AWS_ENDPOINT_URL_STS)=' "$WORK/wine-demo.log" >"$WORK/wine-demo.env"
echo "export SAMLOGIN_CA_BUNDLE='Z:$(sed -nE 's/^ *export SAMLOGIN_CA_BUNDLE=//p' "$WORK/wine-demo.log" | tr / '\\')'" >>"$WORK/wine-demo.env"
screen -f /dev/null new-session -d -x 100 -y 30 "env -u CI bash --norc --noprofile"
screen send-keys ". $WORK/wine-demo.env; clear; wine $WORK/samlogin.exe --idp adfs --duration 2h; echo code \$?" Enter
shows 'User name for 127.0.0.1:'
screen send-keys 'CORP\jane' Enter
shows 'Password of CORP\jane:'
screen send-keys 'Correct-Horse-7' Enter
shows '> Admin'
screen send-keys Down
shows '> ReadOnly'
screen send-keys Enter
shows 'Remember the password of CORP\jane' # there is a Credential Manager
screen send-keys n Enter
shows 'code 0'
shows 'the role allows no more'
if grep -q Correct-Horse <<<"$(screen capture-pane -p -S -)"; then echo "the password is on the screen"; exit 1; fi
screen send-keys "clear; wine $WORK/samlogin.exe --idp adfs --username x; echo code \$?" Enter
shows 'Password of x:'
screen send-keys C-c
shows 'code 130'
screen kill-server
echo "   the console asks, hides, picks, and is left as it was"

# Credential Manager holds nothing but what these tests put there.
export SAMLOGIN_TEST_KEYRING=1
# 100 processes take Wine minutes to start; SAMLOGIN_CAMPAIGN runs them as well.
skip='^TestManyProcesses'
[ -z "${SAMLOGIN_CAMPAIGN:-}" ] || skip='^$'
for package in profiles profiles/settings profiles/imports saml/secret saml/foreign idp/keychain idp/totp; do
  name=$(basename "$package")
  GOOS=windows go test -c -o "$WORK/$name.exe" "./$package"
  (cd "$package" && wine "$WORK/$name.exe" -test.v -test.timeout 3000s -test.skip "$skip" </dev/null >"$WORK/$name.log" 2>&1) || true
  python3 .ci/interop/wine_verdict.py "$package" "$WORK/$name.log"
done
wineserver -k 2>/dev/null || /usr/lib/wine/wineserver64 -k 2>/dev/null || true
