/* SPDX-License-Identifier: MIT */
#include "records/stack.h"

#include "arch/arch.h"
#include "records/unwind.h"
#include "ground/guard.h"
#include "common/kernel.h"
#include "ground/kernel_exec.h"
#include "ground/object.h"
#include "ground/pages.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/auxv.h>

enum {
    RULES = 8192,            /* a power of two */
    LARGEST_STEP = 16 << 20, /* by a frame pointer: more is no frame */
    PAGE = 4096,             /* the least: what one word of it says, holds for all */
    WORD = sizeof(uintptr_t)
};

/* User addresses have 48 bits; a signed return address (AArch64) has its signature above. */
#define ADDRESS ((uintptr_t)UINT64_C(0xffffffffffff))
#define INLINE inline __attribute__((always_inline))

/* A rule belongs to an address if both words fit each other: a reader between two writes sees that.
 */
struct cached {
    _Atomic uint64_t rule, check;
};

struct cursor {
    struct stack_at at;
    uintptr_t fp_from; /* where the frame pointer was read; 0: it is that of the beginning */
    struct stack_window window;
    bool exact;      /* pc is the instruction itself, not the one behind a call */
    uintptr_t start; /* the stack pointer of the beginning */
};

static struct cached *_Atomic rules; /* whoever makes them first */
static uintptr_t main_top;           /* above the main thread's stack */
static uintptr_t main_thread;        /* its control block */
/* This library; whoever starts writes the same. */
static _Atomic uintptr_t ours_start, ours_size;

/* The part of the thread's own stack that was found to be there, which it is until the thread ends.
 * Of any other stack nothing is kept: it may be gone, and a smaller one in its place. */
static _Thread_local struct {
    uintptr_t low, room; /* as in struct stack_window */
    unsigned others;     /* stacks that were not in it, since it grew */
} own __attribute__((tls_model("initial-exec")));

static inline struct cached *rules_made(void)
{
    return atomic_load_explicit(&rules, memory_order_relaxed);
}

void stack_note_main(void)
{
    main_thread = (uintptr_t)__builtin_thread_pointer();
    main_top = getauxval(AT_RANDOM);
}

static bool make_rules(void)
{
    struct cached *none = NULL, *made;
    if (atomic_load(&rules) != NULL)
        return true;
    if ((made = kernel_pages(RULES * sizeof *made)) == NULL)
        return false;
    if (atomic_compare_exchange_strong(&rules, &none, made))
        pages_note(RULES * sizeof *made);
    else
        kernel_pages_free(made, RULES * sizeof *made);
    return true;
}

bool stack_start(void)
{
    struct object ours;
    if (!unwind_is_known_machine() || !object_at((uintptr_t)stack_start, &ours))
        return false;
    atomic_store_explicit(&ours_start, ours.start, memory_order_relaxed);
    atomic_store_explicit(&ours_size, ours.end - ours.start, memory_order_relaxed);
    return make_rules();
}

void stack_forget(void)
{
    struct cached *made = rules_made();
    for (unsigned i = 0; i < RULES; i++)
        atomic_store_explicit(&made[i].check, 0, memory_order_relaxed);
}

static inline uint64_t scramble(uint64_t word) { return word * UINT64_C(0x9e3779b97f4a7c15); }

static COLD struct unwind_rule find_rule(struct cached *cached, uintptr_t pc)
{
    struct object object;
    struct unwind_rule rule = {.kind = UNWIND_UNKNOWN};
    uint64_t packed;
    if (object_at(pc, &object) && object.eh_frame_hdr != NULL)
        rule = unwind_find(object.eh_frame_hdr, pc);
    memcpy(&packed, &rule, sizeof packed);
    atomic_store_explicit(&cached->rule, packed, memory_order_relaxed);
    atomic_store_explicit(&cached->check, scramble(packed) ^ pc, memory_order_relaxed);
    return rule;
}

static INLINE struct unwind_rule rule_at(uintptr_t pc)
{
    struct cached *cached = &rules_made()[scramble(pc) >> 51 & (RULES - 1)];
    uint64_t packed = atomic_load_explicit(&cached->rule, memory_order_relaxed);
    uint64_t check = atomic_load_explicit(&cached->check, memory_order_relaxed);
    struct unwind_rule rule;
    if (UNLIKELY((scramble(packed) ^ pc) != check))
        return find_rule(cached, pc);
    memcpy(&rule, &packed, sizeof rule);
    return rule;
}

/* Of the C library's stacks: a thread's control block lies above its stack, and the main thread's
 * stack below what the kernel put there. */
