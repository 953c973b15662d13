/* SPDX-License-Identifier: MIT
 *
 * Threads' stacks, when MEMRESTRICT_COUNT names them: the size in the attributes (8 MiB by default,
 * as ulimit -s says) is charged from pthread_create until the thread has ended. The C library maps
 * and caches them where no interposed mmap sees it. A stack that the program brings along is memory
 * that it got elsewhere, and is not charged again. A plan of faults may say that a thread is not
 * made, and may ask for its number.
 */
#include "decide/gate.h"
#include "edges/delayed_free.h"
#include "edges/exports.h"
#include "edges/lifecycle.h"
#include "edges/thread.h"
#include "ground/real.h"
#include "records/fault.h"

#include <errno.h>

static bool brings_stack(const pthread_attr_t *attributes)
{
    void *own = NULL;
    size_t size = 0;
    return attributes != NULL && pthread_attr_getstack(attributes, &own, &size) == 0 &&
           own != NULL && (uintptr_t)own + size != 0 && size != 0;
}

/* False: it cannot be told. */
static bool stack_size(const pthread_attr_t *attributes, size_t *bytes)
{
    pthread_attr_t defaults;
    if (attributes != NULL)
        return pthread_attr_getstacksize(attributes, bytes) == 0;
    if (pthread_attr_init(&defaults) != 0)
        return false;
    bool known = pthread_attr_getstacksize(&defaults, bytes) == 0;
    pthread_attr_destroy(&defaults);
    return known;
}

/* By the plan. errno stays. */
static bool fails(const pthread_attr_t *attributes)
{
    size_t stack = 0;
    int saved = errno;
    if (!brings_stack(attributes) && !stack_size(attributes, &stack))
        stack = 0;
    bool failed = gate_faults(CALL_pthread_create, stack);
    errno = saved;
    return failed;
}

/* Perhaps before the start. */
static int pass(pthread_t *thread, const pthread_attr_t *attributes, void *(*routine)(void *),
                void *argument)
{
    __typeof__(real.pthread_create) next = REAL_NOW(pthread_create);
    return next != NULL ? next(thread, attributes, routine, argument) : EAGAIN;
}

EXPORT int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*routine)(void *), void *argument)
{
    struct thread_wanted wanted = {.stack = 0};
    if (life() == LIFE_COLD)
        lifecycle_start();
    if (!life_counts())
        return pass(thread, attributes, routine, argument);
    delayed_free_before_thread();
    if (fault_may_strike() && fails(attributes))
        return EAGAIN;
    if ((lifecycle_config.count & COUNT_STACKS) && thread_can_charge() &&
        !brings_stack(attributes) && !stack_size(attributes, &wanted.stack))
        wanted.stack = 0;
    if (UNLIKELY(fault_on))
        wanted.number = fault_next_thread();
    return wanted.stack == 0 && wanted.number == 0
               ? real.pthread_create(thread, attributes, routine, argument)
               : thread_create(thread, attributes, routine, argument, wanted);
}
