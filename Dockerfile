# One image for every program. By default it runs the api; other commands run the worker (node dist/apps/worker/main.js)
# and the command line (node dist/apps/ops/main.js kpis --by area).

# The full image has the compiler and Python that better-sqlite3 needs if its prebuilt binary cannot be downloaded.
FROM node:20-bookworm AS build
WORKDIR /app
# Use Node's headers in the image instead of downloading them.
ENV npm_config_nodedir=/usr/local
# Install packages in a layer of their own, so that a change of the code does not install them again. Scripts are disabled,
# because `prepare` builds the code, which is not copied yet; only the native module runs its install script.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts && npm rebuild better-sqlite3
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts

# Run on the slim image of the same Debian release, which the native module was built for.
FROM node:20-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production
# Nothing outside the container can reach its loopback address. Which ports are published is decided outside.
ENV HOST=0.0.0.0 PORT=3000 WAYMARK_DATA=/data
# The service runs as the user who owns the data. The code belongs to root, so that the service cannot change it.
RUN install -d -o node -g node /data
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# The sample programme for `--sample`, and the published national figures.
COPY --from=build /app/data ./data
USER node
VOLUME /data
EXPOSE 3000
# The image has no curl, so Node sends the request. It checks that the process is alive; readiness is for a load balancer.
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Run Node directly and not through npm, so that it gets the signal to stop and can finish its work.
CMD ["node", "dist/apps/api/main.js"]
