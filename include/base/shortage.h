/*
 * Whether memory or descriptors have run out, for code of others that does not say so.
 *
 * libc turns an allocation that fails into codes that mean something else, or into a list
 * that is too short. So the program has an allocator of its own, in front of the system's,
 * that does nothing but count what is refused, and, where that costs nobody time, try
 * again. Everything in the process uses it, libc and NSS modules too. A file that libc
 * cannot open for want of descriptors is for it one that says nothing.
 */
#ifndef BASE_SHORTAGE_H
#define BASE_SHORTAGE_H

#include <stdbool.h>

/* How many allocations of the calling thread have failed so far. */
unsigned shortage_count(void);

/*
 * Whether an allocation that is refused is tried again, for a second: from the start on,
 * even before main(), since a program that a reload has executed has no way back. To be
 * turned off, before there are threads, by a process in which somebody waits.
 */
void shortage_wait(bool);

/* To be called before libc is asked. */
void shortage_watch(void);
/*
 * To be called when libc has been asked, before anything is made of what it says. If memory
 * was refused to this thread meanwhile, the process ends here: a denial may be none, a list
 * too short, and what libc or a module has read or loaded is kept by them as it is, for
 * good. The next process begins anew.
 */
void shortage_end(void);
/*
 * Ends the process, too, if no descriptor is left now, since libc may have failed to open a
 * file or a module. A shortage that is over already is not seen.
 */
void shortage_check_descriptors(void);

#endif
