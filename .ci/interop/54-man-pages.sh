# The man pages, by programs that format them: mandoc finds no fault, and groff says the same words.
need mandoc groff bsdextrautils
"$SAMLOGIN" help --man "$WORK/man"
for page in "$WORK"/man/*; do
  mandoc -T lint -W error "$page" >"$WORK/lint" || { cat "$WORK/lint"; exit 1; }
  groff -K utf8 -man -ww -Tutf8 -P-c "$page" 2>"$WORK/lint" | col -bx >"$WORK/page"
  [ ! -s "$WORK/lint" ] || { cat "$WORK/lint"; exit 1; }
  grep -qx 'NAME' "$WORK/page" || { echo "$page has no NAME"; exit 1; }
done
groff -K utf8 -man -Tutf8 -P-c "$WORK/man/samlogin-login.1" | col -bx >"$WORK/page"
grep -q -- '--password-stdin' "$WORK/page"
echo "   $(ls "$WORK/man" | wc -l) man pages"
