# What status shows outside of itself: the prompts of real shells, a real notify-send to a notification service on a
# session bus, --watch in a real terminal; and logout --secrets, which leaves nothing in a real key store.
need zsh fish tmux libnotify-bin dbus-daemon gnome-keyring libsecret-tools python3-dbus python3-gi

home=$WORK/status
serve_demo "$home"
mkdir -p "$home/run"
chmod 700 "$home/run"
export HOME=$home XDG_RUNTIME_DIR=$home/run XDG_DATA_HOME=$home/data SAMLOGIN_IDP=corp SAMLOGIN_USERNAME='CORP\jane'
unset CI DISPLAY WAYLAND_DISPLAY XDG_STATE_HOME AWS_PROFILE
PATH=$(dirname "$SAMLOGIN"):$PATH
mkdir -p "$home/.config/samlogin"
printf 'notify = "2h"\n[idp.corp]\nkind = "adfs"\nurl = "%s"\nsession = "off"\n' "$SAMLOGIN_URL" >"$home/.config/samlogin/config.toml" # what renews silently is not told of
ends 0 env SAMLOGIN_PASSWORD=Correct-Horse-7 "$SAMLOGIN" login --role 111111111111/Admin --profile prod --duration 1h --no-input

# The snippets are those of samlogin status --help.
snippet() { "$SAMLOGIN" status --help | sed -nE "s/^ +$1 +//p"; }
shape='^prod (5[0-9]m|1h00m)'
prints "$shape" bash --norc -c "$(snippet bash)"'; printf "%s\n" "${PS1@P}"'
prints "$shape" zsh -f -c "$(snippet zsh)"'; print -P "$PROMPT"'
prints "$shape" fish --no-config -c "$(snippet fish)"'; fish_right_prompt'
echo "   prompts of bash, zsh and fish: $("$SAMLOGIN" status --prompt)"

# A notification service that writes down what it is told; notify-send is the real one.
serve_bus
/usr/bin/python3 - "$home/told" <<'PY' &
import sys
import dbus, dbus.service
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

class Notifications(dbus.service.Object):
    @dbus.service.method("org.freedesktop.Notifications", in_signature="susssasa{sv}i", out_signature="u")
    def Notify(self, app, replaces, icon, summary, body, actions, hints, expires):
        with open(sys.argv[1], "a") as f:
            f.write("%s|%s|%s\n" % (app, summary, body))
        return 1

    @dbus.service.method("org.freedesktop.Notifications", out_signature="ssss")
    def GetServerInformation(self):
        return "written down", "nobody", "1", "1.2"

    @dbus.service.method("org.freedesktop.Notifications", out_signature="as")
    def GetCapabilities(self):
        return ["body"]

DBusGMainLoop(set_as_default=True)
bus = dbus.SessionBus()
name = dbus.service.BusName("org.freedesktop.Notifications", bus)
Notifications(bus, "/org/freedesktop/Notifications")
open(sys.argv[1], "w").close()
GLib.MainLoop().run()
PY
service=$!
at_end "kill $service; wait $service"
within 60 test -e "$home/told"
for _ in 1 2; do ends 0 env DISPLAY=:77 "$SAMLOGIN" status --notify; done
[ "$(cat "$home/told")" = "samlogin|samlogin|prod ends in $(sed -nE 's/.*prod ends in //p' "$home/told")" ]
[ "$(wc -l <"$home/told")" = 1 ]
[ -z "$out" ]
echo "   notify-send, once: $(cut -d'|' -f3 "$home/told")"

# --watch in a terminal: drawn in its place, and ctrl-C gives the terminal back.
screen() { tmux -S "$home/tmux" "$@"; }
at_end "screen kill-server"
shows() {
  on_it() { grep -qE -- "$1" <<<"$(screen capture-pane -p)"; }
  within 120 on_it "$1" && return
  echo "the screen does not show: $1"; screen capture-pane -p; return 1
}
screen -f /dev/null new-session -d -x 80 -y 24 "env PS1='ready> ' bash --norc --noprofile"
screen send-keys "clear; samlogin status --watch; echo code \$?" Enter
shows 'prod .*5[0-9] min'
first=$(screen capture-pane -p)
for _ in $(seq 50); do [ "$(screen capture-pane -p)" != "$first" ] && break; sleep 0.1; done # it goes on
# Between two moments of drawing it may be half drawn; two lines would stay two.
once() { [ "$(screen capture-pane -p | grep -c '^ *prod ')" = 1 ]; }
cursor() { [ "$(screen display -p '#{cursor_flag}')" = "$1" ]; }
within 60 once
within 60 cursor 0
screen send-keys C-c
shows 'code 130'
within 60 cursor 1
screen send-keys 'echo typed again' Enter
shows '^typed again'
screen kill-server
echo "   --watch draws in its place and gives the terminal back"

# Nothing is left: neither in the home nor in the key store.
serve_keyring "$home"
printf %s Correct-Horse-7 | "$SAMLOGIN" secret set --stdin 2>/dev/null
prints '^secret' secret-tool search --all username 'CORP\jane'
ends 0 "$SAMLOGIN" logout --secrets
if prints '^secret' secret-tool search --all username 'CORP\jane'; then echo "the password is still in the key store"; exit 1; fi
if grep -rqE 'ASIA|aws_secret_access_key|Correct-Horse-7' "$home" --exclude=demo.log --exclude-dir=run; then
  echo "left behind:"; grep -rlE 'ASIA|aws_secret_access_key|Correct-Horse-7' "$home" --exclude=demo.log --exclude-dir=run; exit 1
fi
echo "   logout --secrets leaves nothing in the home, and nothing in gnome-keyring"
