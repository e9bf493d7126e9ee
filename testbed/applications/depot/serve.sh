#!/usr/bin/env bash
# nginx and PHP-FPM as one container has them: serve.sh FOLDER
php-fpm8.2 --nodaemonize --fpm-config "$1/fpm.conf" &
nginx -c "$1/nginx.conf" -g 'daemon off;' &
trap 'kill $(jobs -p); wait' TERM
wait
