// Makes a bare host ready: what the scripts call, the runtime, the app's user, the directories, the supervisor. Packages
// are a best effort with apt-get or dnf; what is there already is left as it is.

export const SETUP = `
packages() {
  if command -v apt-get >/dev/null; then
    DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=60 update >/dev/null 2>&1
    DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=60 install -y --no-install-recommends "$@" >"$said" 2>&1
  elif command -v dnf >/dev/null; then dnf -q -y install "$@" >"$said" 2>&1
  else echo "neither apt-get nor dnf is here" >"$said"; return 1; fi
}

need() { # COMMAND PACKAGE…
  command -v "$1" >/dev/null && return
  wanted=$1; shift
  packages "$@"
  command -v "$wanted" >/dev/null || finish failed "$wanted is missing and could not be installed: $(tail -n 2 "$said")"
}

setup() {
  said=$(mktemp)
  [ "$(id -u)" = 0 ] || finish failed "Setting a host up needs root (or sudo without a password)."
  need curl curl
  need tar tar
  need unzip unzip
  need flock util-linux
  [ "$RUNTIME" = node ] && need node nodejs
  id "$RUN_USER" >/dev/null 2>&1 || useradd --create-home --shell /bin/sh "$RUN_USER" >"$said" 2>&1 ||
    finish failed "The user $RUN_USER cannot be made: $(tail -n 2 "$said")"
  mkdir -p "$DIRECTORY" && { [ "$SUPERVISOR" = systemd ] || chown "$RUN_USER:" "$DIRECTORY"; }
  if [ "$SUPERVISOR" = pm2 ]; then
    need npm npm
    command -v pm2 >/dev/null || npm install --global --silent --no-fund --no-audit pm2 >"$said" 2>&1 ||
      finish failed "PM2 could not be installed: $(tail -n 2 "$said")"
    command -v systemctl >/dev/null && pm2 startup systemd -u "$RUN_USER" --hp "$(user_home)" >"$said" 2>&1
  else supervisor_ready; fi
  rm -f "$said"
  finish ok
}
setup </dev/null
`;
