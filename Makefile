# hostdns: a DNS server that answers what getaddrinfo() says, and its client.
#
#   make                builds build/hostdnsd and build/hostdns
#   make run            starts the server on 127.0.0.1:5353
#   make test           runs the tests, side by side with -j; QUICK=1 omits live, which boots a
#                       system. scripts/test first installs what the tests need, and also runs
#                       them with sanitizers. unit/ROOM, system/FILE and live are targets as
#                       well, such as unit/net or system/test_tcp
#   make fuzz           feeds made-up input to the parsers: TARGET=wire (or all), SECONDS=60;
#                       RUNS=5000000 goes on, also the next time, until each target has so many
#   make bench          measures speed beside other servers, which scripts/bench installs;
#                       QUICK=1 takes less than two minutes; BENCH_ONLY='cold ready' measures
#                       only these (tests/bench/measure.py)
#   make soak           has a server endure all kinds of trouble at the same time for MINUTES=60;
#                       KIND=address or thread has sanitizers watch it, and KIND=valgrind valgrind
#   make faults         has each system call and each allocation of each process fail in turn, and
#                       kills processes a hundred times, of which the tests do a part
#   make cover          prints the share of each room's lines that the tests run, after
#                       MINUTES=30 at most; COVER_ONLY='unit/net system/test_tcp' runs only these
#   make fuzz-cover     prints the share of lines that the inputs which make fuzz has kept run
#   make format         lays out the C files as .clang-format says
#   make conf/hostdns.conf   writes the sample file from the server's table of options
#   make lint           runs gcc's analyzer, clang-tidy and cppcheck, which may find nothing
#   make compile_commands.json   tells clangd and other tools how each file is compiled
#   make dist           makes build/hostdns-VERSION.tar.gz, the same octets each time
#   make deb            makes the Debian packages in build/deb; `scripts/setup build deb` installs
#                       what that needs
#   make install        installs below DESTDIR= PREFIX=/usr/local; make uninstall removes that
#   make clean          removes build/
#
# V=1 shows the commands. WERROR=1 turns warnings into errors. SANITIZE=address,undefined or
# SANITIZE=thread builds and tests an instrumented copy in a separate folder.

# scripts/version is asked once, when the version is first needed.
VERSION = $(eval VERSION := $(shell scripts/version))$(VERSION)
PREFIX  ?= /usr/local
DESTDIR ?=

SANITIZE ?=
comma    := ,
PERCENT  := %
BUILD    := build$(if $(SANITIZE),/$(subst $(comma),-,$(SANITIZE)))

CC         ?= cc
PKG_CONFIG ?= pkg-config
PYTHON     ?= /usr/bin/python3
PROTOC_C   ?= protoc-c
CFLAGS     ?= -O2 -g

LIBRARIES  := ldns libxxhash inih libsodium libseccomp libcap-ng jansson libsystemd
TAP_LIB    := libfstrm libprotobuf-c
CLIENT_LIB := libedit libidn2
CTL_LIB    := ncurses
WARNINGS   := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
              -Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wformat=2

# What the compiler and the linker do against faults in C; tests/check/hardening reads it from the
# programs. The compiler is asked once which of these flags it has: jumps are guarded by a flag of
# each processor, and clang has some since Debian 13 only. glibc makes the best of _FORTIFY_SOURCE.
GUARDS     := -fstack-clash-protection -ftrivial-auto-var-init=zero -fcf-protection=full \
              -mbranch-protection=standard
HARDENING   = $(eval HARDENING := -fPIE -fstack-protector-strong $(shell for flag in $(GUARDS); do \
    $(CC) -Werror $$flag -xc -S -o - /dev/null >/dev/null 2>&1 && echo $$flag; done))$(HARDENING)
FORTIFY    := -U_FORTIFY_SOURCE $(if $(SANITIZE),,-D_FORTIFY_SOURCE=3)

