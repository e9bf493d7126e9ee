# One image for every service and the command line; the container's command says which one runs:
#   docker run … plimsoll apps/sequence-detector/dist/main.js
#   docker run … plimsoll apps/cli/bin/plimsoll.js --help

FROM node:24-bookworm-slim AS base
WORKDIR /app

# The manifests alone, in their folders: dependencies are installed anew only when a manifest changes.
FROM base AS manifests
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json ! -name .npmrc -delete \
 && find . -type d -empty -delete

FROM base AS dependencies
COPY --from=manifests /app ./
# Types and maps are for people who write programs; Node reads none of them.
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force \
 && find . -path '*/node_modules/*' -type f \( -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.map' \) -delete

FROM base AS build
COPY --from=manifests /app ./
RUN npm ci --ignore-scripts && npm cache clean --force
COPY . .
RUN npx tsc -b apps/*/tsconfig.json \
 && npm run build --workspace apps/console \
 && rm -rf node_modules apps/*/node_modules libs/*/node_modules e2e \
 && find apps libs -depth \( -name src -o -name '*.d.ts' -o -name '*.map' -o -name '*.tsbuildinfo' \) -exec rm -rf {} +

FROM base
ENV NODE_ENV=production
COPY --from=dependencies /app ./
COPY --from=build /app ./
# Where a collector keeps its spool: a volume that is new takes its owner from here.
RUN mkdir --parents /var/lib/plimsoll && chown node:node /var/lib/plimsoll
USER node
EXPOSE 8080
# Healthy is ready: the service works, and waits for nothing. Asked by bash, which starts thirty times faster than Node.
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=6 \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/${HTTP_PORT:-8080} && printf 'GET /health/ready HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]
# Node 24 warns of a timer of kafkajs that is due already.
ENTRYPOINT ["node", "--disable-warning=TimeoutNegativeWarning"]
CMD ["apps/cli/bin/plimsoll.js", "--help"]