static uintptr_t own_top(void)
{
    uintptr_t thread = (uintptr_t)__builtin_thread_pointer();
    return (thread == main_thread ? main_top : thread) & -(uintptr_t)WORD;
}

static bool all_readable(uintptr_t from, uintptr_t to)
{
    for (uintptr_t page = from & -(uintptr_t)PAGE; page < to; page += PAGE)
        if (!kernel_is_mapped((const void *)page))
            return false;
    return true;
}

/* No hole up to the part that is known of the thread's own stack: that goes down to here. Asked of
 * ever fewer stacks that turned out to be others. */
static bool own_grew(uintptr_t sp)
{
    uintptr_t top = own_top(), known = own.room != 0 ? own.low : top;
    unsigned others = ++own.others;
    if ((others & (others - 1)) != 0 || sp >= known || top - sp > LARGEST_STEP ||
        !all_readable(sp, known))
        return false;
    own.room = 0; /* a signal handler meanwhile knows nothing */
    own.low = sp & -(uintptr_t)PAGE;
    own.room = top - own.low - (WORD - 1);
    own.others = 0;
    return true;
}

static INLINE bool open_own(struct stack_window *window, uintptr_t sp)
{
    uintptr_t low = own.low, room = own.room;
    if (UNLIKELY(sp - low >= room))
        return false;
    *window = (struct stack_window){low, room, low + room + (WORD - 1)};
    return true;
}

static COLD void open_other(struct stack_window *window, uintptr_t sp)
{
    if (!own_grew(sp) || !open_own(window, sp))
        *window = (struct stack_window){.end = UINTPTR_MAX};
}

static INLINE void open_window(struct stack_window *window, uintptr_t sp)
{
    if (UNLIKELY(!open_own(window, sp)))
        open_other(window, sp);
}

void stack_window_open(struct stack_window *window, uintptr_t sp) { open_window(window, sp); }

COLD bool stack_window_move(struct stack_window *window, uintptr_t address)
{
    uintptr_t page = address & -(uintptr_t)PAGE, end = window->end;
    if (address > end - WORD || !kernel_is_mapped((const void *)page))
        return false;
    *window = (struct stack_window){page, PAGE - (WORD - 1), end};
    return address - page < window->room || kernel_is_mapped((const void *)(page + PAGE));
}

static INLINE bool is_stack(const struct cursor *cursor, uintptr_t address)
{
    uintptr_t up = address - cursor->at.sp;
    return up <= LARGEST_STEP && address < cursor->window.end && address % WORD == 0;
}

static void note(struct stack_reads *reads, uintptr_t offset, uintptr_t value)
{
    if (reads->count == STACK_READS || offset > UINT32_MAX) {
        reads->whole = false;
        return;
    }
    reads->offset[reads->count] = (uint32_t)offset;
    reads->value[reads->count++] = value;
}

/* False: there is nothing to be read. */
static INLINE bool read_word(struct cursor *cursor, uintptr_t address, uintptr_t *word)
{
    if (UNLIKELY(!stack_window_has(&cursor->window, address)))
        return false;
    memcpy(word, (const void *)address, sizeof *word);
    return true;
}

static INLINE bool read_noted(struct cursor *cursor, uintptr_t address, struct stack_reads *reads,
                              uintptr_t *word)
{
    if (UNLIKELY(!read_word(cursor, address, word)))
        return false;
    if (reads != NULL)
        note(reads, address - cursor->start, *word);
    return true;
}

/* The result depends on the frame pointer: on where it was read, or what it was in the beginning.
 */
static INLINE void use_fp(struct cursor *cursor, struct stack_reads *reads)
{
    if (reads == NULL)
        return;
    if (cursor->fp_from == 0)
        reads->by_fp = true;
    else
        note(reads, cursor->fp_from - cursor->start, cursor->at.fp);
}

bool stack_interrupted(const void *context, struct stack_at *at)
{
    struct arch_registers registers;
    if (!arch_registers_of(context, &registers))
        return false;
    *at = (struct stack_at){registers.pc, registers.sp, registers.fp};
    return true;
}

static bool has_all(struct stack_window *window, uintptr_t from, size_t bytes)
{
    for (size_t at = 0; at < bytes - WORD; at += PAGE)
        if (!stack_window_has(window, from + at))
            return false;
    return stack_window_has(window, from + bytes - WORD);
}