# pkg-config is asked once, when the flags are first needed.
LIBRARY_FLAGS = $(eval LIBRARY_FLAGS := $(shell $(PKG_CONFIG) --cflags $(LIBRARIES) $(TAP_LIB) $(CLIENT_LIB) $(CTL_LIB)))$(LIBRARY_FLAGS)
LIBRARY_LINKS = $(eval LIBRARY_LINKS := $(shell $(PKG_CONFIG) --libs $(LIBRARIES) $(TAP_LIB) $(CLIENT_LIB) $(CTL_LIB)))$(LIBRARY_LINKS)
TEST_LINKS    = $(eval TEST_LINKS := $(shell $(PKG_CONFIG) --cflags --libs cmocka))$(TEST_LINKS)

# The flags without which the code does not compile; CFLAGS and CPPFLAGS are the user's.
OUR_CPPFLAGS = $(FORTIFY) -D_GNU_SOURCE -Iinclude -MMD -MP
TELL_VERSION = -DHOSTDNS_VERSION='"$(VERSION)"'
OUR_CFLAGS   = -std=c11 $(WARNINGS) $(HARDENING) -pthread $(LIBRARY_FLAGS)
OUR_LDFLAGS  = -pie -pthread -Wl,--as-needed -Wl,-z,relro,-z,now,-z,noexecstack
ifdef WERROR
OUR_CFLAGS += -Werror
endif
ifneq ($(SANITIZE),)
OUR_CFLAGS  += -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
OUR_LDFLAGS += -fsanitize=$(SANITIZE)
ifneq ($(findstring fuzzer,$(SANITIZE)),)
CPPFLAGS    += -D__SANITIZE_ADDRESS__ # the word of gcc, which clang does not say
else
OUR_CFLAGS  += -O1
endif
endif

# Where a program goes below PREFIX.
PROGRAMS := sbin/hostdnsd sbin/hostdnsctl bin/hostdns

# C of schemas, which the build makes.
MADE    := $(BUILD)/made
SCHEMAS := $(patsubst src/%.proto,%,$(wildcard src/*/*.proto))
SOURCES := $(wildcard src/*/*.c)
MAINS   := $(wildcard src/*/main.c)
OBJECTS := $(patsubst src/%.c,$(BUILD)/obj/%.o,$(filter-out $(MAINS),$(SOURCES))) \
    $(patsubst %,$(BUILD)/obj/%.pb-c.o,$(SCHEMAS))
TESTS   := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*/test_*.c))
PAGES   := $(wildcard src/*/*.[1-8])
EXAMPLES := $(wildcard conf/dnsdist.conf conf/grafana-dashboard.json conf/prometheus-alerts.yml \
    conf/recipes/*)
UNITS   := $(wildcard conf/*.service.in conf/*.service conf/*.socket.in conf/*.socket)
BENCH   := $(addprefix $(BUILD)/bench/,load reflector direct)
UNFENCED := $(BUILD)/bench/unfenced.so
LOAD    := $(addprefix $(BUILD)/obj/bench/,load.o load_udp.o load_tcp.o pending.o question.o)
QUICK   ?=

# A job of the test suite is a room of unit tests or a file of system tests, each in a separate
# lab. The largest files come first, because they may take longest.
KIND         := $(or $(firstword $(subst $(comma), ,$(SANITIZE))),plain)
SYSTEM_FILES := $(notdir $(basename $(shell ls -S tests/system/test_*.py)))
export RESULTS ?= $(BUILD)/results
ifeq ($(KIND),thread)
# Only lookup has threads, so ThreadSanitizer gets the tests that make it use them, and the unit
# tests that start threads.
SYSTEM_FILES := $(filter $(addprefix test_,beside_mdns following_the_host killed_processes \
    late_results machine_names nss_modules reverse_names same_as_getaddrinfo time_outs \
    upstream_servers upstream_threads verdict_left_out),$(SYSTEM_FILES))
TESTS := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(sort \
    $(wildcard tests/unit/lookup/test_*.c tests/unit/upstream/test_*.c) \
    $(shell grep -l pthread_create tests/unit/*/test_*.c)))
endif
ifneq ($(SANITIZE),)
# Tests that preload a failing allocator, a clock or a refusing kernel, or have system calls fail,
# are omitted, because a sanitizer must be loaded first and needs its own calls. So are those that
# valgrind runs, which does not run programs with sanitizers, that of the protections that sanitizers
# replace, tests of the suite's own tools, which run none of our code, and those of the web page in a
# browser: test_web and test_web_questions ask the process the same.
SYSTEM_FILES := $(filter-out $(addprefix test_,memory_runs_out client_memory failing_calls \
    failing_starts hardening side_facilities suspend clock_steps loops_by_the_minute cost web_page suite tables \
    conformance_table),$(SYSTEM_FILES))
