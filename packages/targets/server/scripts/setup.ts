// Makes a bare host ready: what the scripts call, the runtime, the app's user, the directories, the supervisor. What is
// there already is left as it is and needs no rights; packages come by apt-get or dnf. Where the
// manifest says `server.setup` it runs ahead of every install.

export const SETUP_STEPS = `
root_to() { # WHAT
  [ "$(id -u)" = 0 ] || finish setup_failed "$1 needs root (or sudo without a password)."
}

packages() {
  if command -v apt-get >/dev/null; then
    DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=60 update >/dev/null 2>&1
    DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=60 install -y --no-install-recommends "$@" >"$said" 2>&1
  elif command -v dnf >/dev/null; then dnf -q -y install "$@" >"$said" 2>&1
  else echo "neither apt-get nor dnf is here" >"$said"; return 1; fi
}

need() { # PACKAGE COMMAND…: one of the commands is enough; the package brings the first of them
  package=$1; wanted=$2; shift
  for one in "$@"; do command -v "$one" >/dev/null && return; done
  root_to "Installing $package"
  packages "$package"
  command -v "$wanted" >/dev/null || finish setup_failed "$wanted is missing and could not be installed: $(tail -n 2 "$said")"
}

need_user() {
  id "$RUN_USER" >/dev/null 2>&1 && return
  root_to "Making the user $RUN_USER"
  useradd --create-home --shell /bin/sh "$RUN_USER" >"$said" 2>&1
  id "$RUN_USER" >/dev/null 2>&1 || finish setup_failed "The user $RUN_USER does not exist and cannot be made: $(tail -n 2 "$said")"
}

need_pm2() {
  need npm npm
  command -v pm2 >/dev/null && return
  root_to "Installing PM2"
  npm install --global --silent --no-fund --no-audit pm2 >"$said" 2>&1 ||
    finish setup_failed "PM2 could not be installed: $(tail -n 2 "$said")"
  command -v systemctl >/dev/null && pm2 startup systemd -u "$RUN_USER" --hp "$(user_home)" >"$said" 2>&1
  return 0
}

set_up() {
  said=$(mktemp) || finish setup_failed "Cannot make a temporary file: is the disk full?"
  need curl curl wget node
  need tar tar
  need unzip unzip bsdtar python3
  [ "$RUNTIME" != node ] || need nodejs node
  need_user
  mkdir -p "$DIRECTORY" || finish setup_failed "Cannot make the directory $DIRECTORY as $(id -un)."
  if [ "$SUPERVISOR" = pm2 ]; then
    is_root && chown "$RUN_USER:" "$DIRECTORY"
    need_pm2
  elif ! command -v systemctl >/dev/null; then
    finish setup_failed "systemd is not on this host (no systemctl)."
  fi
  rm -f "$said"
}
`;
