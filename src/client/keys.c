/*
 * Everything that the terminal has is read at once and kept, since its mode changes between
 * the editor and the answers, and input that is still in the kernel then would be read
 * differently from how it was typed.
 */
#include "client/keys.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "client/wait.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { CARRIER = 0xdc00, CTRL_C = 3 };

/* The octet that this character carries, or -1 if it is a real character. */
static int carried_octet(wchar_t character)
{
    return character >= CARRIER + 0x80 && character <= CARRIER + 0xff ? character - CARRIER
                                                                      : -1;
}

/*
 * Decodes the first character and returns how many octets it takes; 0 if the rest of it has
 * not come yet.
 */
static size_t decode(const char *octets, size_t count, wchar_t *character)
{
    mbstate_t state = {0};
    size_t size = mbrtowc(character, octets, count, &state);

    if (size == (size_t)-2 && count < MB_LEN_MAX)
        return 0;
    if (size == (size_t)-1 || size == (size_t)-2)
        *character = CARRIER + (unsigned char)*octets;
    return size > MB_LEN_MAX || size == 0 ? 1 : size;
}

/*
 * Ctrl+C makes the terminal drop what was typed. If that happens between poll() and read(),
 * read() must not wait for another key. libedit sets the mode again at times, so it is
 * checked each time.
 */
static void let_reads_return(int fd)
{
    struct termios mode;

    if (tcgetattr(fd, &mode) == -1 || (mode.c_cc[VMIN] == 0 && mode.c_cc[VTIME] == 0))
        return;
    mode.c_cc[VMIN] = 0;
    mode.c_cc[VTIME] = 0;
    tcsetattr(fd, TCSANOW, &mode);
}

/* Appends what the terminal has. False at its end. */
static bool fill(struct keys *keys)
{
    ssize_t count;

    memmove(keys->octets, keys->octets + keys->start, keys->end - keys->start);
    keys->end -= keys->start;
    keys->start = 0;
    let_reads_return(keys->fd);
    count = read(keys->fd, keys->octets + keys->end, sizeof keys->octets - keys->end);
    if (count > 0)
        keys->end += (size_t)count;
    if (count == 0) /* dropped; or the terminal is gone */
        return isatty(keys->fd);
    return count > 0 || errno == EINTR || errno == EAGAIN;
}

static enum keys_result read_more(struct keys *keys)
{
    if (wait_key(keys->fd, &keys->signal) == WAIT_INTERRUPTED)
        return KEYS_INTERRUPTED;
    if (keys->signal != 0)
        return KEYS_SIGNALLED;
    return fill(keys) ? KEYS_READY : KEYS_END;
}

/* Behind Ctrl+V the terminal passes Ctrl+C on as an octet. */
static enum keys_result check_key(const struct keys *keys)
{
    return keys_peek(keys) == CTRL_C ? KEYS_INTERRUPTED : KEYS_READY;
}

enum keys_result keys_wait(struct keys *keys)
{
    enum keys_result result = KEYS_READY;

    while (keys->start == keys->end && result == KEYS_READY)
        result = read_more(keys);
    return result == KEYS_READY ? check_key(keys) : result;
}

enum keys_result keys_next(struct keys *keys, wchar_t *key)
{
    enum keys_result result = keys_wait(keys);
    size_t size;

    while (result == KEYS_READY) {
        size = decode(keys->octets + keys->start, keys->end - keys->start, key);
        keys->start += size;
        if (size > 0)
            return KEYS_READY;
        result = read_more(keys);
    }
    return result;
}

bool keys_more(struct keys *keys)
{
    return keys->start < keys->end || wait_readable(keys->fd, clock_ms()) == WAIT_READY;
}

char keys_peek(const struct keys *keys)
{
    return keys->octets[keys->start];
}

void keys_skip(struct keys *keys)
{
    keys->start++;
}

wchar_t *keys_characters(const char *octets)
{
    size_t left = strlen(octets), count = 0, size;
    wchar_t *characters = xcalloc(left + 1, sizeof *characters);

    for (; left > 0; left -= size, octets += size) {
        size = decode(octets, left, &characters[count]);
        if (size == 0) { /* the line ends within a character */
            characters[count] = CARRIER + (unsigned char)*octets;
            size = 1;
        }
        count++;
    }
    return characters;
}

/* Writes the octets of a character and returns how many they are. */
static size_t encode(char *octets, wchar_t character)
{
    mbstate_t state = {0};
    int carried = carried_octet(character);
    size_t size;

    if (carried != -1) {
        *octets = (char)carried;
        return 1;
    }
    size = wcrtomb(octets, character, &state);
    return size == (size_t)-1 ? 0 : size;
}

char *keys_octets(const wchar_t *characters, size_t count)
{
    char *octets = xmalloc(count * MB_LEN_MAX + 1);
    size_t size = 0;

    for (size_t i = 0; i < count; i++)
        size += encode(octets + size, characters[i]);
    octets[size] = '\0';
    return octets;
}
