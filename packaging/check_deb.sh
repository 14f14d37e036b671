#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# packaging/check_deb.sh: makes the Debian package and installs it into a fresh Debian 12, as a user would.
. "$(dirname "${BASH_SOURCE[0]}")/../script/lib.sh"

"$root/script/bootstrap" --tour --package
"$root/script/build" release
rm -rf "$root/build/release/packages"
(cd "$root/build/release" && quietly "$root/build/logs/cpack.log" cpack)
deb=$(ls "$root"/build/release/packages/*.deb)

say "installing $(basename "$deb") into a fresh Debian 12"
# shellcheck disable=SC2016 # $1 is the new root, and the shell that mmdebstrap starts knows it
mmdebstrap --quiet --variant=apt bookworm /dev/null \
  --customize-hook="copy-in '$deb' /tmp" \
  --customize-hook="chroot \"\$1\" apt-get -y -qq install --no-install-recommends /tmp/$(basename "$deb")" \
  --customize-hook='chroot "$1" doorman --version' \
  --customize-hook='chroot "$1" doorman scan dir:/ --format json --output /tmp/report.json' \
  --customize-hook='chroot "$1" test -s /tmp/report.json' \
  --customize-hook='chroot "$1" apt-get -y -qq purge doorman' \
  --customize-hook='chroot "$1" test ! -e /usr/bin/doorman'
say "the package installs, runs and goes away"
