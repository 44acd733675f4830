# dklab: build, test, play. `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PREFIX ?= /usr/local
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

# The libraries the build links, and programs the first labs are better with. What is already
# installed is not touched, so that everything works without a network afterwards.
LIBRARIES := libseccomp-dev libyaml-dev libsqlite3-dev
PROGRAMS := busybox-static nginx-light nftables uidmap figlet
# What the tests compare with. Each test says what it misses when one is not there.
PEERS := crun runc skopeo docker-registry openssl podman catatonit buildah tmux zsh jq iproute2 procps curl docker-compose python3-docker \
  libxml2-utils python3-jsonschema

# Fully static: starts twice as fast as with shared libraries, and runs on any distribution. The front end's
# flag makes generic types from what the compiler knows: by name, the Swift library would go through all
# conformances of the binary for each of them, which is most of what a short command does.
RELEASE_FLAGS := -c release --static-swift-stdlib -Xswiftc -static-executable -Xlinker -s \
  -Xswiftc -Xfrontend -Xswiftc -disable-concrete-type-metadata-mangled-name-accessors
RELEASE := .build/release/dklab
DEBUG := .build/debug/dklab

.PHONY: help deps test-deps build debug test unit acceptance lab-test check fmt fuzz bench lab install \
  test-vm clean

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

deps: ## Install what the build and the first labs need
	@Tests/Checks/packages.sh "$(SUDO)" $(LIBRARIES) $(PROGRAMS)

test-deps: deps ## Install what the tests compare with
	@Tests/Checks/packages.sh "$(SUDO)" $(PEERS)

build: ## Build the binary: optimised, with the Swift library inside
	swift build $(RELEASE_FLAGS) --product dklab

debug: ## Build for development
	swift build --product dklab

lab: deps build ## Install, build and open the first lab
	@$(RELEASE) images bootstrap --quick
	@$(RELEASE) lab start day44
	@if [ -t 0 ]; then $(RELEASE) lab shell; fi

test: test-deps ## Run all tests: unit, acceptance, and every lab against its own wrong answers
	swift build --build-tests
	Tests/Checks/run-tests.sh

# Needs a distribution's kernel, which is downloaded and unpacked, not installed. The optimised binary
# when it is the newer one: an emulated machine is slow.
VM_BINARY = $(shell [ $(RELEASE) -nt $(DEBUG) ] && echo $(RELEASE) || echo $(DEBUG))

test-vm: ## Run the binary on a fresh machine with cgroup v2, as root and as ordinary users, under qemu
	@Tests/Checks/packages.sh "$(SUDO)" busybox-static qemu-system-x86 e2fsprogs uidmap
	@[ -e $(DEBUG) ] || [ -e $(RELEASE) ] || swift build --product dklab
	kernel=$$(Tests/Guest/kernel --download) && Tests/Guest/machine "$$kernel" $(VM_BINARY)

FUZZ_SECONDS ?= 60

fuzz: ## Throw damaged input at the parsers of what strangers write, FUZZ_SECONDS for each
	swift build --product Fuzz
	for target in $$(.build/debug/Fuzz list); do .build/debug/Fuzz $$target $(FUZZ_SECONDS); done

check: ## Formatting, import directions, file sizes, anchors
	@Tests/Checks/check.sh

fmt: ## Format all sources
	swift format -i -r Sources Tests Package.swift

bench: build ## Compare speed with crun, runc, podman and docker; measure the labs against their budgets
	@Tests/Benchmarks/bench.sh $(RELEASE)
	@Tests/Benchmarks/network.sh $(RELEASE)
	@Tests/Benchmarks/compose.sh $(RELEASE)
	@Tests/Benchmarks/api.sh $(RELEASE)
	@Tests/Benchmarks/api-load.py $(RELEASE) 60
	@Tests/Benchmarks/builds.sh $(RELEASE)
	@Tests/Benchmarks/labs.sh $(RELEASE)
	@Tests/Benchmarks/grade.sh $(RELEASE)
	@Tests/Benchmarks/registry.sh $(RELEASE)
	@Tests/Benchmarks/kube.sh $(RELEASE)

install: build ## Put the binary and its shell completions in place (PREFIX=/usr/local)
	$(SUDO) install -D -m 0755 $(RELEASE) $(DESTDIR)$(PREFIX)/bin/dklab
	$(SUDO) mkdir -p $(DESTDIR)$(PREFIX)/share/dklab $(DESTDIR)$(PREFIX)/share/bash-completion/completions \
	  $(DESTDIR)$(PREFIX)/share/zsh/site-functions
	$(SUDO) mkdir -p $(DESTDIR)$(PREFIX)/share/dklab/Courseware
	$(SUDO) cp -R Labs $(DESTDIR)$(PREFIX)/share/dklab/
	$(SUDO) cp -R Courseware/images Courseware/graders $(DESTDIR)$(PREFIX)/share/dklab/Courseware/
	$(RELEASE) completions bash | $(SUDO) tee $(DESTDIR)$(PREFIX)/share/bash-completion/completions/dklab >/dev/null
	$(RELEASE) completions zsh | $(SUDO) tee $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_dklab >/dev/null

clean: ## Remove everything that was built
	rm -rf .build dist
