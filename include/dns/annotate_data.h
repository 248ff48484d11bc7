/* The data of a record, field by field, by the rules of its type. */
#pragma once

#include "dns/walk.h"

/* Walks to the end of the data, which is `walk->end`. Data that breaks the rules of its
 * type, or whose type is not known here, is told as octets. */
void annotate_data(struct walk *, uint16_t type);

/* The document that specifies the type, "RFC 1035 3.3.9", or "". */
const char *annotate_source(uint16_t type);
