#!/bin/sh
# Puts plimsoll into a folder: the one that is on the PATH already, or one from an address with a checksum, or one that is built from
# sources. Nothing is taken that nobody vouched for.
#
#   PLIMSOLL_URL, PLIMSOLL_SHA256   an address of the program, or of a .tar.gz with it, and its checksum
#   PLIMSOLL_GIT, PLIMSOLL_REV      a git repository, and a commit in it
#   PLIMSOLL_BIN                    the folder [default: $HOME/.local/bin]
set -eu

bin=${PLIMSOLL_BIN:-$HOME/.local/bin}
mkdir -p "$bin"

if [ -n "${PLIMSOLL_URL:-}" ]; then
    if [ -z "${PLIMSOLL_SHA256:-}" ]; then
        echo "install.sh: PLIMSOLL_URL needs PLIMSOLL_SHA256" >&2
        exit 2
    fi
    part=$(mktemp -d)
    trap 'rm -rf "$part"' EXIT
    curl --fail --silent --show-error --location --proto '=https' --output "$part/download" "$PLIMSOLL_URL"
    echo "$PLIMSOLL_SHA256  $part/download" | sha256sum --check --status || {
        echo "install.sh: what $PLIMSOLL_URL sent is not what PLIMSOLL_SHA256 says" >&2
        exit 3
    }
    case $PLIMSOLL_URL in
        *.tar.gz | *.tgz) tar -xzf "$part/download" -C "$part" && found=$(find "$part" -type f -name plimsoll | head -n 1) ;;
        *) found=$part/download ;;
    esac
    install -m 755 "$found" "$bin/plimsoll"
elif [ -n "${PLIMSOLL_GIT:-}" ]; then
    if [ -z "${PLIMSOLL_REV:-}" ]; then
        echo "install.sh: PLIMSOLL_GIT needs PLIMSOLL_REV" >&2
        exit 2
    fi
    cargo install --locked --git "$PLIMSOLL_GIT" --rev "$PLIMSOLL_REV" --root "$bin/.." plimsoll
elif command -v plimsoll >/dev/null; then
    exit 0
else
    echo "install.sh: say where plimsoll comes from: PLIMSOLL_URL and PLIMSOLL_SHA256, or PLIMSOLL_GIT and PLIMSOLL_REV" >&2
    exit 2
fi
