#!/usr/bin/env bash
# Builds what the demo's first messages need into bin, on a machine where Go may have
# compiled nothing yet: infra/local, infra/ops/publish and the functions that
# infra/local/demo.go names. One call of `go build` does it, so that no processor
# waits while programs are linked. The local cloud builds the other functions while it
# runs. The environment has the flags of the Makefile.
#
# The standard library needs no module: it is compiled while npm and Go fetch.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The compilers collect no garbage if there is a gigabyte for each: one runs on each
# processor. That is a quarter less processor time for the largest packages, for at most
# 560 MB in place of 270 (docs/decisions/0107).
memory=$(($(getconf _PHYS_PAGES || echo 0) * $(getconf PAGE_SIZE)))
if ((memory / $(getconf _NPROCESSORS_ONLN) >= 1000000000)); then
	export GOGC=off GOMEMLIMIT=700MiB
fi

programs=(./infra/local ./infra/ops/publish ./functions/record ./functions/send)

echo 'building everything once (a minute or two if Go has compiled none of it yet)…' >&2
trap 'kill $(jobs -pr) 2>/dev/null || true' EXIT # Ctrl-C does not reach what runs in the background
go build net/http html/template encoding/xml encoding/csv image/png & # most of what is used
standard=$!
make --no-print-directory tools-node &
node=$!
total=$(go list -deps "${programs[@]}" | grep -cE '^regulars/|^[^/]+\.')
wait "$standard"

# `go build -v` prints the path of each package before it compiles it, and faults.
compiled=0
go build -v -o bin/ "${programs[@]}" 2>&1 | while read -r line; do
	case $line in
	*' '*) echo "$line" >&2 ;;
	*)
		compiled=$((compiled + 1))
		if [[ -t 2 ]]; then
			printf '\rcompiling: package %d of about %d' "$compiled" "$total" >&2
		elif ((compiled % 100 == 0)); then
			echo "compiling: package $compiled of about $total" >&2
		fi
		;;
	esac
done
if [[ -t 2 ]]; then echo >&2; fi
wait "$node"
