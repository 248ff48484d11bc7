/* Answers to questions for the names that the operator has given (serve/names), and for the
 * reverse names of their addresses. */
#pragma once

#include "serve/names.h"

enum names_answer_kind {
    NAMES_ANSWER_NONE,     /* the question is not for such a name */
    NAMES_ANSWER_COMPLETE, /* nothing else has to be looked up */
    NAMES_ANSWER_ALIAS,    /* CNAME records that lead to the name of `target` */
};

/* What is known of the question. `answer`, initialised for it, gets the records; `target`
 * is the question that has to be looked up for an alias. */
enum names_answer_kind names_answer(const struct names *, const struct question *,
                                    struct answer *, struct question *target);
