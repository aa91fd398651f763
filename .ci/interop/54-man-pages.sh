# The man pages, by programs that format them: mandoc finds no fault, and groff says the same words.
need mandoc groff
"$SAMLOGIN" help --man "$WORK/man"
for page in "$WORK"/man/*; do
  mandoc -T lint -W error "$page" >"$WORK/lint" || { cat "$WORK/lint"; exit 1; }
  groff -k -man -ww -Tutf8 "$page" >"$WORK/page" 2>"$WORK/lint"
  [ ! -s "$WORK/lint" ] || { cat "$WORK/lint"; exit 1; }
  grep -q 'NAME' "$WORK/page"
done
groff -k -man -Tascii -P-cbou "$WORK/man/samlogin-login.1" | grep -q -- '--password-stdin'
echo "   $(ls "$WORK/man" | wc -l) man pages"