endif
UNIT_JOBS   := $(addprefix unit/,$(sort $(foreach test,$(TESTS),$(word 2,$(subst /unit/, ,$(dir $(test)))))))
UNIT_JOBS   := $(UNIT_JOBS:/=)
SYSTEM_JOBS := $(addprefix system/,$(SYSTEM_FILES))
LIVE_JOBS   := $(if $(SANITIZE)$(QUICK),,live)
FUZZ_JOBS   := $(if $(filter address,$(KIND)),fuzzing)
JOBS        := $(if $(SANITIZE),,check) $(if $(SANITIZE)$(QUICK),,lint package) $(LIVE_JOBS) $(FUZZ_JOBS) $(UNIT_JOBS) $(SYSTEM_JOBS)

ifndef V
quiet = @printf '  %-5s %s\n' "$(1)" "$(patsubst $(BUILD)/%,%,$@)";
endif

.PHONY: all run test programs debs package folder jobs check unit system live fuzzing fuzz bench cover \
        fuzz-cover soak soaking faults install uninstall clean format lint dist deb always compile_commands.json \
        conf/hostdns.conf \
        $(UNIT_JOBS) $(SYSTEM_JOBS) kind-plain kind-address kind-thread
.DELETE_ON_ERROR:
.SECONDARY:

all: $(addprefix $(BUILD)/,$(notdir $(PROGRAMS)))

# A program is its main and the members of the libraries that the linker finds it to need.
$(BUILD)/hostdnsd: $(BUILD)/obj/daemon/main.o
$(BUILD)/hostdns: $(BUILD)/obj/client/main.o
$(BUILD)/hostdnsctl: $(BUILD)/obj/ctl/main.o
$(addprefix $(BUILD)/,$(notdir $(PROGRAMS))): $(BUILD)/libhostdns.a
	$(call quiet,LINK)$(CC) $(CFLAGS) $(OUR_CFLAGS) $(LDFLAGS) $(OUR_LDFLAGS) -o $@ $(filter %.o,$^) \
	    $(BUILD)/libhostdns.a $(LIBRARY_LINKS)

# The archive is made anew each time, because it would keep the members of deleted files.
$(BUILD)/libhostdns.a: $(OBJECTS)
	$(call quiet,AR)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/obj/%.o: src/%.c Makefile
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(CPPFLAGS) $(OUR_CPPFLAGS) $(CFLAGS) $(OUR_CFLAGS) -c -o $@ $<

# protoc-c makes C of the schemas for the room that they lie in. Its warnings are not ours.
IN_SCHEMA_ROOMS := $(foreach room,$(sort $(dir $(SCHEMAS))),\
    $(filter $(BUILD)/obj/$(room)% $(BUILD)/unit/$(room)%,$(OBJECTS) $(TESTS)))
$(IN_SCHEMA_ROOMS) $(BUILD)/obj/fuzz/tap.o: private OUR_CPPFLAGS += -isystem $(MADE)
$(IN_SCHEMA_ROOMS) $(BUILD)/obj/fuzz/tap.o: | $(patsubst %,$(MADE)/%.pb-c.h,$(SCHEMAS))

$(MADE)/%.pb-c.c $(MADE)/%.pb-c.h: src/%.proto
	@mkdir -p $(MADE)
	$(call quiet,MAKE)$(PROTOC_C) --proto_path=src --c_out=$(MADE) $<

$(BUILD)/obj/%.pb-c.o: $(MADE)/%.pb-c.c Makefile
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(CPPFLAGS) $(OUR_CPPFLAGS) $(CFLAGS) $(OUR_CFLAGS) -w -c -o $@ $<

