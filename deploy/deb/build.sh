#!/usr/bin/env bash
# Make dist/footfall_<version>_<architecture>.deb of a wheel: `deploy/deb/build.sh dist/footfall-*.whl`.
# It holds all dependencies, for the Python of this machine, and their bytecode: the user `footfall` can't write any, and a
# start without it takes three times as long. PIP_ARGS are further arguments for pip.
set -euo pipefail
cd "$(dirname "$0")/../.."
wheel=$1
python=${PYTHON:-python3}
version=$(basename "$wheel" | cut -d- -f2)
architecture=$(dpkg --print-architecture)
series=$("$python" -c 'import sys; print(f"{sys.version_info.major}.{sys.version_info.minor}")')
next=$("$python" -c 'import sys; print(f"{sys.version_info.major}.{sys.version_info.minor + 1}")')
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

install -d "$root/DEBIAN" "$root/opt/footfall/bin" "$root/opt/footfall/lib" "$root/usr/bin" "$root/usr/lib/systemd/system" "$root/usr/lib/sysusers.d"
[ "${WITHOUT_DEPENDENCIES:-}" ] ||
  "$python" -m pip install --quiet --disable-pip-version-check --require-hashes --target "$root/opt/footfall/lib" ${PIP_ARGS:-} -r requirements/runtime.txt
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$root/opt/footfall/lib" "$wheel"
rm -rf "$root/opt/footfall/lib/bin"
cat >"$root/opt/footfall/bin/footfall" <<'END'
#!/bin/sh
PYTHONPATH=/opt/footfall/lib${PYTHONPATH:+:$PYTHONPATH} exec python3 -m footfall "$@"
END
chmod 0755 "$root/opt/footfall/bin/footfall"
ln -s /opt/footfall/bin/footfall "$root/usr/bin/footfall"
install -m 0644 deploy/systemd/footfall.service "$root/usr/lib/systemd/system/footfall.service"
echo 'u footfall - "Footfall" /var/lib/footfall' >"$root/usr/lib/sysusers.d/footfall.conf"
cat >"$root/DEBIAN/control" <<END
Package: footfall
Version: $version
Architecture: $architecture
Installed-Size: $(du -sk "$root" | cut -f1)
Maintainer: Footfall <footfall@localhost>
Depends: python3 (>= $series), python3 (<< $next)
Recommends: systemd
Section: web
Priority: optional
Description: self-hosted traffic analytics
 Web events, product events, API calls and access logs in one store.
END
cat >"$root/DEBIAN/postinst" <<'END'
#!/bin/sh
set -e
if [ "$1" = configure ]; then
    if command -v systemd-sysusers >/dev/null; then systemd-sysusers footfall.conf
    elif ! getent passwd footfall >/dev/null; then useradd --system --home-dir /var/lib/footfall --shell /usr/sbin/nologin footfall; fi
    [ -d /run/systemd/system ] && systemctl daemon-reload
fi
exit 0
END
cat >"$root/DEBIAN/prerm" <<'END'
#!/bin/sh
set -e
[ "$1" = remove ] && [ -d /run/systemd/system ] && systemctl disable --now footfall || true
exit 0
END
chmod 0755 "$root/DEBIAN/postinst" "$root/DEBIAN/prerm"
mkdir -p dist
# The default, xz, takes minutes for a gigabyte of libraries.
dpkg-deb -Zzstd -z3 --root-owner-group --build "$root" "dist/footfall_${version}_${architecture}.deb"
