#!/usr/bin/env bash
# Installs the judges, emulators of AWS that others wrote, into a Python environment of their own. Asked again it is quick.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
venv=${FOREIGN_VENV:-$here/../../.venv-foreign}
# A python without ensurepip makes an environment without pip, so the part that matters is asked for.
[ -x "$venv/bin/pip" ] || python3 -m venv --clear "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
