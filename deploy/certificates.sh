#!/usr/bin/env bash
# Makes what deploy/compose-secured.yml needs for TLS: an authority, and a certificate of it for Kafka and for Redis.
#
#   bash deploy/certificates.sh certificates
#
# Run again, it renews the two certificates and keeps the authority, which clients trust; without `ca.key` in the folder
# it refuses. Certificates are valid for a year, the authority for ten.
set -euo pipefail
folder=${1:?a folder to write to}
mkdir -p "$folder"
# Who may enter the folder: its owner alone. The files are read by the containers' own users.
chmod 700 "$folder"
cd "$folder"
umask 022
key=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)

if [[ ! -e ca.pem ]]; then
  openssl req -x509 "${key[@]}" -days 3650 -subj '/CN=Plimsoll compose' -keyout ca.key -out ca.pem 2>/dev/null
fi
for name in kafka redis; do
  openssl req "${key[@]}" -subj "/CN=$name" -addext "subjectAltName=DNS:$name,DNS:localhost,IP:127.0.0.1" \
    -keyout "$name.key" -out "$name.csr" 2>/dev/null
  openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 365 -copy_extensions copy \
    -out "$name.crt" 2>/dev/null
  # One file with the key first, as Kafka reads it.
  cat "$name.key" "$name.crt" >"$name.pem.new"
  chmod 644 "$name.pem.new"
  mv "$name.pem.new" "$name.pem"
  rm "$name.key" "$name.csr" "$name.crt"
done
