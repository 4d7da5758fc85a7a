# One image for every program: the api if nothing else is said, and by their command the worker
# (node dist/apps/worker/main.js) and the command line (node dist/apps/ops/main.js kpis --by area).

# Built with the full image: it has the compiler and Python that better-sqlite3 needs where its prebuilt binary
# cannot be had.
FROM node:20-bookworm AS build
WORKDIR /app
# Node's headers are in the image: nothing more is fetched to compile.
ENV npm_config_nodedir=/usr/local
# Packages first and by themselves, so that a change of the code does not install them again. Scripts are off
# because `prepare` builds, and the code is not here yet; only the native module runs its own.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts && npm rebuild better-sqlite3
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts

# Run on the slim image of the same Debian, which the native module was built for.
FROM node:20-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production
# Inside a container the loopback address would be reached by nobody; what is published is chosen outside.
ENV HOST=0.0.0.0 PORT=3000 WAYMARK_DATA=/data
# The data belongs to the user the service runs as; the code stays root's, so that the service cannot change it.
RUN install -d -o node -g node /data
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# The sample programme, for `--sample`, and the national figures.
COPY --from=build /app/data ./data
USER node
VOLUME /data
EXPOSE 3000
# The image has no curl; Node asks for itself. Alive is enough: whether it is ready is for a load balancer to ask.
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node itself, not npm: it gets the signal to stop, and can finish what it has begun.
CMD ["node", "dist/apps/api/main.js"]
