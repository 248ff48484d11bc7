/* A list of texts: addresses, names, sentences. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* It is empty if zeroed. texts_free gives back what it holds. */
struct texts {
    char **all;
    size_t count;
    size_t left_out; /* how many more there are, which are not in the list */
};

/* Add a copy. */
void texts_add(struct texts *, const char *text);
__attribute__((format(printf, 2, 3))) void texts_put(struct texts *, const char *format,
                                                     ...);
void texts_free(struct texts *);

bool texts_have(const struct texts *, const char *text);
/* True if each has all that the other has, in any order. */
bool texts_are_same(const struct texts *, const struct texts *);
/* True if the texts that both have stand in different orders. */
bool texts_differ_in_order(const struct texts *, const struct texts *);
/* "a, b and 3 more", to free; at most `most` are named. */
char *texts_join(const struct texts *, size_t most);
