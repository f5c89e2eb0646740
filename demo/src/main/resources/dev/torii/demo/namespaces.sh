# The network of `torii demo --capture`. Makes a namespace for each pod, joined by a bridge that is in one of its own and has
# a wire to this machine; has all TCP of the pods captured; says "made". Takes everything away when it is told to end (TERM),
# and first what a run has left that was killed before it could. When it cannot, its last line says why.
#   bash -c SCRIPT NAME LAUNCHER FOLDER POD...      with FOLDER for mount points
# Pod N has the address 198.18.0.1N and the Service of its name the cluster address 198.18.1.N, as in
# src/demo-captured/services.yaml: from the networks that RFC 2544 keeps for benchmarks.
launcher=$1 run=$2
shift 2
shopt -s nullglob

fail() { echo "$*"; exit 1; }

run() { # COMMAND...: or fails with the first line of its complaint
  local said
  said=$("$@" 2>&1) || fail "$*: ${said%%$'\n'*}"
}

# --- what it takes ------------------------------------------------------------------------------------------------------

[ "$(uname)" = Linux ] || fail "the captured demo needs the network namespaces of Linux: ./torii demo runs everywhere"
[ "$(id -u)" = 0 ] || fail "the captured demo makes network namespaces, which takes root: sudo ./torii demo --capture"
missing=
for pair in ip=iproute2 iptables=iptables curl=curl mount=mount setpriv=util-linux flock=util-linux; do
  [ -x "$(command -v "${pair%=*}")" ] || missing+=" ${pair#*=}"
done
[ -z "$missing" ] || fail "programs are missing: apt-get install$missing"

# One at a time: the lock is on the folder, which goes at the end, so one that has gone since it was opened is none.
busy="another ./torii demo --capture is open on this machine: close it first"
run mkdir -p "$run"
exec 8<"$run"
flock -n 8 && [ "$run" -ef /proc/self/fd/8 ] || fail "$busy"

# --- taking away --------------------------------------------------------------------------------------------------------

inside() { # the processes in the namespaces
  local namespace
  for namespace in /run/netns/torii-demo-*; do ip netns pids "${namespace##*/}"; done
}

clear() {
  local namespace
  inside | xargs -r kill -KILL
  for namespace in /run/netns/torii-demo-*; do ip netns del "${namespace##*/}"; done
  [ ! -e /sys/class/net/torii-demo ] || ip link del torii-demo
  rm -rf /etc/netns/torii-demo-*
  rmdir /etc/netns "$run"/*
} 2>/dev/null

end() { # what is inside has been told to end as well, and may take a moment
  local tries
  for tries in {1..100}; do
    [ -n "$(inside 2>/dev/null)" ] || break
    sleep 0.1
  done
  exit 0
}

trap '' INT HUP # which a terminal sends to all: who started us tells when
clear
trap 'clear; rmdir "$run"' EXIT
trap end TERM

# --- making -------------------------------------------------------------------------------------------------------------

# A route to nearly everywhere, as VPNs have it, is no harm: the pods' are more precise.
taken=$({ ip route show table all root 198.18.0.0/23; ip route show table all match 198.18.0.0/23; } 2>/dev/null |
  grep -vE '(^| )(default|[0-9.]+/[1-7]) ' | head -n 1)
[ -z "$taken" ] || fail "the captured demo needs the addresses 198.18.0.0/23, which this machine has a route for: $taken"

run mkdir -p "$run"/torii "$run"/java "$run"/config
run ip netns add torii-demo-bridge
run ip -n torii-demo-bridge link add br0 type bridge
run ip -n torii-demo-bridge link set br0 up
run ip link add torii-demo type veth peer name machine netns torii-demo-bridge
run ip -n torii-demo-bridge link set machine master br0 up
run ip addr add 198.18.0.1/24 dev torii-demo
run ip link set torii-demo up

hosts() { # the pods' DNS
  local service number=0
  echo "127.0.0.1 localhost"
  for service in "$@" reviews; do
    echo "198.18.1.$((++number)) $service $service.default $service.default.svc.cluster.local"
  done
}

number=0
for pod in "$@"; do
  namespace=torii-demo-$pod
  run ip netns add "$namespace"
  run ip -n torii-demo-bridge link add "$pod" type veth peer name eth0 netns "$namespace"
  run ip -n torii-demo-bridge link set "$pod" master br0 up
  run ip -n "$namespace" link set lo up
  run ip -n "$namespace" addr add "198.18.0.1$((++number))/24" dev eth0
  run ip -n "$namespace" link set eth0 up
  # Without a route to cluster addresses nothing would be sent there, and nothing captured.
  run ip -n "$namespace" route add default via 198.18.0.1
  run mkdir -p "/etc/netns/$namespace"
  hosts "$@" >"/etc/netns/$namespace/hosts" || fail "cannot write /etc/netns/$namespace/hosts"
done

captures=()
for pod in "$@"; do
  run ip netns exec "torii-demo-$pod" "$launcher" capture up 8<&- &
  captures+=($!)
done
for capture in "${captures[@]}"; do wait "$capture" || exit; done

echo made
exec 7<> <(:) # a pipe that nobody writes to
read -r <&7
