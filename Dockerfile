# The `dashclaw` command as a server: one static binary, no shell, no user that may do anything.
#   docker build --tag dashclaw .
#   docker run --publish 8787:8787 --volume dashclaw:/data --env DASHCLAW_API_KEY dashclaw
FROM rust:1.95.0-alpine AS build
# SQLite and ring have parts in C.
# hadolint ignore=DL3018
RUN apk add --no-cache build-base
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --release --locked --package dashclaw-cli && \
    mkdir /out /out/data && cp target/release/dashclaw /out/

FROM scratch
COPY --from=build /out/dashclaw /dashclaw
# A new volume takes over whose the folder is.
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
VOLUME /data
EXPOSE 8787
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s CMD ["/dashclaw", "health"]
ENTRYPOINT ["/dashclaw"]
# Other machines can connect, so it does not start without DASHCLAW_API_KEY.
CMD ["up", "--host", "0.0.0.0", "--data", "/data"]
