#include "lookup/shortcut.h"

#include <errno.h>
#include <sys/stat.h>

#include "dns/clear.h"

/* A hosts file that libc reads at once. Twice as long costs as much as a change of threads.
 */
enum { SHORT_FILE = 4096 };

static bool is_short(const char *name)
{
    struct stat file;

    if (stat(name, &file) == -1)
        return errno == ENOENT;
    return S_ISREG(file.st_mode) && file.st_size <= SHORT_FILE;
}

bool shortcut_probe(int64_t now)
{
    static _Thread_local int64_t looked;
    static _Thread_local bool can;

    if (now != looked)
        can = sources_look().files_then_dns && is_short("/etc/hosts");
    looked = now;
    return can;
}

/*
 * `files` knows the same names whether it is asked for one family or for both; other
 * sources may know one family only when they are asked for that.
 */
bool shortcut_leads_to_dns(const struct sources *sources, const char *name, int family,
                           const struct libc_said *both)
{
    struct libc_said one;
    bool leads;

    if (!sources->end_in_dns || !libc_failed_in_dns(both))
        return false;
    if (sources->files_then_dns)
        return true;
    one = libc_ask_name(name, family, NULL, RESOLVER_PROBE);
    leads = libc_failed_in_dns(&one);
    libc_free(&one);
    return leads;
}

bool shortcut_verdict(enum lookup_next next, const struct question *question,
                      uint16_t asked, const struct heard *heard)
{
    switch (next) {
    case LOOKUP_RELAY:
    case LOOKUP_EXISTS:
        return true;
    case LOOKUP_DNS_DECIDES:
        /* A reply of another type says nothing of what libc would see. */
        return asked == question->type &&
               (!heard->reply || clear_reply(question, heard->reply, heard->reply_len));
    default:
        return false;
    }
}
