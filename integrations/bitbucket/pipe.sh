#!/bin/sh
# What the pipe does: IMAGE, FAIL_ON and EXTRA_ARGS (words between spaces) are its variables.
set -eu

if [ -z "${IMAGE:-}" ]; then
    echo "pipe.sh: IMAGE is not set" >&2
    exit 2
fi
export PLIMSOLL_FAIL_ON="${FAIL_ON:-high}"
export PLIMSOLL_DB_DIR="${BITBUCKET_CLONE_DIR:-$PWD}/.plimsoll/db"
mkdir -p plimsoll
# Words between spaces are what is wanted here.
# shellcheck disable=SC2086
exec plimsoll image "$IMAGE" -f table -o json=plimsoll/plimsoll.json -o junit=plimsoll/test-results.xml -o html=plimsoll/plimsoll.html ${EXTRA_ARGS:-}
