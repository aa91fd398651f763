# What env prints, evaluated by the shells themselves; cmd.exe is Wine's.
need zsh fish dash wine64 wine
export SAMLOGIN_SHELLS=all SAMLOGIN_WINE=1 WINEPREFIX=$WORK/wine WINEDEBUG=-all
[ -d "$WINEPREFIX" ] || { mkdir -p "$WINEPREFIX" && wine wineboot --init >/dev/null 2>&1 </dev/null; }
go test -count=1 -run 'Shells|Eval|Cmd' -v ./cmd/samlogin >"$WORK/shells.log" 2>&1 || { cat "$WORK/shells.log"; exit 1; }
! grep -q -e '--- SKIP' "$WORK/shells.log" || { grep -A2 -e '--- SKIP' "$WORK/shells.log"; exit 1; }
echo "   $(grep -c -e '--- PASS' "$WORK/shells.log") passed"
