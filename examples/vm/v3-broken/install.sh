#!/bin/sh
# Run as root on the base image while it is baked, in the unpacked release: whatever it leaves behind is in every instance.
# Here it packs the page once, so that no instance has to, and writes down what the image was made on.
set -eu
echo "packing the page on $(uname -sm)"
gzip -9 -n -c page.txt >page.txt.gz
printf 'baked on %s with node %s\n' "$(uname -sm)" "$(node --version)" >built.txt
