/* Decides what is to be explained of a wish: libc looks up names and addresses only. */
#pragma once

#include "client/findings.h"
#include "client/settings.h"

/*
 * Takes a name, or an address that stands in its reverse name, into a zeroed subject, whose
 * texts findings_free gives back. 0, or -1 with errno: EDOM if libc looks up nothing of the
 * kind, EILSEQ if the text is not a name in the letters of the locale.
 */
int explain_subject_take(struct finding_subject *, const struct wish *,
                         const struct settings *);
