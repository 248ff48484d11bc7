#include "web/html.h"

static void put_octet(FILE *out, char octet)
{
    switch (octet) {
    case '<':
        fputs("&lt;", out);
        break;
    case '>':
        fputs("&gt;", out);
        break;
    case '&':
        fputs("&amp;", out);
        break;
    case '"':
        fputs("&quot;", out);
        break;
    case '\'':
        fputs("&#39;", out);
        break;
    default:
        fputc(octet >= ' ' && octet <= '~' ? octet : '?', out);
    }
}

void html_put(FILE *out, const char *text)
{
    for (; *text; text++)
        put_octet(out, *text);
}
