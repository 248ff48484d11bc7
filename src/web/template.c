#include "web/template.h"

#include <string.h>

/* Finds two octets. `end` if they are not there. */
static const char *find(const char *begin, const char *end, const char *pair)
{
    const char *found = memmem(begin, (size_t)(end - begin), pair, 2);

    return found ? found : end;
}

void template_write(FILE *out, const char *begin, const char *end, template_put *put,
                    const void *context)
{
    while (begin < end) {
        const char *open = find(begin, end, "{{"), *close = find(open, end, "}}");
        char name[TEMPLATE_NAME] = "";

        fwrite(begin, 1, (size_t)(open - begin), out);
        if (close == end || close - open - 2 >= TEMPLATE_NAME) {
            fwrite(open, 1, (size_t)(end - open), out);
            return;
        }
        memcpy(name, open + 2, (size_t)(close - open - 2));
        put(out, name, context);
        begin = close + 2;
    }
}
