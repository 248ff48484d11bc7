# hostdns: a DNS server that answers what getaddrinfo() says, and its client.
#
#   make                builds build/hostdnsd and build/hostdns
#   make run            starts the server on 127.0.0.1:5353
#   make test           runs the tests, side by side with -j (scripts/test installs what they
#                       need first, and runs them with sanitizers, too); unit/ROOM,
#                       system/FILE and live are targets as well, such as unit/net or
#                       system/test_tcp; QUICK=1: without live, which boots a system
#   make bench          measures speed beside other servers (scripts/bench installs them);
#                       QUICK=1: in under two minutes;
#                       BENCH_ONLY='cold ready': only these (tests/bench/measure.py)
#   make install        DESTDIR= PREFIX=/usr/local; make uninstall takes away what it placed
#   make clean
#
# V=1 shows the commands. WERROR=1 makes warnings errors. SANITIZE=address,undefined
# or SANITIZE=thread builds and tests an instrumented copy in a folder of its own.

VERSION := 0.1
PREFIX  ?= /usr/local
DESTDIR ?=

SANITIZE ?=
comma    := ,
PERCENT  := %
BUILD    := build$(if $(SANITIZE),/$(subst $(comma),-,$(SANITIZE)))

CC         ?= cc
PKG_CONFIG ?= pkg-config
PYTHON     ?= /usr/bin/python3
CFLAGS     ?= -O2 -g
CPPFLAGS   ?= -D_FORTIFY_SOURCE=2

LIBRARIES  := ldns libxxhash inih libsodium libseccomp libcap-ng jansson libsystemd
CLIENT_LIB := libedit
WARNINGS   := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
              -Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wformat=2
HARDENING  := -fstack-protector-strong -fPIE

# Asked of pkg-config once, when first needed.
LIBRARY_FLAGS = $(eval LIBRARY_FLAGS := $(shell $(PKG_CONFIG) --cflags $(LIBRARIES) $(CLIENT_LIB)))$(LIBRARY_FLAGS)
LIBRARY_LINKS = $(eval LIBRARY_LINKS := $(shell $(PKG_CONFIG) --libs $(LIBRARIES) $(CLIENT_LIB)))$(LIBRARY_LINKS)
TEST_LINKS    = $(eval TEST_LINKS := $(shell $(PKG_CONFIG) --cflags --libs cmocka))$(TEST_LINKS)

# What the code needs to compile at all; CFLAGS and CPPFLAGS stay the user's.
OUR_CPPFLAGS = -D_GNU_SOURCE -DHOSTDNS_VERSION='"$(VERSION)"' -Iinclude -MMD -MP
OUR_CFLAGS   = -std=c11 $(WARNINGS) $(HARDENING) -pthread $(LIBRARY_FLAGS)
OUR_LDFLAGS  = -pie -pthread -Wl,--as-needed -Wl,-z,relro,-z,now
ifdef WERROR
OUR_CFLAGS += -Werror
endif
ifneq ($(SANITIZE),)
OUR_CFLAGS  += -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer -O1
OUR_LDFLAGS += -fsanitize=$(SANITIZE)
CPPFLAGS    := -U_FORTIFY_SOURCE
endif

# Where a program goes below PREFIX.
PROGRAMS := sbin/hostdnsd sbin/hostdnsctl bin/hostdns

SOURCES := $(wildcard src/*/*.c)
MAINS   := $(wildcard src/*/main.c)
OBJECTS := $(patsubst src/%.c,$(BUILD)/obj/%.o,$(filter-out $(MAINS),$(SOURCES)))
TESTS   := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*/test_*.c))
PAGES   := $(wildcard src/*/*.[1-8])
UNITS   := $(wildcard conf/*.service.in conf/*.service conf/*.socket.in conf/*.socket)
BENCH   := $(addprefix $(BUILD)/bench/,load reflector direct)
UNFENCED := $(BUILD)/bench/unfenced.so
LOAD    := $(addprefix $(BUILD)/obj/bench/,load.o load_udp.o load_tcp.o pending.o question.o)
QUICK   ?=

# Jobs of the test suite: a room of unit tests or a file of system tests, each in a lab of its
# own. The largest files come first, since they may take longest.
KIND         := $(or $(firstword $(subst $(comma), ,$(SANITIZE))),plain)
SYSTEM_FILES := $(notdir $(basename $(shell ls -S tests/system/test_*.py)))
export RESULTS ?= $(BUILD)/results
ifeq ($(KIND),thread)
# Only lookup has threads, so ThreadSanitizer looks at what makes it use them, and at the unit
# tests that have threads of their own.
SYSTEM_FILES := $(filter $(addprefix test_,beside_mdns following_the_host killed_processes \
    late_results machine_names nss_modules reverse_names same_as_getaddrinfo time_outs \
    upstream_servers upstream_threads verdict_left_out),$(SYSTEM_FILES))
TESTS := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(sort \
    $(wildcard tests/unit/lookup/test_*.c tests/unit/upstream/test_*.c) \
    $(shell grep -l pthread_create tests/unit/*/test_*.c)))