# It has the files of the web page in it, which its source names to the assembler.
$(BUILD)/obj/web/page_files.o: $(wildcard src/web/page/*)

# Each commit has another version, so only the files that name it are compiled again.
VERSIONED := $(shell grep -ls HOSTDNS_VERSION src/*/*.c tests/unit/*/*.c)
VERSIONED := $(patsubst src/%.c,$(BUILD)/obj/%.o,$(patsubst tests/%.c,$(BUILD)/%,$(VERSIONED)))
$(VERSIONED): private OUR_CPPFLAGS += $(TELL_VERSION)
$(VERSIONED): $(BUILD)/version
$(BUILD)/version: always
	@mkdir -p $(@D)
	@echo '$(VERSION)' | cmp -s - $@ || echo '$(VERSION)' >$@

# A test itself need not be fast, but there are many to compile.
$(BUILD)/unit/%: tests/unit/%.c $(BUILD)/libhostdns.a
	@mkdir -p $(@D)
	$(call quiet,TEST)$(CC) $(CPPFLAGS) $(OUR_CPPFLAGS) $(CFLAGS) $(OUR_CFLAGS) $(OUR_LDFLAGS) \
	    -O0 -U_FORTIFY_SOURCE -o $@ $< $(BUILD)/libhostdns.a $(TEST_LINKS) $(LIBRARY_LINKS) -lutil

# A fuzz target needs a build with SANITIZE=fuzzer,..., which tests/fuzz/run makes. The target itself
# does not tell libFuzzer where it goes, since a new way there is of no interest, and neither do
# modules that are called all the time and have no way that does not show in their callers.
UNTOLD := $(patsubst %,$(BUILD)/obj/%.o,base/bytes base/counters base/list)
$(BUILD)/fuzz/%: $(BUILD)/obj/fuzz/%.o $(BUILD)/libhostdns.a
	@mkdir -p $(@D)
	$(call quiet,FUZZ)$(CC) $(CFLAGS) $(OUR_CFLAGS) $(LDFLAGS) $(OUR_LDFLAGS) -fsanitize=fuzzer \
	    -o $@ $^ $(LIBRARY_LINKS)

ifneq ($(findstring fuzzer,$(SANITIZE)),)
$(BUILD)/obj/fuzz/%.o $(UNTOLD): private OUR_CFLAGS += -fno-sanitize=fuzzer,fuzzer-no-link
endif

# The tools of the bench, which measures what a user would run, never an instrumented build.
$(BUILD)/bench/load: $(LOAD)
$(BUILD)/bench/reflector: $(BUILD)/obj/bench/reflector.o
$(BUILD)/bench/direct: $(BUILD)/obj/bench/direct.o
$(BENCH):
	@mkdir -p $(@D)
	$(call quiet,LINK)$(CC) $(CFLAGS) $(OUR_CFLAGS) $(LDFLAGS) $(OUR_LDFLAGS) -o $@ $^ -lm

$(UNFENCED): tests/bench/unfenced.c
	@mkdir -p $(@D)
	$(call quiet,LINK)$(CC) $(CFLAGS) -shared -fPIC -o $@ $<

COMPILE_TOOL = $(call quiet,CC)$(CC) $(CPPFLAGS) $(OUR_CPPFLAGS) $(CFLAGS) $(OUR_CFLAGS) -c -o $@ $<

$(BUILD)/obj/bench/%.o: tests/bench/%.c Makefile
	@mkdir -p $(@D)
	$(COMPILE_TOOL)

# make check compiles the fuzz targets, so that they keep up with the functions that they call.
FUZZ_OBJECTS := $(patsubst tests/fuzz/%.c,$(BUILD)/obj/fuzz/%.o,$(wildcard tests/fuzz/*.c))

$(BUILD)/obj/fuzz/%.o: tests/fuzz/%.c Makefile
	@mkdir -p $(@D)
	$(COMPILE_TOOL)

run: all
	exec $(BUILD)/hostdnsd

test: $(LIVE_JOBS) $(if $(SANITIZE)$(QUICK),,lint package) $(FUZZ_JOBS) $(if $(SANITIZE),,check) unit system
unit: $(UNIT_JOBS)
system: $(SYSTEM_JOBS)

# scripts/test asks for what the system tests run, for its folder, and for the list of jobs.
programs: all $(BENCH)
folder:
	@echo $(BUILD)
jobs:
	@echo $(KIND)=$(subst $() ,$(comma),$(strip $(JOBS)))

# How scripts/test builds each kind. The plain kind turns warnings into errors and has a separate
# folder, because an object that was once built with a warning would not show it again. Kinds that
# are made at the same time share the jobs of -j.
BUILD_plain   := WERROR=1 BUILD=build/strict
BUILD_address := SANITIZE=address,undefined
BUILD_thread  := SANITIZE=thread
GOAL          ?= test

# The programs come first. Otherwise make would begin the job that boots a system, which takes
# longest, after everything else.
kind-plain kind-address kind-thread: kind-%:
	@+$(if $(filter test,$(GOAL)),$(MAKE) --no-print-directory $(BUILD_$*) programs &&) \
	    $(MAKE) --no-print-directory $(BUILD_$*) $(GOAL)

check: all $(FUZZ_OBJECTS)
	@BUILD=$(BUILD) tests/job $(KIND) check sh -c 'tests/check/rooms && tests/check/manuals && \
	    tests/check/sample && tests/check/layout $(if $(QUICK),--if-here)'

format:
	@tests/check/layout --write

conf/hostdns.conf: $(BUILD)/hostdnsd
	@BUILD=$(BUILD) tests/check/sample --write

# Lists each C file and how it is compiled, without the flags that concern make or gcc alone.
COMPILED = $(SOURCES) $(wildcard tests/unit/*/*.c tests/fuzz/*.c tests/bench/*.c)
COMPILE  = $(CC) $(CPPFLAGS) $(filter-out -MMD -MP,$(OUR_CPPFLAGS)) -isystem $(MADE) $(TELL_VERSION) $(CFLAGS) $(filter-out $(GUARDS),$(OUR_CFLAGS))
ENTRY    = {"directory": "$(CURDIR)", "file": "$(1)", "command": "$(subst ",\",$(COMPILE)) -c $(1)"}

compile_commands.json:
	$(file >$@,[$(foreach file,$(COMPILED),$(call ENTRY,$(file))$(comma)))
	@sed -i 's/,$$/\n]/; s/}, {/},\n{/g' $@

lint: compile_commands.json $(patsubst %,$(MADE)/%.pb-c.h,$(SCHEMAS))
	@BUILD=$(BUILD) tests/job $(KIND) $@ tests/check/lint

# The archive has the files that git knows. A tree that was an archive itself has a file VERSION,
# which tells its version; git knows nothing of it, or only of what lies around it, so all files
# that are not built are taken. They have one order, one owner and one time: that of the last
# commit, or in an archive that of this file.
FILES_OF_DIST = $(if $(wildcard VERSION),,git ls-files -z 2>/dev/null ||) \
    find * .[a-z]* \( -path build -o -path .git -o -name __pycache__ \) -prune -o \
        -type f ! -path VERSION ! -name compile_commands.json -print0
TIME_OF_DIST  = $(or $(if $(wildcard VERSION),,$(shell git log -1 --format=%ct 2>/dev/null)),\
    $(shell stat -c %Y Makefile))

dist:
	@mkdir -p $(BUILD)
	@{ $(FILES_OF_DIST); } | LC_ALL=C sort -z >$(BUILD)/dist.files
	@echo '$(VERSION)' >$(BUILD)/VERSION
	$(call quiet,DIST)tar --null --no-recursion \
	    --mtime=@$(TIME_OF_DIST) --owner=0 --group=0 --numeric-owner --mode=go=rX,u+rw \
	    --transform='s,^,hostdns-$(VERSION)/,' -cf $(BUILD)/hostdns-$(VERSION).tar \
	    -T $(BUILD)/dist.files -C $(BUILD) VERSION
	@gzip -nf $(BUILD)/hostdns-$(VERSION).tar

deb:
	@scripts/deb $(BUILD)/deb $(VERSION)

# The tests upgrade the package to a later version.
debs:
	@scripts/deb $(BUILD)/debs $(VERSION) $(VERSION)+later

.SECONDEXPANSION:
$(UNIT_JOBS): unit/%: $$(filter $(BUILD)/unit/$$*/test_$$(PERCENT),$(TESTS))
	@BUILD=$(BUILD) tests/job $(KIND) $@ tests/lab tests/run-unit $^

