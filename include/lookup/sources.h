/*
 * The host's sources, as the `hosts:` line of nsswitch.conf (lookup/nss_line) and
 * systemd-resolved's state have them now. For any thread.
 */
#pragma once

#include <stddef.h>

#include "lookup/nss_line.h"
#include "upstream/resolv_conf.h"

/* Reads a changed file again, and looks at resolved once a second. Has libc follow the
 * line, if it is another one than in the file. */
struct sources sources_now(void);
/* Does the same for a caller that does not ask libc, so it does not matter whether nscd
 * runs. */
struct sources sources_now_ignoring_nscd(void);
/* As they were when they were last looked at, for a caller that has just done so. */
struct sources sources_last(void);

/* The line that libc follows, as when it was last looked at; cut if it is too long. */
void sources_read_line(char *line, size_t size);

/* Call this when resolved may have changed: it is looked at again. */
void sources_forget_resolved(void);
/* Call this when resolved's stub leads back to us: for a minute the line is followed as if
 * resolved did not run. `is_us`: this server itself listens at the stub's address, so there
 * is no stub as long as this process lives. */
void sources_stub_leads_back(bool is_us);

/* The name servers to ask; none if they are not known. */
void sources_read_servers(enum sources_servers, struct resolv_conf *);
