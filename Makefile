# hostdns: a DNS server that answers what getaddrinfo() says, and its client.
#
#   make                builds build/hostdnsd and build/hostdns
#   make run            starts the server on 127.0.0.1:5353
#   make test           runs every test (scripts/test installs what they need first)
#   make bench          measures speed beside other servers (scripts/bench installs them);
#                       QUICK=1: in under two minutes;
#                       BENCH_ONLY='cold ready': only these (tests/bench/measure.py)
#   make install        DESTDIR= PREFIX=/usr/local
#   make clean
#
# V=1 shows the commands. WERROR=1 makes warnings errors. SANITIZE=address,undefined
# or SANITIZE=thread builds and tests an instrumented copy in a folder of its own.

VERSION := 0.1
PREFIX  ?= /usr/local
MANDIR  ?= $(PREFIX)/share/man
DESTDIR ?=

SANITIZE ?=
comma    := ,
BUILD    := build$(if $(SANITIZE),/$(subst $(comma),-,$(SANITIZE)))

CC         ?= cc
PKG_CONFIG ?= pkg-config
PYTHON     ?= /usr/bin/python3
CFLAGS     ?= -O2 -g
CPPFLAGS   ?= -D_FORTIFY_SOURCE=2

LIBRARIES  := ldns libxxhash inih libsodium
CLIENT_LIB := libedit
WARNINGS   := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
              -Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wformat=2
HARDENING  := -fstack-protector-strong -fPIE

# What the code needs to compile at all; CFLAGS and CPPFLAGS stay the user's.
OUR_CPPFLAGS = -D_GNU_SOURCE -DHOSTDNS_VERSION='"$(VERSION)"' -Iinclude -MMD -MP
OUR_CFLAGS   = -std=c11 $(WARNINGS) $(HARDENING) -pthread \
               $(shell $(PKG_CONFIG) --cflags $(LIBRARIES) $(CLIENT_LIB))
OUR_LDFLAGS  = -pie -pthread -Wl,--as-needed -Wl,-z,relro,-z,now
ifdef WERROR
OUR_CFLAGS += -Werror
endif
ifneq ($(SANITIZE),)
OUR_CFLAGS  += -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer -O1
OUR_LDFLAGS += -fsanitize=$(SANITIZE)
CPPFLAGS    := -U_FORTIFY_SOURCE
endif

SOURCES := $(wildcard src/*/*.c)
MAINS   := src/daemon/main.c src/client/main.c
OBJECTS := $(patsubst src/%.c,$(BUILD)/obj/%.o,$(filter-out $(MAINS),$(SOURCES)))
TESTS   := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*/test_*.c))
PAGES   := $(wildcard src/*/*.[1-8])
BENCH   := $(addprefix $(BUILD)/bench/,load reflector direct)
LOAD    := $(addprefix $(BUILD)/obj/bench/,load.o load_udp.o load_tcp.o pending.o question.o)
QUICK   ?=

ifndef V
quiet = @printf '  %-5s %s\n' "$(1)" "$(patsubst $(BUILD)/%,%,$@)";
endif

.PHONY: all run test check unit system bench install uninstall clean
.DELETE_ON_ERROR:
.SECONDARY:

all: $(BUILD)/hostdnsd $(BUILD)/hostdns

$(BUILD)/hostdnsd: $(BUILD)/obj/daemon/main.o $(BUILD)/libhostdns.a
	$(call quiet,LINK)$(CC) $(CFLAGS) $(OUR_CFLAGS) $(LDFLAGS) $(OUR_LDFLAGS) -o $@ $^ \
	    $(shell $(PKG_CONFIG) --libs $(LIBRARIES))

$(BUILD)/hostdns: $(BUILD)/obj/client/main.o $(BUILD)/libhostdns.a
	$(call quiet,LINK)$(CC) $(CFLAGS) $(OUR_CFLAGS) $(LDFLAGS) $(OUR_LDFLAGS) -o $@ $^ \
	    $(shell $(PKG_CONFIG) --libs $(LIBRARIES) $(CLIENT_LIB))

# Made anew each time: an archive keeps the members of deleted files.
$(BUILD)/libhostdns.a: $(OBJECTS)
	$(call quiet,AR)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/obj/%.o: src/%.c Makefile
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(CPPFLAGS) $(OUR_CPPFLAGS) $(CFLAGS) $(OUR_CFLAGS) -c -o $@ $<

$(BUILD)/unit/%: tests/unit/%.c $(BUILD)/libhostdns.a
	@mkdir -p $(@D)
	$(call quiet,TEST)$(CC) $(CPPFLAGS) $(OUR_CPPFLAGS) $(CFLAGS) $(OUR_CFLAGS) $(OUR_LDFLAGS) \
	    -o $@ $< $(BUILD)/libhostdns.a \
	    $(shell $(PKG_CONFIG) --cflags --libs cmocka $(LIBRARIES) $(CLIENT_LIB)) -lutil

# The tools of the bench. It measures what a user would run, so never an instrumented build.
$(BUILD)/bench/load: $(LOAD)
$(BUILD)/bench/reflector: $(BUILD)/obj/bench/reflector.o
$(BUILD)/bench/direct: $(BUILD)/obj/bench/direct.o
$(BENCH):
	@mkdir -p $(@D)
	$(call quiet,LINK)$(CC) $(CFLAGS) $(OUR_CFLAGS) $(LDFLAGS) $(OUR_LDFLAGS) -o $@ $^ -lm

$(BUILD)/obj/bench/%.o: tests/bench/%.c Makefile
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(CPPFLAGS) $(OUR_CPPFLAGS) $(CFLAGS) $(OUR_CFLAGS) -c -o $@ $<

run: all
	exec $(BUILD)/hostdnsd

test: check unit system

check: all
	tests/check/rooms
	tests/check/manuals

unit: $(TESTS)
	BUILD=$(BUILD) tests/lab tests/run-unit $(TESTS)

system: all $(BENCH)
	BUILD=$(BUILD) tests/lab $(PYTHON) -m pytest -p no:cacheprovider tests/system $(PYTEST)

bench: all $(BENCH)
	BUILD=$(BUILD) tests/lab $(PYTHON) tests/bench/run.py $(if $(QUICK),--quick) $(BENCH_ONLY)

install: all
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(BUILD)/hostdnsd $(DESTDIR)$(PREFIX)/sbin/hostdnsd
	install -m 755 $(BUILD)/hostdns $(DESTDIR)$(PREFIX)/bin/hostdns
	for page in $(PAGES); do \
	    section=man$${page##*.}; \
	    install -d $(DESTDIR)$(MANDIR)/$$section && \
	    install -m 644 $$page $(DESTDIR)$(MANDIR)/$$section/ || exit 1; \
	done

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/sbin/hostdnsd $(DESTDIR)$(PREFIX)/bin/hostdns
	for page in $(PAGES); do \
	    rm -f $(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/}; \
	done

clean:
	rm -rf build

-include $(OBJECTS:.o=.d) $(BUILD)/obj/daemon/main.d $(BUILD)/obj/client/main.d $(TESTS:=.d) \
         $(wildcard $(BUILD)/obj/bench/*.d)
