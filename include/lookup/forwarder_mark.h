/*
 * Checks the mark that says which forwarder asks a question.
 *
 * serve marks questions from the user and the control group of a forwarder
 * (serve/forwarders). If the user proves nothing, because any program may run as root, the
 * group has to: while it has one process, nobody else can have asked. That may change at
 * any time, so it is checked for each such question.
 */
#pragma once

#include "dns/question.h"

/* Removes the mark if another process may have asked, and returns the number that it had;
 * otherwise 0. One thread at a time. */
unsigned forwarder_mark_check(struct question *);
