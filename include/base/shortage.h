/*
 * Notices that memory or descriptors have run out in libraries, which do not say so.
 *
 * libc turns a failed allocation into an error code that means something else, or into a
 * list that is too short. So the program puts functions of its own in front of the system's
 * allocator, for the whole process with libc and NSS modules. They count what is refused
 * and, in a process where nobody waits, try again. If descriptors run out, libc takes a
 * file that it cannot open for an empty one.
 */
#pragma once

#include <stdbool.h>

/* How many allocations of the calling thread have failed so far. */
unsigned shortage_count(void);

/*
 * Sets whether a refused allocation is tried again for a second. It is from the start, even
 * before main(), because a program that a reload has executed cannot go back. A process in
 * which somebody waits turns it off before it starts threads.
 */
void shortage_wait(bool);

/* Sets a function that ends the program when an allocation is refused for good. */
void shortage_end_by(void (*end)(void));

/* Call this before libc is asked. */
void shortage_watch(void);
/*
 * Call this when libc has answered, before the answer is used. If memory was refused to
 * this thread in between, the process ends here: a denial may be false, a list too short,
 * and libc or a module may keep what it has read for good. The next process begins anew.
 */
void shortage_end(void);
/*
 * Also ends the process, if no descriptor is left now, since libc may have failed to open a
 * file or a module. A shortage that has passed is not noticed.
 */
void shortage_check_descriptors(void);
