/*
 * Connects to the reader of dnstap for the process that writes to it. That process could
 * otherwise connect to any socket of its user, such as one that starts programs, if
 * messages of strangers had taken it over.
 */
#pragma once

#include "daemon/child.h"
#include "dnstap/config.h"

/*
 * Connects without waiting and passes the socket on to the child, or the error. Does
 * nothing if frames go to a file, or if the same process has asked a moment ago; it asks
 * again.
 */
void tap_connect(const struct child *, const struct tap_config *);
