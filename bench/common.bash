# Sourced by the scripts beside it: processes that end with the script, nginx on loopback, what processes cost.
PATH=$PATH:/usr/sbin
work=$(mktemp -d)
started=()

need() { # PROGRAM...
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null ||
      { echo "bench/${0##*/}: $program is missing: apt-get install nginx-light wrk nghttp2-client curl" >&2; exit 1; }
  done
}

end() { # PID...: and waits for them
  kill "$@" 2>/dev/null || true
  wait "$@" 2>/dev/null || true
}
trap 'end ${started[@]+"${started[@]}"}; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

free_ports() { # sets base: sixteen ports from there are nobody's, below those that the kernel gives to clients
  base=20000
  while ss -Htln "sport >= $base and sport < $((base + 16))" | grep -q .; do base=$((base + 16)); done
}

nginx_at() { # PORT RULE [UPSTREAM-PORT]: one worker; sets pid
  cat >"$work/nginx-$1.conf" <<EOF
daemon off; pid $work/nginx-$1.pid; error_log $work/nginx-$1.log; worker_processes 1; events { worker_connections 1024; }
http { access_log off; keepalive_requests 100000000; upstream next { server 127.0.0.1:${3:-1}; keepalive 64; }
  client_max_body_size 16m; client_body_temp_path $work; proxy_temp_path $work; fastcgi_temp_path $work; uwsgi_temp_path $work; scgi_temp_path $work;
  server { listen 127.0.0.1:$1; location / { $2 } } }
EOF
  nginx -e "$work/nginx-$1.log" -c "$work/nginx-$1.conf" &
  pid=$!
  started+=("$pid")
}

until_answers() { # URL PID
  until curl -sfo "$work/answer" "$1" 2>/dev/null; do
    kill -0 "$2" 2>/dev/null || { cat "$work"/*.err >&2; exit 1; }
    sleep 0.01
  done
}

family() { local p; for p in "$@"; do echo "$p"; cat "/proc/$p/task/$p/children"; done; } # with the workers of nginx

ticks() { local p; for p in $(family "$@"); do cat "/proc/$p/stat"; done | sed 's/.*) //' | awk '{ t += $12 + $13 } END { print t }'; }
