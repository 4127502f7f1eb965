#!/usr/bin/env bash
# Runs a command with the loopback interface as its only network, if Linux
# allows it: DynamoDB Local listens on every interface and has no option to
# change that.
#
#   infra/alone.sh go test ./infra/local/dynamodb
set -euo pipefail

if unshare --map-root-user --net ip link set lo up 2>/dev/null; then
	go mod download # the command has no network
	exec unshare --map-root-user --net bash -c 'ip link set lo up && exec "$@"' alone "$@"
fi
echo "note: until it ends, other machines can reach DynamoDB Local" >&2
exec "$@"