endif
ifneq ($(SANITIZE),)
# An allocator that lets memory run out is preloaded, and a sanitizer's must be the first. The
# tests of the suite's own tools run nothing that a sanitizer looks at.
SYSTEM_FILES := $(filter-out $(addprefix test_,memory_runs_out suite tables conformance_table),\
    $(SYSTEM_FILES))
endif
UNIT_JOBS   := $(addprefix unit/,$(sort $(foreach test,$(TESTS),$(word 2,$(subst /unit/, ,$(dir $(test)))))))
UNIT_JOBS   := $(UNIT_JOBS:/=)
SYSTEM_JOBS := $(addprefix system/,$(SYSTEM_FILES))
LIVE_JOBS   := $(if $(SANITIZE)$(QUICK),,live)
JOBS        := $(if $(SANITIZE),,check) $(LIVE_JOBS) $(UNIT_JOBS) $(SYSTEM_JOBS)

ifndef V
quiet = @printf '  %-5s %s\n' "$(1)" "$(patsubst $(BUILD)/%,%,$@)";
endif

.PHONY: all run test programs folder jobs check unit system live bench install uninstall clean \
        $(UNIT_JOBS) $(SYSTEM_JOBS) kind-plain kind-address kind-thread
.DELETE_ON_ERROR:
.SECONDARY:

all: $(addprefix $(BUILD)/,$(notdir $(PROGRAMS)))

# A program is its main, and what the linker finds it to need of our library and the others.
$(BUILD)/hostdnsd: $(BUILD)/obj/daemon/main.o
$(BUILD)/hostdns: $(BUILD)/obj/client/main.o
$(BUILD)/hostdnsctl: $(BUILD)/obj/ctl/main.o
$(addprefix $(BUILD)/,$(notdir $(PROGRAMS))): $(BUILD)/libhostdns.a
	$(call quiet,LINK)$(CC) $(CFLAGS) $(OUR_CFLAGS) $(LDFLAGS) $(OUR_LDFLAGS) -o $@ $(filter %.o,$^) \
	    $(BUILD)/libhostdns.a $(LIBRARY_LINKS)

# Made anew each time: an archive keeps the members of deleted files.
$(BUILD)/libhostdns.a: $(OBJECTS)
	$(call quiet,AR)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/obj/%.o: src/%.c Makefile
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(CPPFLAGS) $(OUR_CPPFLAGS) $(CFLAGS) $(OUR_CFLAGS) -c -o $@ $<

# A test itself need not be fast, but there are many to compile.
$(BUILD)/unit/%: tests/unit/%.c $(BUILD)/libhostdns.a
	@mkdir -p $(@D)
	$(call quiet,TEST)$(CC) $(CPPFLAGS) $(OUR_CPPFLAGS) $(CFLAGS) $(OUR_CFLAGS) $(OUR_LDFLAGS) \
	    -O0 -U_FORTIFY_SOURCE -o $@ $< $(BUILD)/libhostdns.a $(TEST_LINKS) $(LIBRARY_LINKS) -lutil

# The tools of the bench. It measures what a user would run, so never an instrumented build.
$(BUILD)/bench/load: $(LOAD)
$(BUILD)/bench/reflector: $(BUILD)/obj/bench/reflector.o
$(BUILD)/bench/direct: $(BUILD)/obj/bench/direct.o
$(BENCH):
	@mkdir -p $(@D)
	$(call quiet,LINK)$(CC) $(CFLAGS) $(OUR_CFLAGS) $(LDFLAGS) $(OUR_LDFLAGS) -o $@ $^ -lm

$(UNFENCED): tests/bench/unfenced.c
	@mkdir -p $(@D)
	$(call quiet,LINK)$(CC) $(CFLAGS) -shared -fPIC -o $@ $<

$(BUILD)/obj/bench/%.o: tests/bench/%.c Makefile
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(CPPFLAGS) $(OUR_CPPFLAGS) $(CFLAGS) $(OUR_CFLAGS) -c -o $@ $<

