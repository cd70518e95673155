#!/bin/sh
# A fence agent: takes a node's path to the disk away if that hangs, with every request that is on its way.
# What else makes a node silent, its own deadline has to cope with.
while IFS='=' read -r name value; do
  case $name in
    paths) paths=$value ;;
    plug) node=$value ;;
  esac
done
pid=$(cat "$paths/$node.pid") || exit 1
case $(ps -o stat= -p "$pid") in
  T*)
    kill -9 "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.01; done
    echo "path of $node is gone"
    ;;
esac
exit 0
