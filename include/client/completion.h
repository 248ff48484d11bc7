/* What a half-typed word may become: the names and servers of earlier lines. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <wchar.h>

/* completion_begin sets it up, completion_free gives back what it holds. */
struct completion {
    const wchar_t *stem; /* what is typed of the word; borrowed */
    size_t length;       /* of the stem, in characters */
    wchar_t **names;     /* that begin with the stem, in any letter case; each once */
    size_t count;
    size_t common; /* how many characters are the same in all of them */
};

/* Completes the word that ends at the end of these characters. */
void completion_begin(struct completion *, const wchar_t *typed, size_t count);

/* Takes the words of an earlier line that fit, but no types and classes, which would stand
 * in the way of the names. */
void completion_take(struct completion *, const wchar_t *line);

/* What can be put behind the stem: *count characters, without a NUL; 0: nothing. */
const wchar_t *completion_rest(const struct completion *, size_t *count);

/* Lists the first 100 names, one a line. Octets that a terminal might obey are \DDD. */
void completion_print(const struct completion *, FILE *);

void completion_free(struct completion *);
