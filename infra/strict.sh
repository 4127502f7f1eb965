#!/bin/sh
# The shell of the Makefile: bash that ends at the first command that fails. GNU
# make 3.81, which macOS has, does not know .SHELLFLAGS.
exec bash -euo pipefail "$@"
