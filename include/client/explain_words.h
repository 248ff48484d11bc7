/* Puts what libc has said about a name into words for people, and has the words that
 * answers of servers need, too. */
#pragma once

#include "client/findings.h"

#include <stdio.h>

/* To free. */
char *explain_words_finding(const struct findings *, const struct finding *);

/* "192.0.2.1, 192.0.2.2 and 3 more" */
void explain_words_list(const struct texts *, FILE *out);
/* "; canonical name host.test", unless it is the name itself or NULL */
void explain_words_canonical(const struct findings *, const char *canonical, FILE *out);
/* "no answer within 5 s"; `before` is the "no answer" */
void explain_words_seconds(const struct findings *, const char *before, FILE *out);
/* "SEGV" */
const char *explain_words_signal(int number);
