# make run, make test, make demo: each is one command and needs no other step before it.

SHELL := bash
.NOTPARALLEL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

LISTEN   ?= 127.0.0.1:8080
DATA     ?= ./holdfast-data
FUZZTIME ?= 20s

# Packages whose tests start processes or talk over real sockets; all others are the unit run.
NETWORKED := ./client/graphqlws/... ./client/internal/... ./cmd/... ./examples/... ./internal/load/... ./internal/netlab/... ./internal/promise/...

say = printf '\n== %s\n'

.PHONY: help
help: ## Show this list.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 13

.PHONY: build
build: ## Build ./bin/holdfast.
	@mkdir -p bin
	go build -trimpath -o bin/holdfast ./cmd/holdfast

.PHONY: run
run: build ## Build, and serve on the embedded disk store (LISTEN=127.0.0.1:8080, DATA=./holdfast-data).
	@exec ./bin/holdfast serve --listen $(LISTEN) --store disk --data $(DATA)

.PHONY: demo
demo: build ## A large file through cut connections and killed processes, and compared at the end.
	@exec ./bin/holdfast demo

.PHONY: test
test: install format vet lint generated unit simulation networked sdk browser ## All checks and tests; with CI=true nothing may be left out.
	@$(say) 'all of it passed'

.PHONY: test-all
test-all: export HOLDFAST_LONG = 1
test-all: UNIT_BUDGET = 30m
test-all: SIMULATION_BUDGET = 10m
test-all: NETWORKED_BUDGET = 60m
test-all: test fuzz demo ## The same with the long runs, fuzzing and the demo; about an hour.

.PHONY: install
install: ## Install what the tests need.
	@$(say) 'what the tests need'
	tools/install

.PHONY: tools
tools:
	@mkdir -p bin/tools
	cd tools && go build -buildvcs=false -o ../bin/tools/ ./gotest ./simsum ./mutate honnef.co/go/tools/cmd/staticcheck

.PHONY: format
format: ## Check that all files are formatted.
	@$(say) 'format'
	@wrong=$$(gofmt -l .) && { [ -z "$$wrong" ] || { printf 'gofmt would change:\n%s\n' "$$wrong"; exit 1; }; }

.PHONY: vet
vet: ## Vet for Linux, Windows and macOS.
	@$(say) 'vet: linux, windows, darwin'
	go vet ./...
	GOOS=windows go vet ./...
	GOOS=darwin go vet ./...

.PHONY: lint
lint: tools ## staticcheck, go fix, and go.mod in order.
	@$(say) 'lint: staticcheck, go fix, go mod tidy'
	bin/tools/staticcheck ./...
	go fix -diff ./...
	go mod tidy -diff
	cd tools && ../bin/tools/staticcheck ./... && go vet ./... && go test -count=1 ./...

.PHONY: generate
generate: ## Make generated code and the vectors anew.
	go generate ./...
	go test -count=1 ./internal/wire -update

.PHONY: generated
generated: ## Check that generated code is up to date (the vectors have a test of their own).
	@$(say) 'generated code'
	tools/unchanged '*_gen.*' -- go generate ./...

.PHONY: unit
UNIT_BUDGET ?= 5m
unit: tools
	@$(say) 'tests, with the race detector'
	bin/tools/gotest -budget $(UNIT_BUDGET) -- -race -shuffle=on -count=1 -timeout=$(UNIT_BUDGET) \
		$$(go list ./... | grep -vxF -f <(go list $(NETWORKED)))

.PHONY: simulation
SIMULATION_CHECKS ?= 2000
SIMULATION_SEEDS  ?= 300
SIMULATION_BUDGET ?= 3m
simulation: tools ## Both session machines, and then all of it, over a network that does everything to them, at random.
	@$(say) 'simulation of the machines: $(SIMULATION_CHECKS) runs of each kind'
	bin/tools/gotest -budget $(SIMULATION_BUDGET) -- -count=1 -timeout=$(SIMULATION_BUDGET) ./internal/session -rapid.checks=$(SIMULATION_CHECKS) -rapid.nofailfile
	@$(say) 'simulation of all of it: $(SIMULATION_SEEDS) seeds'
	HOLDFAST_SEEDS=$(SIMULATION_SEEDS) bin/tools/gotest -budget 3m -- -count=1 -timeout=3m -run=TestSimulation ./internal/simulation

.PHONY: soak
MINUTES ?= 30
SEED    ?=
soak: tools ## Both simulations on new seeds for MINUTES=30, and what that came to; SEED=n is the first seed.
	@tools/soak $(MINUTES) $(SEED)

.PHONY: mutations
RUN ?=
mutations: tools ## Break the code in each way of the list, one after the other, and see a check fail (RUN=regexp picks some).
	@bin/tools/mutate -run '$(RUN)' $(if $(RUN),,-results mutations/RESULTS.md)

.PHONY: networked
NETWORKED_BUDGET ?= 4m
networked: tools
	@$(say) 'tests with processes and networks, with the race detector'
	bin/tools/gotest -budget $(NETWORKED_BUDGET) -- -race -shuffle=on -count=1 -timeout=$(NETWORKED_BUDGET) $(NETWORKED)
	cd deploy/check && go vet ./... && go mod tidy -diff && ../../bin/tools/gotest -- -race -count=1 ./...

.PHONY: sdk
sdk: ## The TypeScript SDK: types, style, what it weighs, and its tests in Node.
	@$(say) 'SDK: types, build, tests in Node'
	cd sdk/ts && npm run -s check && npm run -s build && npm run -s test
	tools/unchanged 'page_gen.js' -- npm --prefix sdk/ts run -s page

.PHONY: browser
browser: build ## The SDK and the page, against real servers and in a real browser.
	@$(say) 'SDK and page, with real servers and in a browser'
	cd sdk/ts && npm run -s live && npm run -s browser

.PHONY: fuzz
fuzz: ## Fuzz everything that reads bytes from outside, FUZZTIME=20s each.
	@tools/fuzz $(FUZZTIME)

.PHONY: bench
PAIRS ?= 3
bench: ## Measure the server beside the bare hubs, in a few minutes (PAIRS=3); into bench/results.
	go run ./bench measure -set figures -pairs $(PAIRS)

.PHONY: bench-peers
bench-peers: PAIRS = 5
bench-peers: ## The same beside all peers, with the further works and growth (PAIRS=5); about two hours.
	bench/peers/install
	go run ./bench measure -set all -pairs $(PAIRS)

.PHONY: bench-code
bench-code: ## The benchmarks beside the code.
	go test -run '^$$' -bench . -benchmem ./...

.PHONY: peers
peers: ## Build what the benchmarks compare with, and talk with each of them.
	@bench/peers/install
	go vet -tags peers ./internal/load
	go test -tags peers -race -count=1 -run 'Peers|Transcripts' ./internal/load

.PHONY: clean
clean: ## Remove what was built.
	rm -rf bin
