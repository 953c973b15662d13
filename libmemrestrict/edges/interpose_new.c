/* SPDX-License-Identifier: MIT
 *
 * C++'s operator new and delete. The C++ library's own call malloc, and are passed on to. jemalloc,
 * tcmalloc and mimalloc bring some that do not: where the next operator new is in the object of the
 * next malloc, it is done here by malloc, and so charged. No guard is held when something is
 * thrown.
 */
#include "edges/block.h"
#include "edges/exports.h"
#include "ground/real.h"

#include <stdlib.h>

static const char ours; /* its address in a cache: the operator is done here */

/* The next operator of that name; NULL: it is done here. */
static void *next_operator(void *_Atomic *cache, const char *name)
{
    void *next = atomic_load_explicit(cache, memory_order_acquire);
    if (LIKELY(next != NULL))
        return next == (void *)&ours ? NULL : next;
    if (life() == LIFE_COLD)
        lifecycle_start();
    next = real_next_cxx(name);
    if (next == NULL)
        return NULL; /* a C++ library may still be loaded */
    bool beside = life_active() && real_beside_malloc(next);
    atomic_store_explicit(cache, beside ? (void *)&ours : next, memory_order_release);
    return beside ? NULL : next;
}

/* std::get_new_handler(), std::__throw_bad_alloc(). Where there is no C++ library, nobody catches.
 */
static void call_handler_or_throw(void)
{
    typedef void handler(void);
    handler *(*get_handler)(void) = (handler * (*)(void)) real_next_cxx("_ZSt15get_new_handlerv");
    handler *throw_bad_alloc = (handler *)real_next_cxx("_ZSt17__throw_bad_allocv");
    handler *now = get_handler != NULL ? get_handler() : NULL;
    if (now != NULL)
        now();
    else if (throw_bad_alloc != NULL)
        throw_bad_alloc();
    else
        abort();
}

/* The loop of the C++ standard, [new.delete.single]; the nothrow forms do not call the handler. */
static void *make(size_t size, size_t alignment, bool throwing)
{
    allocate *next = alignment != 0 ? block_by_memalign : block_by_malloc;
    for (;;) {
        void *block = block_new(CALL_new, next, alignment, size != 0 ? size : 1);
        if (block != NULL || !throwing)
            return block;
        call_handler_or_throw();
    }
}

#define TEXT(symbol) #symbol
#define OPERATOR(result, symbol, parameters, arguments, otherwise)                                 \
    result symbol parameters;                                                                      \
    EXPORT result symbol parameters                                                                \
    {                                                                                              \
        static void *_Atomic cache;                                                                \
        result(*next) parameters = (result(*) parameters)next_operator(&cache, TEXT(symbol));      \
        if (LIKELY(next != NULL))                                                                  \
            return next arguments;                                                                 \
        return otherwise;                                                                          \
    }

#define NEW(symbol) OPERATOR(void *, symbol, (size_t size), (size), make(size, 0, true))
#define NEW_NOTHROW(symbol)                                                                        \
    OPERATOR(void *, symbol, (size_t size, const void *tag), (size, tag), make(size, 0, false))
#define NEW_ALIGNED(symbol)                                                                        \
    OPERATOR(void *, symbol, (size_t size, size_t align), (size, align), make(size, align, true))
#define NEW_ALIGNED_NOTHROW(symbol)                                                                \
    OPERATOR(void *, symbol, (size_t size, size_t align, const void *tag), (size, align, tag),     \
             make(size, align, false))
#define DELETE(symbol) OPERATOR(void, symbol, (void *block), (block), free(block))
#define DELETE_MORE(symbol) /* a size, an alignment, or std::nothrow */                            \
    OPERATOR(void, symbol, (void *block, uintptr_t more), (block, more), free(block))
#define DELETE_MOST(symbol)                                                                        \
    OPERATOR(void, symbol, (void *block, uintptr_t more, uintptr_t most), (block, more, most),     \
             free(block))

/* size_t is mangled as m where it is a long, as j where it is an int. */
#if SIZE_MAX > UINT32_MAX
NEW(_Znwm)
NEW(_Znam)
NEW_NOTHROW(_ZnwmRKSt9nothrow_t)
NEW_NOTHROW(_ZnamRKSt9nothrow_t)
NEW_ALIGNED(_ZnwmSt11align_val_t)
NEW_ALIGNED(_ZnamSt11align_val_t)
NEW_ALIGNED_NOTHROW(_ZnwmSt11align_val_tRKSt9nothrow_t)
NEW_ALIGNED_NOTHROW(_ZnamSt11align_val_tRKSt9nothrow_t)
DELETE_MORE(_ZdlPvm)
DELETE_MORE(_ZdaPvm)
DELETE_MOST(_ZdlPvmSt11align_val_t)
DELETE_MOST(_ZdaPvmSt11align_val_t)
#else
NEW(_Znwj)
NEW(_Znaj)
NEW_NOTHROW(_ZnwjRKSt9nothrow_t)
NEW_NOTHROW(_ZnajRKSt9nothrow_t)
NEW_ALIGNED(_ZnwjSt11align_val_t)
NEW_ALIGNED(_ZnajSt11align_val_t)
NEW_ALIGNED_NOTHROW(_ZnwjSt11align_val_tRKSt9nothrow_t)
NEW_ALIGNED_NOTHROW(_ZnajSt11align_val_tRKSt9nothrow_t)
DELETE_MORE(_ZdlPvj)
DELETE_MORE(_ZdaPvj)
DELETE_MOST(_ZdlPvjSt11align_val_t)
DELETE_MOST(_ZdaPvjSt11align_val_t)
#endif
DELETE(_ZdlPv)
DELETE(_ZdaPv)
DELETE_MORE(_ZdlPvRKSt9nothrow_t)
DELETE_MORE(_ZdaPvRKSt9nothrow_t)
DELETE_MORE(_ZdlPvSt11align_val_t)
DELETE_MORE(_ZdaPvSt11align_val_t)
DELETE_MOST(_ZdlPvSt11align_val_tRKSt9nothrow_t)
DELETE_MOST(_ZdaPvSt11align_val_tRKSt9nothrow_t)
