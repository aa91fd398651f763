# Sourced, never run. What comes over a network or waits for others gets more than one try.

# again COMMAND…: three tries with pauses between.
again() {
  local try
  for try in 1 2 3; do
    [ $try = 1 ] || { echo "failed; once more in $((try * 10)) s: $*" >&2; sleep $((try * 10)); }
    "$@" && return 0
  done
  return 1
}

# need PACKAGE... : the Debian packages that are missing are installed. Another apt may hold its locks, a mirror may fail once, and an apt that was
# interrupted may have left something half done.
need() {
  local p missing=() policy= log try ok=
  for p in "$@"; do
    dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep 'ok installed' >/dev/null || missing+=("$p")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  echo "installing: ${missing[*]}"
  # Debian starts services when it installs them; a policy of "no" for the while stops that.
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod +x /usr/sbin/policy-rc.d
    policy=1
  fi
  log=$(mktemp)
  for try in 1 2 3 4; do
    [ $try = 1 ] || { echo "apt failed; once more in $((try * 15)) s" >&2; sleep $((try * 15)); }
    # The lists of before will do where they cannot be had anew.
    apt-get update -qq -o Acquire::Retries=3 >>"$log" 2>&1 || true
    if DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "${missing[@]}" >>"$log" 2>&1; then
      ok=1
      break
    fi
    DEBIAN_FRONTEND=noninteractive dpkg --configure -a >>"$log" 2>&1 || true
  done
  [ -z "$policy" ] || rm -f /usr/sbin/policy-rc.d
  [ -n "$ok" ] || { tail -20 "$log"; echo "cannot install ${missing[*]}"; }
  rm -f "$log"
  [ -n "$ok" ]
}
