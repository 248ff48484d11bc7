/*
 * The rings of all processes, in a file in memory that outlives a reload: processes of
 * earlier generations still put messages, and the newest writer takes them. Each process
 * that puts maps its own ring alone.
 */
#pragma once

#include <stdbool.h>

#include "dnstap/tap_ring.h"

/* Keeps the file of an earlier call (-1: none) if it has the right size, or makes a new one
 * and closes that. The descriptor, or -1 with errno. */
int tap_memory_open(int fd);

/* Maps the ring of a slot of base/counters. NULL with errno. */
struct tap_ring *tap_memory_ring(int fd, unsigned slot);

/* Maps the rings of all slots, which is for the process that takes; then tap_memory_at
 * finds one. NULL with errno. */
void *tap_memory_map(int fd);
struct tap_ring *tap_memory_at(void *memory, unsigned slot);

/*
 * Locks the whole file for this process until that ends: two must not take or write at the
 * same time. False if another process has the lock. This works for other files as well.
 */
bool tap_memory_lock(int fd);
