#!/usr/bin/env bash
# Installs the judges of `npm run test:foreign`, emulators of AWS that others wrote, into a Python environment of their
# own. Asked again it is quick.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
venv=${FOREIGN_VENV:-$here/../../.venv-foreign}
python=${PYTHON:-python3}
if ! "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
  echo "$python is not a Python of 3.10 or newer with venv. On Debian: apt-get install python3 python3-venv." >&2
  exit 1
fi
[ -x "$venv/bin/pip" ] || "$python" -m venv --clear "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
