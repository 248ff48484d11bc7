/*
 * Which records of the authority and the additional section belong to an answer (RFC 9499
 * section 7, RFC 2181 section 5.4.1). A name server, or somebody who forges its messages,
 * may add any others.
 */
#pragma once

#include "dns/chain.h"
#include "dns/sections.h"

/*
 * Drops the records that do not belong to an answer with this chain, and closes the gaps.
 * In the authority section, those belong that are about a zone of one of its names; in the
 * additional section, those of its names and of names to which other records lead. False,
 * with nothing done, when memory is short.
 */
bool bailiwick_keep(struct sections *, const struct chain *);
