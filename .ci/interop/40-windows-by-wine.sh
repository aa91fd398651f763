# The Windows build, run by Wine: the tests of the AWS files (renaming over a file that another program has open,
# owner-only access lists, symbolic links, locks between processes), the settings, and the whole demo. Wine is not
# Windows, but its file sharing and access lists are those that Microsoft documents, written by somebody else.
need wine64 wine gcc-mingw-w64-x86-64-win32

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

# 100 processes take Wine minutes to start; SAMLOGIN_CAMPAIGN runs them as well.
skip='^TestManyProcesses'
[ -z "${SAMLOGIN_CAMPAIGN:-}" ] || skip='^$'
for package in profiles profiles/settings saml/secret saml/foreign; do
  name=$(basename "$package")
  GOOS=windows go test -c -o "$WORK/$name.exe" "./$package"
  (cd "$package" && wine "$WORK/$name.exe" -test.v -test.timeout 500s -test.skip "$skip" </dev/null >"$WORK/$name.log" 2>&1) || true
  python3 .ci/interop/wine_verdict.py "$package" "$WORK/$name.log"
done
wineserver -k 2>/dev/null || /usr/lib/wine/wineserver64 -k 2>/dev/null || true
