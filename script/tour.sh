#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The tour, as script/run starts it: makes a real image out of Debian packages and a few old npm packages, scans it, and
# shows each command so that you can type it. The image is kept in build/tour; remove that folder to make it anew.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

tour=$root/build/tour
image=$tour/shop.tar

# name and version of npm packages in which vulnerabilities are known
npm_packages=(lodash 4.17.4 minimist 1.2.0 node-fetch 2.6.0 axios 0.21.0 tar 4.4.8)

# A root file system of Debian, with what the "application" needs.
make_debian_layer() {
  local mode=auto
  if [[ $(id -u) == 0 ]]; then mode=root; fi
  say "making an image out of Debian packages; this once, it takes a minute or two"
  quietly "$root/build/logs/tour-mmdebstrap.log" \
    mmdebstrap --mode="$mode" --variant=minbase --include=python3-minimal,openssl,ca-certificates \
    --aptopt='Acquire::Retries "3"' --skip=check/empty bookworm "$tour/debian.tar"
}

# /srv/shop/node_modules, from the npm registry; without a network, the package.json files alone.
make_npm_layer() {
  local modules=$tour/npm/srv/shop/node_modules i name version
  rm -rf "$tour/npm"
  for ((i = 0; i < ${#npm_packages[@]}; i += 2)); do
    name=${npm_packages[i]} version=${npm_packages[i + 1]}
    mkdir -p "$modules/$name"
    if ! fetch_npm "$name" "$version" "$tour/npm.tgz" ||
      ! tar -xzf "$tour/npm.tgz" -C "$modules/$name" --strip-components=1 --no-same-owner; then
      say "no npm registry here: $name $version is its package.json alone"
      printf '{"name": "%s", "version": "%s"}\n' "$name" "$version" >"$modules/$name/package.json"
    fi
  done
  tar -C "$tour/npm" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -cf "$tour/npm.tar" srv
}

# fetch_npm NAME VERSION FILE
fetch_npm() {
  python3 - "https://registry.npmjs.org/$1/-/$1-$2.tgz" "$3" <<'END' 2>/dev/null
import sys, urllib.request
with urllib.request.urlopen(sys.argv[1], timeout=20) as answer, open(sys.argv[2], "wb") as file:
    file.write(answer.read(64 << 20))
END
}

make_image() {
  if [[ -f $image ]]; then return; fi
  mkdir -p "$tour"
  make_debian_layer
  make_npm_layer
  python3 "$root/script/make_image.py" "$image" --name shop:1 \
    "$tour/debian.tar=mmdebstrap bookworm" "$tour/npm.tar=COPY node_modules /srv/shop/node_modules"
  rm -rf "$tour/debian.tar" "$tour/npm.tar" "$tour/npm.tgz" "$tour/npm"
}

# show WHY COMMAND...: says why, prints the command, runs it, tells how long it took, and goes on whatever its exit code.
show() {
  local code=0 started=${EPOCHREALTIME/./} milliseconds
  printf '\n# %s\n$ %s\n' "$1" "${*:2}"
  "${@:2}" || code=$?
  milliseconds=$(((${EPOCHREALTIME/./} - started) / 1000))
  printf '(exit code %d, after %d ms)\n' "$code" "$milliseconds"
}

"$root/script/bootstrap" --tour
if [[ ! -x $root/build/release/doorman ]]; then say "building doorman; the first time takes some minutes"; fi
"$root/script/build"
make_image

cd "$root"
doorman=build/release/doorman
state=build/tour/state
rm -rf "$state"
export DOORMAN_STATE_DIR=$state
printf '\n# The tour keeps its state in a folder of its own:\n$ export DOORMAN_STATE_DIR=%s\n' "$state"

show "What is in the image, and what is wrong with it? The first time every layer is read." \
  $doorman scan build/tour/shop.tar
show "Again: the layers are known by their digests, and nothing is read twice." \
  $doorman scan --quiet --severity critical build/tour/shop.tar
show "What would an update fix? Serious things only." \
  $doorman scan --quiet --severity high+ --ignore-unfixed build/tour/shop.tar
cat >build/tour/team.yaml <<'END'
# Our own word: what is critical and can be fixed does not pass.
- rule: Critical vulnerability that an update repairs
  action: deny
  override: {action: replace}
END
cat >build/tour/exceptions.yaml <<'END'
- exception: the shop moves to lodash 5
  rule: Critical vulnerability that an update repairs
  subject: {package: lodash}
  reason: The call that is flawed is not made; SHOP-7
  expires: 2099-12-31
END
cat >build/tour/case.yaml <<'END'
source: vulnerability
facts: {vuln.id: CVE-2019-10744, vuln.severity: critical, vuln.fixable: true, vuln.kev: false, pkg.name: lodash}
END
show "A rule of our own on top of the built-in ones: the verdict is no, and so is the exit code." \
  $doorman scan --quiet --severity critical --policy image --policy build/tour/team.yaml build/tour/shop.tar
show "An exception with a reason and an end takes one package out; the other still counts." \
  $doorman scan --quiet --severity critical --policy image --policy build/tour/team.yaml \
  --exceptions build/tour/exceptions.yaml build/tour/shop.tar
show "Why does a rule match? Every part of its condition, and what it saw." \
  $doorman policy explain --rule 'Critical vulnerability that an update repairs' image build/tour/case.yaml
show "Every rule of a pack has cases; they are data, like yours." \
  $doorman policy test image
show "A bill of materials for other tools, in CycloneDX." \
  $doorman scan --quiet --output build/tour/shop.cdx.json build/tour/shop.tar
show "For a pipeline: exit code 1 when something critical is found." \
  $doorman scan --quiet --output sarif=build/tour/shop.sarif --fail-on critical build/tour/shop.tar
if [[ $(id -u) != 0 ]]; then
  printf '\n# The deploy door and the guard are not shown here: they need root\n'
elif ! command -v podman >/dev/null || ! command -v runc >/dev/null; then
  printf '\n# The deploy door and the guard are not shown here: podman and runc are not installed\n'
else
  podman load -q -i "$image" >/dev/null
  "$root/script/tour_door.sh" "$doorman"
  "$root/script/tour_guard.sh" "$doorman"
fi
printf '\n# Your own: script/run scan IMAGE, where IMAGE is a tar, a folder, or a name in a registry.\n'
printf '# Everything that scan and guard can do: %s scan --help, %s guard --help\n' "$doorman" "$doorman"
