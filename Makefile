CONFIGURATION ?= release
PREFIX ?= /usr/local
export PREFIX DESTDIR
# Package.swift then leaves the command and the tests unoptimised: they only call the libraries.
export IMPRINT_QUICK_BUILD = 1

SOURCES = Package.swift Sources Tests Benchmarks Fuzzing Studio/Package.swift Studio/Sources Studio/Tests
# The command carries Swift's libraries, to run where Swift is not installed; such a build needs a folder of its own. It is
# stripped, so it is built without debug information, which saves an eighth of the time.
STATIC = --scratch-path .build-static --configuration release --static-swift-stdlib --disable-local-rpath -Xlinker -s -Xswiftc -use-ld=lld $(QUICK)
# No debug information, and the compiler does not check its own intermediate code, which takes a fifteenth of its time.
QUICK = -Xswiftc -gnone -Xswiftc -Xfrontend -Xswiftc -disable-llvm-verify

# The studio is a package of its own, with HTTPS.
STUDIO = --package-path Studio --scratch-path .build-studio --configuration release --static-swift-stdlib --disable-local-rpath \
  -Xlinker -s -Xswiftc -use-ld=lld $(QUICK) --traits TLS --product imprint-studio

# The modules whose documentation is built.
DOCUMENTED = Imprinting Inference Heads Reports Training ModelSurgery Pictures LiteRT TFLite

.PHONY: help build studio build-studio test test-kill test-python test-ray test-studio test-sanitizers wheel deb tar arm64 test-arm64 fuzz \
  demo docs bench bench-micro bench-accuracy bench-growth bench-devices bench-training bench-studio install install-studio \
  uninstall lint format clean

help: ## Show this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /  make \1\t/p' Makefile | expand -t 24

build: ## Build the command: .build-static/release/imprint
	@scripts/setup
	swift build $(STATIC) --product imprint

build-studio: ## Build the studio: .build-studio/release/imprint-studio
	@scripts/setup --studio
	swift build $(STUDIO)

studio: build build-studio ## Teach in the browser, on a demo project
	@scripts/setup --demo
	@scripts/studio

test: ## Check the formatting, build without warnings, run all tests (CONFIGURATION=release)
	@scripts/setup --tests
	@$(MAKE) --no-print-directory lint
	swift build --configuration $(CONFIGURATION) --build-tests -Xswiftc -warnings-as-errors -Xswiftc -enable-testing $(QUICK)
	@scripts/test $(CONFIGURATION)

test-kill: ## Kill the commands that write files at random moments, and check the files (KILLS=300 SEED=14)
	@scripts/setup --tests
	swift build --configuration $(CONFIGURATION) --build-tests -Xswiftc -warnings-as-errors -Xswiftc -enable-testing $(QUICK)
	@CONFIGURATION=$(CONFIGURATION) scripts/test-kill $(KILLS) $(SEED)

wheel: ## Build the Python package for this processor: dist/*.whl
	@scripts/setup
	@scripts/wheel

deb: build build-studio ## Pack the command and the studio for Debian: dist/imprint_*.deb
	@scripts/deb

tar: build build-studio ## Pack the command and the studio as an archive that runs where it is unpacked: dist/imprint-*.tar.gz
	@scripts/tar

arm64: ## Build the command and all packages for 64-bit Arm (Raspberry Pi), as root, with 6 GB in .build-arm64
	@scripts/arm64

test-arm64: build ## Run what was built for 64-bit Arm, emulated, and compare (PART="demo agreement python tests" CPU=cortex-a72)
	@scripts/test-arm64 $(PART)

test-python: wheel ## Install the Python package in a fresh environment, and run its tests
	@scripts/test-python

test-ray: wheel ## Install Ray too, and run the tests of the Python package on it
	@scripts/test-python --ray

test-studio: ## Build the studio, and run its tests, those of its page in Chromium
	@scripts/setup --page
	@scripts/test-studio

test-sanitizers: ## Run C, C++ and the concurrent parts under the address, undefined-behaviour and thread sanitizers
	@scripts/setup --tests
	@scripts/test-sanitizers

# SECONDS is a variable of bash, so that the default cannot come from the environment.
fuzz: ## Look for inputs that crash a reader (HARNESS=all SECONDS=600)
	@scripts/setup
	@scripts/fuzz --build
	@scripts/fuzz $(or $(HARNESS),all) $(or $(SECONDS),600)

demo: ## Teach a classifier and try it (MODEL=base.tflite DATA=folder)
	@scripts/demo

docs: ## Build the documentation of the modules: .build-docs/site
	IMPRINT_DOCC=1 swift package --scratch-path .build-docs --allow-writing-to-directory .build-docs \
	  generate-documentation $(DOCUMENTED:%=--target %) --enable-experimental-combined-documentation \
	  --output-path .build-docs/site

bench: build ## Measure the speed beside other libraries, and update Documentation/benchmarks.md
	@scripts/setup --tests
	@scripts/setup --benchmarks
	@scripts/bench --write

bench-micro: build ## Measure single functions of the library
	@scripts/setup --tests
	@scripts/bench --only micro

bench-accuracy: ## Measure the accuracy, and update Documentation/benchmarks.md
	@scripts/setup --tests
	@scripts/bench-accuracy

bench-growth: ## Measure how time and memory grow, and update Documentation/benchmarks.md
	@scripts/setup
	@scripts/bench-growth

bench-devices: ## Measure teaching on Edge TPUs, with a stand-in for their library
	@scripts/setup --tests
	@scripts/bench-devices

bench-studio: build-studio ## Measure the studio, and kill it at random moments (KILLS=200)
	@scripts/bench-studio

bench-training: build ## Measure training a base, and update Documentation/benchmarks.md
	@scripts/setup --tests
	@scripts/bench-training

install: build ## Install the command and the LiteRT runtime (PREFIX=/usr/local)
	@scripts/install

install-studio: install build-studio ## Install the studio as well (PREFIX=/usr/local)
	@scripts/install --studio

uninstall: ## Remove the command and the LiteRT runtime (PREFIX=/usr/local)
	@scripts/install --remove

lint: ## Check the formatting
	swift format lint --strict --recursive --parallel $(SOURCES)

format: ## Format all Swift files
	swift format --in-place --recursive --parallel $(SOURCES)

clean: ## Remove all builds, but no downloads
	rm -rf .build $(filter-out .build-arm64, $(wildcard .build-*)) $(addprefix .build-arm64/, build tests results) demo dist
