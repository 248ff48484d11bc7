/*
 * The dnstap process: takes the messages that serve and lookup have put into their rings,
 * and gives them to a reader's socket or writes them to a file. It looks at the rings every
 * few milliseconds, so that nobody needs to wake it. While no reader or file is there,
 * messages are thrown away and counted.
 */
#pragma once

#include "dnstap/config.h"

struct tap_writer_config {
    struct tap_config tap;
    int memory;                       /* dnstap/tap_memory; borrowed */
    void (*confine)(enum tap_output); /* called when all is open */
};

/* Runs until the supervisor's channel closes, or until the supervisor has told it to
 * retire. Then it ends the stream. 0, or -1 with errno if it could not start or go on. */
int tap_writer_run(const struct tap_writer_config *, int supervisor);
