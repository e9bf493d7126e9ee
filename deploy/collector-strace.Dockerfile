# The collector's image with strace, for tracing beside a container: `docker build` needs plimsoll:local first.
FROM plimsoll:local
USER root
RUN apt-get update && apt-get install --yes --no-install-recommends strace && rm -rf /var/lib/apt/lists/*
# It runs as root with one capability alone, which may not write into what another user owns.
RUN chown root:root /var/lib/plimsoll
