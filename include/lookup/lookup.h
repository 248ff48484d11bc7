/*
 * The lookup process: takes questions from the serve processes, asks libc and the name
 * servers, and sends answers back. It is the only process that runs NSS modules, and it
 * never sees a client's packet, only checked names.
 */
#pragma once

#include "lookup/config.h"

/*
 * Runs until the supervisor's channel closes. Returns 0, or -1 with errno if it could not
 * start or go on. Its threads may still run then: end the process with _exit().
 */
int lookup_run(const struct lookup_config *, int supervisor);
