#!/usr/bin/env bash
# Starts and stops one instance of the DELIBERATELY VULNERABLE test shop, on the loopback interface alone.
#   shop.sh start|reset|stop FOLDER PORT
# FOLDER holds everything that the instance writes. Apache listens on PORT, MariaDB on a socket in FOLDER only.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
act=$1 root=$2 port=$3

reset_database() {
  python3 "$here/seed.py" | mariadb --no-defaults -u root -S "$root/db.sock"
  find "$root/uploads" "$root/sessions" -type f -delete
}

case $act in
start)
  mkdir -p "$root"/{www,uploads,sessions,tmp,log} && cp -r "$here/www/." "$root/www/"
  chmod 755 "$root" && chown www-data "$root"/{uploads,sessions,tmp}
  [ -d "$root/db" ] || mariadb-install-db --no-defaults --user=root --datadir="$root/db" --skip-test-db >/dev/null 2>&1
  mariadbd --no-defaults --user=root --datadir="$root/db" --socket="$root/db.sock" --skip-networking --pid-file="$root/db.pid" \
    --log-bin="$root/db/bin" --sync-binlog=1 --innodb-buffer-pool-size=48M >"$root/log/db" 2>&1 &
  for _ in $(seq 100); do mariadb-admin --no-defaults -u root -S "$root/db.sock" ping >/dev/null 2>&1 && break; sleep 0.3; done
  cat >"$root/apache.conf" <<CONF
ServerRoot "$root"
ServerName 127.0.0.1
Listen 127.0.0.1:$port
PidFile "$root/apache.pid"
Mutex file:$root/tmp default
ErrorLog "$root/log/error"
User www-data
Group www-data
LoadModule mpm_prefork_module /usr/lib/apache2/modules/mod_mpm_prefork.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule mime_module /usr/lib/apache2/modules/mod_mime.so
LoadModule dir_module /usr/lib/apache2/modules/mod_dir.so
LoadModule alias_module /usr/lib/apache2/modules/mod_alias.so
LoadModule env_module /usr/lib/apache2/modules/mod_env.so
LoadModule php_module /usr/lib/apache2/modules/libphp8.2.so
TypesConfig /etc/mime.types
StartServers 4
MinSpareServers 3
MaxSpareServers 8
MaxRequestWorkers 20
KeepAliveTimeout 3
AllowEncodedSlashes NoDecode
DocumentRoot "$root/www"
Alias /uploads "$root/uploads"
SetEnv SHOP_SOCKET "$root/db.sock"
SetEnv SHOP_UPLOADS "$root/uploads"
php_admin_value session.save_path "$root/sessions"
php_admin_value upload_tmp_dir "$root/tmp"
<Directory "$root/www">
  Require all granted
  FallbackResource /index.php
</Directory>
<Directory "$root/uploads">
  Require all granted
</Directory>
<FilesMatch "\.php$">
  SetHandler application/x-httpd-php
</FilesMatch>
LogFormat "%{sec}t.%{usec_frac}t\t%a\t%m\t%r\t%>s\t%O\t%{Referer}i\t%{Origin}i\t%{User-Agent}i\t%{Host}i" shop
CustomLog "$root/log/access" shop
CONF
  ln -sf "$root/tmp" "$root/run"
  # An environment of its own: what shells look for in PATH stands in the trace.
  env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin apache2 -f "$root/apache.conf"
  reset_database
  ;;
reset) reset_database ;;
stop)
  kill "$(cat "$root/apache.pid")" "$(cat "$root/db.pid")"
  ;;
*) echo "start, reset or stop" >&2; exit 2 ;;
esac
