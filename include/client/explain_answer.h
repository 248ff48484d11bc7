/* What a server has answered over DNS, in words for people. */
#pragma once

#include "client/findings.h"

/* To free. */
char *explain_answer_words(const struct findings *, const struct finding_server *);
