#include "client/explain_subject.h"

#include "base/xalloc.h"
#include "client/idn.h"
#include "dns/reverse.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

/* -1 if libc does not look up such records. */
static int family_of(const struct wish *wish)
{
    if (wish->class > 1)
        return -1;
    return wish->type == 0           ? AF_UNSPEC
           : wish->type == TYPE_A    ? AF_INET
           : wish->type == TYPE_AAAA ? AF_INET6
                                     : -1;
}

static bool take_address(struct finding_subject *subject, const char *name)
{
    uint8_t wire[NAME_WIRE_MAX];
    size_t len = name_from_text(name, wire);
    enum reverse_kind kind =
        len > 0 ? reverse_parse((struct name){wire, len}, subject->octets) : REVERSE_NONE;
    char text[INET6_ADDRSTRLEN];

    if (kind != REVERSE_IP4 && kind != REVERSE_IP6)
        return false;
    subject->is_address = true;
    subject->family = kind == REVERSE_IP4 ? AF_INET : AF_INET6;
    inet_ntop(subject->family, subject->octets, text, sizeof text);
    subject->text = xstrdup(text);
    subject->name = xstrdup(name);
    return true;
}

/* The name as it was written, or as the letters or ASCII that it stands for. */
static char *text_of(const struct wish *wish, const char *name,
                     const struct settings *settings)
{
    if (strcmp(wish->name, name) == 0)
        return print_safe(name, strlen(name));
    return settings->style.has_letters ? idn_to_letters(name) : xstrdup(name);
}

static bool take_name(struct finding_subject *subject, const struct wish *wish,
                      const struct settings *settings)
{
    subject->family = family_of(wish);
    subject->name =
        settings->takes_letters ? idn_to_ascii(wish->name) : xstrdup(wish->name);
    if (subject->name)
        subject->text = text_of(wish, subject->name, settings);
    return subject->family != -1;
}

int explain_subject_take(struct finding_subject *subject, const struct wish *wish,
                         const struct settings *settings)
{
    bool taken = wish->type == TYPE_PTR && wish->class <= 1
                     ? take_address(subject, wish->name)
                     : take_name(subject, wish, settings);

    if (!taken)
        errno = EDOM;
    return taken && subject->name ? 0 : -1;
}
