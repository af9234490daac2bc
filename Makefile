CONFIGURATION ?= release
PREFIX ?= /usr/local
export PREFIX DESTDIR

SOURCES = Package.swift Sources Tests Benchmarks
# A build folder of its own: Swift's libraries go into the command, so that it runs where Swift is not installed.
STATIC = --scratch-path .build-static --configuration release --static-swift-stdlib -Xlinker -s -Xswiftc -use-ld=lld

.PHONY: help build test demo bench bench-micro bench-accuracy bench-growth bench-devices bench-training install uninstall lint format clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 24

build: ## Build the command: .build-static/release/imprint
	@scripts/setup
	swift build $(STATIC) --product imprint

test: ## Check the formatting, build without a warning, run all tests (CONFIGURATION=release)
	@scripts/setup --tests
	@$(MAKE) --no-print-directory lint
	swift build --configuration $(CONFIGURATION) --build-tests -Xswiftc -warnings-as-errors -Xswiftc -enable-testing
	@scripts/test $(CONFIGURATION)

demo: ## Teach a classifier and try it (MODEL=base.tflite DATA=pictures)
	@scripts/demo

bench: build ## Measure the speed beside peers, into Documentation/benchmarks.md
	@scripts/setup --tests
	@scripts/setup --benchmarks
	@scripts/bench --write

bench-micro: build ## Measure single functions of the library
	@scripts/setup --tests
	@scripts/bench --only micro

bench-accuracy: build ## Measure how often the answers are right, into Documentation/benchmarks.md
	@scripts/setup --tests
	@scripts/bench-accuracy

bench-growth: ## Measure how time and memory grow, into Documentation/benchmarks.md
	@scripts/setup
	@scripts/bench-growth

bench-devices: ## Measure teaching behind a base on Edge TPUs, with a stand-in for their library
	@scripts/setup --tests
	@scripts/bench-devices

bench-training: build ## Measure training a base, into Documentation/benchmarks.md
	@scripts/setup --tests
	@scripts/bench-training

install: build ## Install the command and the LiteRT runtime (PREFIX=/usr/local)
	@scripts/install

uninstall: ## Remove what install put there (PREFIX=/usr/local)
	@scripts/install --remove

lint: ## Check the formatting
	swift format lint --strict --recursive --parallel $(SOURCES)

format: ## Format all Swift files
	swift format --in-place --recursive --parallel $(SOURCES)

clean: ## Remove what was built; what was fetched stays
	rm -rf .build .build-* demo
