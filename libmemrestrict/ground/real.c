/* SPDX-License-Identifier: MIT */
#include "ground/real.h"

#include "common/kernel.h"
#include "ground/object.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

enum { MOST_ERRNO = 4095 }; /* a result of the kernel from -4095 to -1 is an error */

long real_by_number(long number, long a, long b, long c, long d, long e, long f)
{
    long result = kernel_by_number(number, a, b, c, d, e, f);
    if (result >= 0 || result < -MOST_ERRNO)
        return result;
    errno = (int)-result;
    return -1;
}

struct real real = {.syscall = (long (*)(long, ...))real_by_number};
struct real real_owner;

/* Exported by glibc only; elsewhere these stay NULL. */
extern void _IO_list_lock(void) __attribute__((weak));
extern void _IO_list_unlock(void) __attribute__((weak));
extern void _IO_list_resetlock(void) __attribute__((weak));
extern void *__sbrk(intptr_t) __attribute__((weak));
extern int __register_atfork(void (*)(void), void (*)(void), void (*)(void), void *)
    __attribute__((weak));
extern int __cxa_at_quick_exit(void (*)(void *), void *) __attribute__((weak));
extern int dladdr1(const void *, Dl_info *, void **, int) __attribute__((weak));

static char this_library; /* its address tells the C library whose handlers they are */

void memrestrict_copy(void) {}

static const char *heap_owner;
static bool maps_are_others;
static bool is_first = true;

/* glibc from 2.35 on has a faster way than a search through all symbols. */
static const void *object_of(void *function)
{
    Dl_info info;
    struct object object;
    if (object_is_known() && function != NULL)
        return object_at((uintptr_t)function, &object) ? (void *)object.start : NULL;
    return function != NULL && dladdr(function, &info) != 0 ? info.dli_fbase : NULL;
}

/* An executable that takes a function's address may have a stub for it that counts as the function;
 * dlsym finds that, and it leads back to us. Its symbol is undefined there. */
static bool is_stub(void *function)
{
    enum { SYMBOL = 1 }; /* RTLD_DL_SYMENT */
    Dl_info info;
    const ElfW(Sym) *symbol = NULL;
    if (dladdr1 == NULL) /* not glibc: what an executable has is taken for a stub */
        return object_of(function) == (const char *)getauxval(AT_PHDR) - sizeof(ElfW(Ehdr));
    return dladdr1(function, &info, (void **)&symbol, SYMBOL) != 0 && symbol != NULL &&
           symbol->st_shndx == SHN_UNDEF;
}

static bool is_ours(void *function)
{
    return function == (void *)malloc || object_of(function) == object_of((void *)real_find) ||
           is_stub(function);
}

/* The program's own malloc, if it has one that stands before ours. */
static const char *find_heap_owner(void)
{
    Dl_info owner;
    void *theirs = dlsym(RTLD_DEFAULT, "malloc");
    if (theirs == NULL || is_ours(theirs))
        return NULL;
    return dladdr(theirs, &owner) != 0 && owner.dli_fname != NULL ? owner.dli_fname : "?";
}

/* What the program itself would call, if that is not ours. */
static void *find_owner(const char *name)
{
    void *function = dlsym(RTLD_DEFAULT, name);
    return function != NULL && !is_ours(function) ? function : NULL;
}

static bool find_first_copy(void)
{
    void *first = dlsym(RTLD_DEFAULT, "memrestrict_copy");
    return first == NULL || is_ours(first);
}

