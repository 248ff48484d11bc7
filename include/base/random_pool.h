/*
 * Random octets that nobody can foretell, from the kernel. They are fetched many at a time,
 * because a system call for each query would be dear. One pool belongs to the process, and
 * only one of its threads may use it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { RANDOM_POOL_SIZE = 256 }; /* octets; the kernel gives so many whole, or none */

/* Fills `out` with random octets, at most RANDOM_POOL_SIZE of them, which nobody else gets.
 * False if the kernel has none. */
bool random_pool_take(void *out, size_t size);
