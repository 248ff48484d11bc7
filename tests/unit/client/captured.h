/* What the tests of +wire=FILE have in common: a query, and a sink that remembers. */
#pragma once

#include "client/sink.h"

#define QUERY      "\x12\x34\1\0\0\1\0\0\0\0\0\0\1a\0\0\1\0\1"
#define QUERY_SIZE (sizeof QUERY - 1)
#define IPV4(protocol, length)                                                             \
    "\x45\0\0" length "\0\0\0\0\x40" protocol "\0\0\x7f\0\0\1\x7f\0\0\2"
#define IPV6(next, length)                                                                 \
    "\x60\0\0\0\0" length next "\x40"                                                      \
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"                                                     \
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\2"
#define UDP(port) port "\x12\x34\0\x1b\0\0" QUERY
#define TCP(port, sequence, flags)                                                         \
    port "\x12\x34" sequence "\0\0\0\0\x50" flags "\0\0\0\0\0\0"
#define PACKET IPV4("\x11", "\x2f") UDP("\0\x35") /* of 47 octets */

static size_t taken;
static char about[256], complaint[512];

static void take_message(void *context, const struct capture_message *message)
{
    (void)context;
    taken++;
    snprintf(about, sizeof about, "%s", message->about);
    assert_int_equal(message->size, QUERY_SIZE);
    assert_memory_equal(message->wire, QUERY, QUERY_SIZE);
}

/* One behind the other, with "|" between them. */
static void take_complaint(void *context, const char *line)
{
    size_t len = strlen(complaint);

    (void)context;
    snprintf(complaint + len, sizeof complaint - len, "%s%s", len ? "|" : "", line);
}

static const struct sink captured = {take_message, take_complaint, NULL};

static inline void forget_captured(void)
{
    taken = 0;
    *about = *complaint = '\0';
}
