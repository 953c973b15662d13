/* SPDX-License-Identifier: MIT
 *
 * The next functions behind ours, whoever has them: the C library, or an allocator that is linked
 * or preloaded. Found all at once, because dlsym may allocate, and an allocator may map while it
 * holds its own lock. The only module that knows the dynamic linker.
 */
#ifndef MEMRESTRICT_REAL_H
#define MEMRESTRICT_REAL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>

#undef mmap64 /* a macro, where there is one function for both */

/* Result, name, parameters. Any may be missing (NULL) but the first four. */
#define REAL_FUNCTIONS(X)                                                                          \
    X(void *, malloc, (size_t))                                                                    \
    X(void, free, (void *))                                                                        \
    X(void *, calloc, (size_t, size_t))                                                            \
    X(void *, realloc, (void *, size_t))                                                           \
    X(int, posix_memalign, (void **, size_t, size_t))                                              \
    X(void *, aligned_alloc, (size_t, size_t))                                                     \
    X(void *, memalign, (size_t, size_t))                                                          \
    X(size_t, malloc_usable_size, (void *))                                                        \
    X(void *, mmap, (void *, size_t, int, int, int, off_t))                                        \
    X(void *, mmap64, (void *, size_t, int, int, int, int64_t))                                    \
    X(int, munmap, (void *, size_t))                                                               \
    X(void *, mremap, (void *, size_t, size_t, int, ...))                                          \
    X(int, mprotect, (void *, size_t, int))                                                        \
    X(int, pkey_mprotect, (void *, size_t, int, int))                                              \
    X(long, syscall, (long, ...))                                                                  \
    X(int, brk, (void *))                                                                          \
    X(void *, sbrk, (intptr_t))                                                                    \
    X(void, _exit, (int))                                                                          \
    X(int, execve, (const char *, char *const *, char *const *))                                   \
    X(int, execvpe, (const char *, char *const *, char *const *))                                  \
    X(int, __libc_start_main,                                                                      \
      (int (*)(int, char **, char **), int, char **, void (*)(void), void (*)(void),               \
       void (*)(void), void *))                                                                    \
    X(int, pthread_create, (pthread_t *, const pthread_attr_t *, void *(*)(void *), void *))

#define REAL_FIELD(result, name, parameters) result(*name) parameters;
struct real {
    REAL_FUNCTIONS(REAL_FIELD)
};
#undef REAL_FIELD

extern struct real real; /* constant after start */

/* The next functions that wait for children: looked for by themselves, for few programs have any.
 */
#define REAL_WAITS(X)                                                                              \
    X(pid_t, wait, (int *))                                                                        \
    X(pid_t, waitpid, (pid_t, int *, int))                                                         \
    X(pid_t, wait3, (int *, int, struct rusage *))                                                 \
    X(pid_t, wait4, (pid_t, int *, int, struct rusage *))                                          \
    X(int, waitid, (idtype_t, id_t, siginfo_t *, int))
#define REAL_FIELD(result, name, parameters) result(*name) parameters;
struct real_waits {
    REAL_WAITS(REAL_FIELD)
};
#undef REAL_FIELD
/* Finds them the first time that it is called: before there is a child, if anybody knows, since a
 * signal handler may wait. */
const struct real_waits *real_waits(void);

/* Of the heap's functions those that somebody before us has: an allocator, or a wrapper that calls
 * the next ones, which are ours. A call of one of these names that reaches us is passed on by it.
 * What only we have of the family is called by the program itself, with blocks of theirs: it is to
 * lead to them. All NULL where the program's malloc is ours; constant after start. */
extern struct real real_owner;

/* syscall(2) made here: -1 with errno set, or the result. */
long real_by_number(long number, long a, long b, long c, long d, long e, long f);

/* Fills both. May call back into malloc, calloc and free. */
void real_find(void);
/* The next function of that name, before they are filled. NULL: there is none. */
void *real_look_up(const char *name);
#define REAL_NOW(name) (real.name != NULL ? real.name : (__typeof__(real.name))real_look_up(#name))

/* False: another copy of this library, from another file, comes before this one. */
bool real_is_first_copy(void);
/* Tells the copies apart: who looks for it finds the first one's. */
void memrestrict_copy(void) __attribute__((visibility("default")));

/* C++: the next function of that name behind ours, or the one of a C++ library that was loaded for
 * a plugin alone. NULL: there is none. */
void *real_next_cxx(const char *name);
/* Does the next allocator's own object have that function? Then its name leads past malloc. */
bool real_beside_malloc(void *function);

/* Is the next malloc in the object of the next mmap? */
bool real_malloc_is_libc(void);

/* Which tells constructors what main will be told. */
bool real_libc_is_glibc(void);
/* Are the next malloc and free glibc's own? They reach no function of ours. */
bool real_malloc_is_glibc(void);
/* Of glibc alone: from 2.33 on. */
bool real_glibc_free_keeps_errno(void);

/* Who serves the program's calls of malloc: NULL if it is this library, else the path of the object
 * that exports a malloc of its own and comes before us. Static storage. */
const char *real_heap_owner(void);
/* Is mmap another's as well? */
bool real_maps_are_others(void);

/* pthread_atfork(3) and at_quick_exit(3), which glibc links statically: had by their exported
 * parts, so that the library also loads where the C library is another. */
void real_at_fork(void (*prepare)(void), void (*parent)(void), void (*child)(void));
void real_at_quick_exit(void (*handler)(void));
/* on_exit(3), where there is one: the handler is told the status. */
void real_on_exit(void (*handler)(int status, void *unused));

/* stdio's list lock, which fork takes after the fork handlers ran; ours must come after it. Nothing
 * where the C library does not export it (musl). */
void real_stdio_take(void);
void real_stdio_drop(void);
void real_stdio_reset(void);

/* The break, before `real` is filled: what sbrk and brk do, without dlsym. */
void *real_early_sbrk(intptr_t increment);

#endif
