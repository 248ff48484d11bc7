/* Reads how the host looks names up: the files and variables that libc reads. */
#pragma once

#include <stdio.h>

#include "client/findings.h"

/* Reads everything into `host`, and the sources of the hosts: line with their actions. */
void explain_host_read(struct findings *);

/* Parts of it, which read a file or its text; NULL: there is no such file. The text of
 * nsswitch.conf has `len` octets and room for a NUL, and is changed. */
void explain_host_sources(struct findings *, char *nsswitch_conf, size_t len);
void explain_host_servers(struct finding_host *, FILE *resolv_conf);
/* True if the file has a rule, so that not all of it is comments. */
bool explain_host_has_rules(const char *gai_conf);
