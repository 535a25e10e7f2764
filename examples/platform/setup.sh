#!/bin/bash
# What Tutti asks of a host: its ordinary user, its folder, and whatever `start` calls.
set -euo pipefail
dnf install -y nodejs24 tar
ln -sf /usr/bin/node-24 /usr/local/bin/node
useradd --create-home tutti
install -d -o tutti -g tutti /opt/tutti
