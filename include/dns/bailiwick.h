/*
 * Which records of the authority and the additional section belong to an answer (RFC 9499
 * section 7, RFC 2181 section 5.4.1). A name server, or somebody who forges its messages,
 * may add any others.
 */
#pragma once

#include "dns/chain.h"
#include "dns/sections.h"

/*
 * Drops the records that do not belong to an answer with this chain, to a question of this
 * type, and closes the gaps. In the authority section, those belong that deny something in
 * a zone of one of its names. In the additional section, those belong that are about its
 * names, and about names to which records of the type lead; but not NS and DNAME records,
 * which are about all names below. False, with nothing done, when memory is short.
 */
bool bailiwick_keep(struct sections *, uint16_t type, const struct chain *);
