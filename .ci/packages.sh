# need PACKAGE... : the Debian packages that are missing are installed. Sourced, never run.
need() {
  local p missing=() policy=
  for p in "$@"; do
    dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  echo "installing: ${missing[*]}"
  # Debian starts services when it installs them; a policy of "no" for the while stops that.
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod +x /usr/sbin/policy-rc.d
    policy=1
  fi
  local ok=0
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/tmp/samlogin-ci-apt.log 2>&1 || ok=1
  [ -z "$policy" ] || rm -f /usr/sbin/policy-rc.d
  [ $ok -eq 0 ] || { tail -20 /tmp/samlogin-ci-apt.log; echo "cannot install ${missing[*]}"; return 1; }
}
