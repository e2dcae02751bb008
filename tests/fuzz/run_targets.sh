#!/usr/bin/env bash
# run_targets.sh <build folder> <seconds> [target...]: each target under libFuzzer for so long, two side by
# side. What it finds goes to the build folder; exit code 1 when an input crashes, leaks, hangs or eats memory.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
build=$(readlink -f "$1")
seconds=$2
shift 2
[[ $seconds =~ ^[1-9][0-9]*$ ]] || { echo "run: fuzz takes a number of seconds, not '$seconds'." >&2; exit 2; }
(($#)) || set -- checkpoint gzip idx json
for target in "$@"; do
    [[ -d $here/corpus/$target ]] || { echo "run: there is no fuzz target '$target': checkpoint, gzip, idx or json." >&2; exit 2; }
done

fuzz() {
    local target=$1 log=$build/fuzz-$1.log flags=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=512
        -malloc_limit_mb=128 -print_final_stats=1 -artifact_prefix="$build/found/$1-") executions edges
    [[ ! -f $here/$target.dict ]] || flags+=(-dict="$here/$target.dict")
    mkdir -p "$build/corpus/$target" "$build/found"
    if ! "$build/tests/fuzz/fuzz_$target" "${flags[@]}" "$build/corpus/$target" "$here/corpus/$target" > "$log" 2>&1; then
        grep -E -m 5 'ERROR|runtime error|does not hold|Test unit written' "$log" || true
        echo "$target: FAILED, see $log"
        return 1
    fi
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
    echo "$target: $executions executions in $seconds s, $edges edges covered, nothing found"
}
export -f fuzz
export here build seconds
printf '%s\0' "$@" | xargs -0 -P 2 -I {} bash -euo pipefail -c 'fuzz {}' || exit 1
