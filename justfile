# The recipes that people and CI share.

# The seller's journey on embedded SQLite.
journey:
    cargo run

# Every test; needs no server.
test:
    cargo test --workspace

# A PostgreSQL and a PgBouncer for tests; then `. target/services/env`. They stay until `services down`.
services what="up":
    bash .ci/services {{what}}

# What CI runs.
ci:
    bash .ci/run

# Format, lint, document.
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --all-features -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --all-features --no-deps
