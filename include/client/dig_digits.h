/*
 * Data that ends in one long number (keys, digests, octets of unknown meaning) as dig
 * writes it: in groups of digits, or on several lines with comments.
 */
#pragma once

#include "client/style.h"
#include "dns/print.h"

#include <stdio.h>

#define DIG_LINE_BREAK "\n\t\t\t\t" /* of +multiline */

/* Writes the data if it is of that kind. False if it is not; then nothing is written. */
bool dig_digits(FILE *, const struct print_record *, const struct style *);

/* Passes over `count` fields of data and the blanks behind each. */
const char *dig_skip_fields(const char *text, unsigned count);
