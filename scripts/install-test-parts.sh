#!/bin/bash
# Installs, from Debian's packages, the real parts that some tests talk to: a Docker engine, Podman, a registry and skopeo, the package managers
# whose lists and version orders are held against ours, debsecan, git and its hooks, a Go compiler, and what the examples of the docs are piped through.
# Without them those tests are skipped by name. Nothing is started, and no service is left running.
set -u
parts=(/usr/bin/bzip2=bzip2 /usr/sbin/dockerd=docker.io /usr/sbin/iptables=iptables /usr/bin/skopeo=skopeo /usr/bin/buildah=buildah /usr/bin/strip=binutils /usr/bin/aarch64-linux-gnu-strip=binutils-aarch64-linux-gnu /usr/bin/qemu-aarch64=qemu-user /usr/aarch64-linux-gnu/lib/libstdc++.so.6=libstdc++6-arm64-cross /usr/bin/rsync=rsync /usr/bin/git=git /usr/bin/pre-commit=pre-commit /usr/bin/podman=podman /usr/bin/docker-registry=docker-registry
  /usr/sbin/clamd=clamav-daemon /usr/bin/openssl=openssl /usr/sbin/debootstrap=debootstrap
  /usr/bin/rpm=rpm /usr/bin/rpmbuild=rpm /usr/bin/db5.3_load=db5.3-util /usr/bin/pacman=pacman-package-manager /usr/bin/vercmp=makepkg
  /usr/bin/zsh=zsh /usr/bin/fish=fish /usr/bin/mandoc=mandoc /usr/bin/debsecan=debsecan /usr/bin/go=golang-go
  /usr/bin/ruby=ruby /usr/bin/php=php-cli /usr/share/php/Composer/Semver/Comparator.php=php-composer-semver /usr/bin/jq=jq /usr/bin/xmllint=libxml2-utils /usr/bin/chromium=chromium)
missing=()
for pair in "${parts[@]}"; do [ -e "${pair%%=*}" ] || missing+=("${pair##*=}"); done
[ ${#missing[@]} -eq 0 ] && { echo "test parts: all there"; exit 0; }
[ "$(id -u)" = 0 ] || { echo "test parts: run as root to install: ${missing[*]}" >&2; exit 1; }
command -v apt-get >/dev/null || { echo "test parts: no apt-get; the tests that need ${missing[*]} are skipped" >&2; exit 0; }
echo "test parts: installing ${missing[*]}"
# The packages' own services must not start: dpkg asks this file, and 101 means "do not".
policy=/usr/sbin/policy-rc.d made=
if [ ! -e $policy ]; then printf '#!/bin/sh\nexit 101\n' >$policy; chmod +x $policy; made=1; fi
apt-get update -qq
rc=$?
# Not every release has every package; those that it lacks must not keep the others out.
known=()
for name in "${missing[@]}"; do
  if apt-cache show "$name" >/dev/null 2>&1; then known+=("$name"); else echo "test parts: no package $name here" >&2; fi
done
if [ $rc = 0 ] && [ ${#known[@]} -gt 0 ]; then
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${known[@]}" >/dev/null
  rc=$?
fi
[ -n "$made" ] && rm -f $policy
exit $rc
