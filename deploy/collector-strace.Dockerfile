# The collector's image with strace, for tracing beside a container: `docker build` needs plimsoll:local first.
FROM plimsoll:local
USER root
RUN apt-get update && apt-get install --yes --no-install-recommends strace && rm -rf /var/lib/apt/lists/*
