/* Finds words that a person may have meant. */
#pragma once

#include <stdbool.h>

/* True if two different words are alike, in any letter case: one letter was added, left out
 * or replaced, or two neighbours were swapped. */
bool near_is(const char *word, const char *known);