/* The frame that a signal interrupted, from what the kernel has put on the stack. */
static COLD bool leave_signal(struct cursor *cursor)
{
    struct stack_at *at = &cursor->at;
    const ucontext_t *context = arch_signal_frame(at->sp);
    cursor->exact = true;
    if (!has_all(&cursor->window, (uintptr_t)context, sizeof *context) ||
        !stack_interrupted(context, at))
        return false;
    open_window(&cursor->window, at->sp); /* a signal stack ends here */
    return true;
}

/* The canonical frame address; 0: it makes no sense, or there is none. */
static INLINE uintptr_t frame_address(struct cursor *cursor, struct unwind_rule rule,
                                      struct stack_reads *reads)
{
    uintptr_t offset = (uintptr_t)(intptr_t)rule.cfa, cfa;
    if (LIKELY(rule.kind == UNWIND_FROM_SP))
        return cursor->at.sp + offset;
    if (rule.kind != UNWIND_FROM_FP && rule.kind != UNWIND_AT_FP)
        return 0;
    use_fp(cursor, reads);
    cfa = cursor->at.fp + offset;
    if (rule.kind == UNWIND_AT_FP && (!is_stack(cursor, cursor->at.fp) || !is_stack(cursor, cfa) ||
                                      !read_noted(cursor, cfa, reads, &cfa)))
        return 0;
    return is_stack(cursor, cfa - WORD) ? cfa : 0;
}

/* Goes on to the caller. False: this was the outermost frame, or nothing is known of the next. */
static INLINE bool step(struct cursor *cursor, struct stack_reads *reads)
{
    struct unwind_rule rule = rule_at(cursor->at.pc - !cursor->exact);
    if (UNLIKELY(rule.kind == UNWIND_SIGNAL)) {
        if (reads != NULL)
            reads->whole = false;
        return leave_signal(cursor);
    }
    uintptr_t cfa = frame_address(cursor, rule, reads), pc;
    if (UNLIKELY(cfa <= cursor->at.sp ||
                 !read_noted(cursor, cfa + (uintptr_t)(intptr_t)rule.ra * WORD, reads, &pc)))
        return false;
    if (rule.fp != 0 || rule.kind == UNWIND_AT_FP) {
        cursor->fp_from =
            (rule.kind == UNWIND_AT_FP ? cursor->at.fp : cfa) + (uintptr_t)(intptr_t)rule.fp * WORD;
        if (UNLIKELY(!read_word(cursor, cursor->fp_from, &cursor->at.fp)))
            return false;
    }
    cursor->at.pc = pc & ADDRESS;
    cursor->at.sp = cfa;
    cursor->exact = false;
    return true;
}

static INLINE bool is_ours(uintptr_t address)
{
    return address - atomic_load_explicit(&ours_start, memory_order_relaxed) <
           atomic_load_explicit(&ours_size, memory_order_relaxed);
}

/* Our own frames are simple ones. One word after the other: a structure copied whole, right after
 * its parts were written, would wait for them. */
bool stack_leave_library(const struct stack_at *from, struct stack_at *at)
{
    uintptr_t pc = from->pc, sp = from->sp, fp = from->fp;
    while (is_ours(pc)) {
        struct unwind_rule rule = rule_at(pc - 1);
        if (UNLIKELY(rule.kind != UNWIND_FROM_SP && rule.kind != UNWIND_FROM_FP))
            return false;
        sp = (rule.kind == UNWIND_FROM_SP ? sp : fp) + (uintptr_t)(intptr_t)rule.cfa;
        pc = *(const uintptr_t *)(sp + (uintptr_t)(intptr_t)rule.ra * WORD) & ADDRESS;
        if (rule.fp != 0)
            fp = *(const uintptr_t *)(sp + (uintptr_t)(intptr_t)rule.fp * WORD);
    }
    at->pc = pc;
    at->sp = sp;
    at->fp = fp;
    return true;
}

bool stack_is_library(uintptr_t address) { return is_ours(address); }

static INLINE unsigned walk(const struct stack_at *from, uintptr_t *addresses, unsigned most,
                            struct stack_reads *reads)
{
    struct cursor cursor = {.at = *from, .start = from->sp};
    unsigned count = 0;
    open_window(&cursor.window, from->sp);
    while (count < most && cursor.at.pc != 0) {
        addresses[count++] = cursor.at.pc;
        if (count == most || !step(&cursor, reads))
            break;
    }
    return count;
}

unsigned stack_walk(const struct stack_at *from, uintptr_t *addresses, unsigned most,
                    struct stack_reads *reads)
{
    if (reads == NULL)
        return walk(from, addresses, most, NULL);
    reads->whole = true;
    reads->by_fp = false;
    reads->count = 0;
    return walk(from, addresses, most, reads);
}
