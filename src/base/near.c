#include "base/near.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool is_same_letter(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

bool near_is(const char *word, const char *known)
{
    size_t a = strlen(word), b = strlen(known), i = 0;

    while (word[i] && is_same_letter(word[i], known[i]))
        i++;
    if (a == b + 1)
        return strcasecmp(word + i + 1, known + i) == 0;
    if (a + 1 == b)
        return strcasecmp(word + i, known + i + 1) == 0;
    if (a != b || a < 2)
        return false;
    return i == a || strcasecmp(word + i + 1, known + i + 1) == 0 ||
           (i + 1 < a && is_same_letter(word[i], known[i + 1]) &&
            is_same_letter(word[i + 1], known[i]) &&
            strcasecmp(word + i + 2, known + i + 2) == 0);
}
