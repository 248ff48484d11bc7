#include "web/mhd.h"

#include <dlfcn.h>
#include <stddef.h>

/* Its number tells which interface it has: that of the header. */
static const char library[] = "libmicrohttpd.so.12";

struct mhd mhd;

#define MHD_SYMBOL(name) {"MHD_" #name, offsetof(struct mhd, name)},
static const struct {
    const char *name;
    size_t offset;
} symbols[] = {MHD_FUNCTIONS(MHD_SYMBOL)};

bool mhd_load(const char **why)
{
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);

    for (size_t i = 0; handle && i < sizeof symbols / sizeof *symbols; i++) {
        void *symbol = dlsym(handle, symbols[i].name);

        if (!symbol)
            handle = NULL;
        *(void **)(void *)((char *)&mhd + symbols[i].offset) = symbol;
    }
    if (!handle)
        *why = dlerror();
    return handle;
}
