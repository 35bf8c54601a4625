#!/bin/sh
# The name of the gate script that pipelines with the Qualys sensor have: `plimsoll compat qualys_analysis.sh …`. A shell
# script, since jobs call it by `sh` as well as by its name. Copied elsewhere it runs the plimsoll that PATH finds.
here=$(dirname -- "$(readlink -f -- "$0")")
if [ -f "$here/plimsoll.mjs" ]; then
  exec node "$here/plimsoll.mjs" compat qualys_analysis.sh "$@"
fi
exec plimsoll compat qualys_analysis.sh "$@"
