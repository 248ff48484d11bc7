/* Text that somebody else has chosen, made fit for terminals and logs. */
#pragma once

#include <stddef.h>

/* Ends the text at the last of its `size` octets at the latest, and replaces everything
 * that is not printable ASCII by "?". */
void printable_make(char *text, size_t size);
