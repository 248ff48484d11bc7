/*
 * What a program gets that calls getaddrinfo() itself, from many threads: numbered names,
 * each asked once. Prints one line of JSON.
 *
 *   direct THREADS COUNT PREFIX FIRST SUFFIX
 */
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

static const char *prefix, *suffix;
static uint64_t first, count;
static atomic_ullong next, found;

static double seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double cpu_seconds(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

static double clock_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void *ask(void *unused)
{
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    unsigned long long number;
    char name[256];

    while ((number = atomic_fetch_add(&next, 1)) < count) {
        struct addrinfo *result;

        snprintf(name, sizeof name, "%s%llu%s", prefix, first + number, suffix);
        if (getaddrinfo(name, NULL, &hints, &result) != 0)
            continue;
        atomic_fetch_add(&found, 1);
        freeaddrinfo(result);
    }
    return unused;
}

int main(int argc, char **argv)
{
    enum { THREADS_MAX = 256 };
    pthread_t threads[THREADS_MAX];
    double start, cpu, seconds;
    int thread_count = argc == 6 ? atoi(argv[1]) : 0;

    if (thread_count < 1 || thread_count > THREADS_MAX) {
        fprintf(stderr, "usage: direct THREADS COUNT PREFIX FIRST SUFFIX\n");
        return 64;
    }
    count = strtoull(argv[2], NULL, 10);
    prefix = argv[3];
    first = strtoull(argv[4], NULL, 10);
    suffix = argv[5];
    start = clock_seconds();
    cpu = cpu_seconds();
    for (int i = 0; i < thread_count; i++)
        if (pthread_create(&threads[i], NULL, ask, NULL) != 0)
            return 1;
    for (int i = 0; i < thread_count; i++)
        pthread_join(threads[i], NULL);
    seconds = clock_seconds() - start;
    printf("{\"answered\": %llu, \"seconds\": %.6f, \"rate\": %.1f, \"cpu_us\": %.3f}\n",
           (unsigned long long)found, seconds, (double)found / seconds,
           (cpu_seconds() - cpu) * 1e6 / (double)count);
    return 0;
}