$(SYSTEM_JOBS): system/%: programs
	@BUILD=$(BUILD) tests/job $(KIND) $@ tests/lab $(PYTHON) -m pytest -p no:cacheprovider \
	    -rfE tests/system/$*.py

# lintian, which knows Debian's policy, may find nothing to warn of, and Debian's own flags may not
# take away any of ours.
package: debs
	@BUILD=$(BUILD) tests/job $(KIND) $@ sh -ec '\
	    lintian --allow-root --fail-on error,warning $(BUILD)/debs/*.changes; \
	    for deb in $(BUILD)/debs/hostdns_*.deb; do dpkg-deb -x $$deb $(BUILD)/debs/unpacked; \
	    tests/check/hardening $(BUILD)/debs/unpacked/usr/*bin/*; done'

# All tests of tests/live share one boot.
live: programs debs
	@BUILD=$(BUILD) tests/job $(KIND) $@ tests/boot

# The tests run each target for half a minute, and `make fuzz` one for as long as is wanted. The seed
# is the same each time, so a failure here comes from the change that is tested.
fuzzing:
	@FUZZ_SEED=1 BUILD=$(BUILD) tests/job $(KIND) $@ tests/fuzz/run all 30

TARGET  ?= all
SECONDS ?= 60
RUNS    ?=
fuzz:
	@tests/fuzz/run '$(TARGET)' $(if $(RUNS),--runs $(RUNS),$(SECONDS))

