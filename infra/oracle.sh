#!/usr/bin/env bash
# Runs the storage tests against the official DynamoDB Local, to check that
# dynoxide, the engine of all other tests, behaves like it.
#
#   infra/oracle.sh [go test arguments]     default: ./shared/dynamo/... ./functions/...
#
# infra/dynamodb-local.sh fetches it, and says what it needs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { echo "oracle: $*" >&2; }

jar=$(bash infra/dynamodb-local.sh)
dir=$(dirname "$jar")

# A free port: the kernel picks one for a socket that is closed at once.
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
log=var/oracle/log.txt
java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Djava.library.path="$dir/DynamoDBLocal_lib" \
	-cp "$jar" DynamoDBOnLoopback -sharedDb -inMemory -disableTelemetry -port "$port" >"$log" 2>&1 &
pid=$!
trap 'kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true' EXIT

for _ in $(seq 150); do
	if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
		ready=yes
		break
	fi
	kill -0 "$pid" 2>/dev/null || break
	sleep 0.2
done
[[ -n ${ready:-} ]] || { say "DynamoDB Local did not start; its output:"; cat "$log" >&2; exit 1; }

(($# > 0)) || set -- ./shared/dynamo/... ./functions/...
say "DynamoDB Local at 127.0.0.1:$port"
DYNAMODB_ENDPOINT=http://127.0.0.1:$port go test -count=1 "$@"
