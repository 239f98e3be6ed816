#!/bin/sh
# Builds the server of MongoDB's protocol that the read store's contract suite runs on where there is no MongoDB.
# Does nothing when it is already there; fails without Go.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=$(cd "$here/../.." && pwd)/.cache/ferretdb
[ -x "$target" ] && [ "$target" -nt "$here/go.mod" ] && [ "$target" -nt "$here/main.go" ] && exit 0
mkdir -p "$(dirname "$target")"
cd "$here"
# GOTOOLCHAIN keeps Go from looking for another version of itself.
GOTOOLCHAIN=local GOFLAGS=-mod=mod go build -trimpath -o "$target.$$" .
mv "$target.$$" "$target"