run: all
	exec $(BUILD)/hostdnsd

test: $(LIVE_JOBS) $(if $(SANITIZE),,check) unit system
unit: $(UNIT_JOBS)
system: $(SYSTEM_JOBS)

# For scripts/test: what the system tests run, where it lies, which jobs there are.
programs: all $(BENCH)
folder:
	@echo $(BUILD)
jobs:
	@echo $(KIND)=$(subst $() ,$(comma),$(strip $(JOBS)))

# What scripts/test makes of each kind: plain with warnings as errors, in a folder of its own,
# since an object that was once built with a warning would not show it again. Kinds that are
# made at once share the jobs of -j.
BUILD_plain   := WERROR=1 BUILD=build/strict
BUILD_address := SANITIZE=address,undefined
BUILD_thread  := SANITIZE=thread
GOAL          ?= test

# The programs first: else make would come to what boots a system, which takes longest, only
# when it has begun everything else.
kind-plain kind-address kind-thread: kind-%:
	@+$(if $(filter test,$(GOAL)),$(MAKE) --no-print-directory $(BUILD_$*) programs &&) \
	    $(MAKE) --no-print-directory $(BUILD_$*) $(GOAL)

check: all
	@BUILD=$(BUILD) tests/job $(KIND) check sh -c 'tests/check/rooms && tests/check/manuals'

.SECONDEXPANSION:
$(UNIT_JOBS): unit/%: $$(filter $(BUILD)/unit/$$*/test_$$(PERCENT),$(TESTS))
	@BUILD=$(BUILD) tests/job $(KIND) $@ tests/lab tests/run-unit $^

$(SYSTEM_JOBS): system/%: programs
	@BUILD=$(BUILD) tests/job $(KIND) $@ tests/lab $(PYTHON) -m pytest -p no:cacheprovider \
	    -rfE tests/system/$*.py

# One boot for all of them.
live: programs
	@BUILD=$(BUILD) tests/job $(KIND) $@ tests/boot

bench: all $(BENCH) $(UNFENCED)
	BUILD=$(BUILD) tests/lab $(PYTHON) tests/bench/run.py $(if $(QUICK),--quick) $(BENCH_ONLY)

# Everything that is installed, as PLACE=FILE, where PLACE is below PREFIX. The sample goes
# where nobody edits it; a configuration in use is never touched.
INSTALLED := $(foreach to,$(PROGRAMS),$(to)=$(BUILD)/$(notdir $(to))) \
    $(foreach page,$(PAGES),share/man/man$(subst .,,$(suffix $(page)))/$(notdir $(page))=$(page)) \
    share/doc/hostdns/hostdns.conf=conf/hostdns.conf \
    $(foreach unit,$(UNITS),lib/systemd/system/$(patsubst %.in,%,$(notdir $(unit)))=$(unit)) \
    $(foreach file,$(wildcard conf/completions/*.bash),\
        share/bash-completion/completions/$(notdir $(basename $(file)))=$(file)) \
    $(foreach file,$(wildcard conf/completions/_*),share/zsh/site-functions/$(notdir $(file))=$(file))

# From the environment, the shell takes folders with any name.
install uninstall: export TO = $(DESTDIR)$(PREFIX)
install uninstall: export SBINDIR = $(PREFIX)/sbin

install: all
	$(if $(V),,@)set -e; umask 022; for item in $(INSTALLED); do \
	    place="$$TO/$${item%%=*}" file=$${item#*=}; \
	    echo "  INSTALL $$place"; \
	    install -d "$${place%/*}"; \
	    case $$file in \
	    *.in) sed "s|@SBINDIR@|$$SBINDIR|g" $$file | install -m 644 /dev/stdin "$$place" ;; \
	    $(BUILD)/*) install -m 755 $$file "$$place" ;; \
	    *) install -m 644 $$file "$$place" ;; \
	    esac; \
	done

uninstall:
	$(if $(V),,@)for item in $(INSTALLED); do \
	    echo "  REMOVE $$TO/$${item%%=*}"; \
	    rm -f "$$TO/$${item%%=*}" || exit 1; \
	done
	$(if $(V),,@)[ ! -d "$$TO/share/doc/hostdns" ] || \
	    rmdir --ignore-fail-on-non-empty "$$TO/share/doc/hostdns"

clean:
	rm -rf build

-include $(OBJECTS:.o=.d) $(MAINS:src/%.c=$(BUILD)/obj/%.d) $(TESTS:=.d) \
         $(wildcard $(BUILD)/obj/bench/*.d)
