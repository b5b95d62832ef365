# Two commands do all the set-up on a fresh machine: `make demo` and `make test`.

GO      ?= go
NODE_DIRS = $(sort $(dir $(shell git ls-files '*package-lock.json' 2>/dev/null)))
STAMPS    = $(addsuffix node_modules/.package-lock.json,$(NODE_DIRS))
APT       = $(shell [ "$$(id -u)" = 0 ] || echo sudo) env DEBIAN_FRONTEND=noninteractive apt-get
export TWILIO_OPENAPI ?= $(wildcard $(abspath ../shared/twilio/messages.openapi.json))

# The race detector watches all of our code. SQLite is C translated to Go, one
# thread a connection: watching each of its steps found nothing and took eight
# ninths of the time. whatsmeow's socket races with itself where both ends hang up
# at once (it reads in Close what Stop clears), and so do two who wait for one of its
# events (each writes that somebody waits).
UNWATCHED = modernc.org/sqlite/lib modernc.org/libc go.mau.fi/whatsmeow/socket go.mau.fi/util/exsync
RACE      = -race $(patsubst %,-gcflags=%=-race=false,$(UNWATCHED))

CONSOLE   = agents/console/web
PAGE      = $(CONSOLE)/dist/index.html

.PHONY: demo test proof bench bench-bulk check setup build console help

help: ## this list
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:[^#]*## /	/' | expand -t12

demo: console ## a French shop with simulated phones, on http://127.0.0.1:8080/phones/
	$(GO) run ./cmd/causette demo

build: console ## the binary, in bin/
	$(GO) build -trimpath -o bin/causette ./cmd/causette

# The longest first, so that none of them is left to run alone at the end.
test: setup console check ## everything: linters, Go with -race on both stores, oracles, browser
	$(GO) test $(RACE) -timeout 30m ./cmd/... ./store/... ./...

# One package at a time: some of them measure. Five seeds at once: each waits most of
# its time, for leases to end.
proof: setup console ## the long proofs, whole: every seed of every crash and race
	CAUSETTE_PROOF=1 $(GO) test -count=1 -p 1 -parallel 5 -timeout 90m -v -run 'Proof|TestServe' ./...

bench: setup ## the figures: the whole loop against its ceilings, on both stores
	$(GO) test -count=1 -timeout 30m -run '^$$' -bench 'Step|Count|Read|Group' -benchmem ./conversation/... ./store/...
	$(GO) run ./cmd/causette/bench

bench-bulk: setup ## the figures of a bulk job of 100,000 prompts, with answers to customers beside it
	$(GO) run ./cmd/causette/bench -bulk 100000

check: ## formatting, vet, staticcheck
	@unformatted="$$(git ls-files '*.go' | xargs gofmt -l)"; [ -z "$$unformatted" ] || { echo "gofmt: $$unformatted"; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

console: $(PAGE) ## the agents' page, built when its sources changed; Go embeds it

$(PAGE): $(CONSOLE)/node_modules/.package-lock.json $(addprefix $(CONSOLE)/,index.html vite.config.ts tsconfig.json package.json) $(shell find $(CONSOLE)/src $(CONSOLE)/public -type f)
	npm run build --prefix $(CONSOLE)

# What the tests need beside Go, installed when missing.
setup: $(STAMPS)
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || { $(APT) update && $(APT) install -y postgresql; }
	@command -v chromium >/dev/null || { $(APT) update && $(APT) install -y chromium; }

%node_modules/.package-lock.json: %package-lock.json
	@command -v npm >/dev/null || { $(APT) update && $(APT) install -y nodejs npm; }
	npm ci --prefix $* --no-audit --no-fund
	@touch $@