/* Always the next one, also where another comes before us: it may be a wrapper, which calls us. */
void real_find(void)
{
#define REAL_FIND(result, name, parameters)                                                        \
    real.name = (result(*) parameters)dlsym(RTLD_NEXT, #name);
    REAL_FUNCTIONS(REAL_FIND)
#undef REAL_FIND
    if (real.syscall == NULL)
        real.syscall = (long (*)(long, ...))real_by_number;
    heap_owner = find_heap_owner();
    if (heap_owner == NULL) /* each of our copies has a malloc */
        return;
    is_first = find_first_copy();
    maps_are_others = find_owner("mmap") != NULL;
    real_owner.free = (void (*)(void *))find_owner("free");
    real_owner.realloc = (void *(*)(void *, size_t))find_owner("realloc");
    real_owner.memalign = (void *(*)(size_t, size_t))find_owner("memalign");
    real_owner.posix_memalign = (int (*)(void **, size_t, size_t))find_owner("posix_memalign");
}

/* Whoever else is here meanwhile finds the same. */
const struct real_waits *real_waits(void)
{
    static struct real_waits waits;
    static _Atomic bool found;
    if (!atomic_load_explicit(&found, memory_order_acquire)) {
#define REAL_FIND(result, name, parameters)                                                        \
    waits.name = (result(*) parameters)dlsym(RTLD_NEXT, #name);
        REAL_WAITS(REAL_FIND)
#undef REAL_FIND
        atomic_store_explicit(&found, true, memory_order_release);
    }
    return &waits;
}

void *real_look_up(const char *name) { return dlsym(RTLD_NEXT, name); }

bool real_is_first_copy(void) { return is_first; }

const char *real_heap_owner(void) { return heap_owner; }

bool real_maps_are_others(void) { return maps_are_others; }

void *real_next_cxx(const char *name)
{
    static const char *const libraries[] = {"libstdc++.so.6", "libc++abi.so.1", "libc++.so.1"};
    void *function = dlsym(RTLD_NEXT, name);
    for (size_t i = 0; function == NULL && i < sizeof libraries / sizeof libraries[0]; i++) {
        void *library = dlopen(libraries[i], RTLD_LAZY | RTLD_NOLOAD);
        if (library != NULL)
            function = dlsym(library, name);
    }
    return function;
}

bool real_malloc_is_libc(void)
{
    return object_of((void *)real.malloc) == object_of((void *)real.mmap);
}

extern const char *gnu_get_libc_version(void) __attribute__((weak)); /* musl has none */

bool real_libc_is_glibc(void) { return gnu_get_libc_version != NULL; }

bool real_malloc_is_glibc(void)
{
    const void *libc =
        gnu_get_libc_version != NULL ? object_of((void *)gnu_get_libc_version) : NULL;
    return libc != NULL && libc == object_of((void *)real.malloc) &&
           libc == object_of((void *)real.free);
}

static unsigned take_number(const char **at)
{
    unsigned number = 0;
    while (**at >= '0' && **at <= '9')
        number = number * 10 + (unsigned)(*(*at)++ - '0');
    return number;
}

bool real_glibc_free_keeps_errno(void)
{
    if (object_is_known()) /* since 2.35; the version is on a page that few processes touch */
        return true;
    const char *version = gnu_get_libc_version(); /* "2.36" */
    unsigned major = take_number(&version);
    version += *version == '.';
    return major > 2 || (major == 2 && take_number(&version) >= 33);
}

bool real_beside_malloc(void *function)
{
    const void *object = object_of(function);
    return object != NULL && object == object_of((void *)real.malloc);
}

void real_at_fork(void (*prepare)(void), void (*parent)(void), void (*child)(void))
{
    typedef int at_fork(void (*)(void), void (*)(void), void (*)(void));
    if (__register_atfork != NULL) {
        __register_atfork(prepare, parent, child, &this_library);
        return;
    }
    at_fork *register_handlers = (at_fork *)dlsym(RTLD_DEFAULT, "pthread_atfork");
    if (register_handlers != NULL)
        register_handlers(prepare, parent, child);
}

void real_at_quick_exit(void (*handler)(void))
{
    typedef int at_exit(void (*)(void));
    if (__cxa_at_quick_exit != NULL) {
        __cxa_at_quick_exit((void (*)(void *))(void *)handler, &this_library);
        return;
    }
    at_exit *register_handler = (at_exit *)dlsym(RTLD_DEFAULT, "at_quick_exit");
    if (register_handler != NULL)
        register_handler(handler);
}

void real_on_exit(void (*handler)(int status, void *unused))
{
    typedef int on_exit_function(void (*)(int, void *), void *);
    on_exit_function *register_handler = (on_exit_function *)dlsym(RTLD_DEFAULT, "on_exit");
    if (register_handler != NULL)
        register_handler(handler, NULL);
}

void real_stdio_take(void)
{
    if (_IO_list_lock != NULL)
        _IO_list_lock();
}

void real_stdio_drop(void)
{
    if (_IO_list_unlock != NULL)
        _IO_list_unlock();
}

void real_stdio_reset(void)
{
    if (_IO_list_resetlock != NULL)
        _IO_list_resetlock();
}

void *real_early_sbrk(intptr_t increment)
{
    if (__sbrk != NULL)
        return __sbrk(increment);
    errno = ENOMEM;
    return (void *)-1;
}
