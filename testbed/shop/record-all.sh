#!/usr/bin/env bash
# Records every episode: record-all.sh OUT. Two instances at a time; about seven minutes. Needs root (strace -p).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$1 shop="$here/../shop/shop.sh"
work=$(mktemp -d /tmp/shop.XXXXXX) && chmod 755 "$work"
"$shop" start "$work/a" 18180
"$shop" start "$work/b" 18181
one() { python3 "$here/record.py" "$work/$1" "$2" "$out" "$3" "$4" "$5" "$6"; }
(
  for n in 01 02 03 04 05; do one a 18180 "benign-$n" learn 34 "1$n"; done
  for n in 06 07; do one a 18180 "benign-$n" calibrate 34 "1$n"; done
  for n in 08 09 10; do one a 18180 "benign-$n" test 34 "1$n"; done
) &
(
  seed=500
  for name in union-a update-a json-a blind-a bypass-a csrf-a xss-stored-a xss-reflected-a web-shell-a update-b csrf-b xss-stored-b web-shell-b; do
    seed=$((seed + 1))
    one b 18181 "$name" test 22 "$seed"
  done
) &
wait
"$shop" stop "$work/a" 18180
"$shop" stop "$work/b" 18181