bench: all $(BENCH) $(UNFENCED)
	BUILD=$(BUILD) tests/lab $(PYTHON) tests/bench/run.py $(if $(QUICK),--quick) $(BENCH_ONLY)

COVER_ONLY ?= unit system

cover:
	+@tests/cover $(or $(MINUTES),30) $(COVER_ONLY)

fuzz-cover:
	+@tests/cover --fuzz

faults: programs
	@MEMORY_RUNS_OUT=all FAULTS=all BUILD=$(BUILD) tests/lab $(PYTHON) -m pytest \
	    -p no:cacheprovider -rfE $(addprefix tests/system/test_,memory_runs_out.py \
	    failing_calls.py failing_starts.py descriptors_run_out.py storms.py)

# What sanitizers watch is built in a separate folder.
SOAK_address := $(BUILD_address)
SOAK_thread  := $(BUILD_thread)

soak:
	+@$(MAKE) --no-print-directory $(SOAK_$(KIND)) soaking

soaking: programs $(if $(filter valgrind,$(KIND)),$(UNFENCED))
	@BUILD=$(BUILD) $(PYTHON) tests/soak/run.py '$(or $(MINUTES),60)' '$(KIND)'

# Everything that is installed, as PLACE=FILE with PLACE below PREFIX. The sample file goes where
# nobody edits it, so a configuration in use is never overwritten.
INSTALLED := $(foreach to,$(PROGRAMS),$(to)=$(BUILD)/$(notdir $(to))) \
    $(foreach page,$(PAGES),share/man/man$(subst .,,$(suffix $(page)))/$(notdir $(page))=$(page)) \
    share/doc/hostdns/hostdns.conf=conf/hostdns.conf \
    $(foreach file,$(EXAMPLES),share/doc/hostdns/examples/$(notdir $(file))=$(file)) \
    lib/sysusers.d/hostdns.conf=conf/hostdns.sysusers \
    $(foreach unit,$(UNITS),lib/systemd/system/$(patsubst %.in,%,$(notdir $(unit)))=$(unit)) \
    $(foreach file,$(wildcard conf/completions/*.bash),\
        share/bash-completion/completions/$(notdir $(basename $(file)))=$(file)) \
    $(foreach file,$(wildcard conf/completions/*.fish),\
        share/fish/vendor_completions.d/$(notdir $(file))=$(file)) \
    $(foreach file,$(wildcard conf/completions/_*),share/zsh/site-functions/$(notdir $(file))=$(file))

# The folders go through the environment, so that the shell accepts any name.
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
	    find "$$TO/share/doc/hostdns" -type d -empty -delete

clean:
	rm -rf build

-include $(OBJECTS:.o=.d) $(MAINS:src/%.c=$(BUILD)/obj/%.d) $(TESTS:=.d) \
         $(wildcard $(BUILD)/obj/bench/*.d) $(FUZZ_OBJECTS:.o=.d)
