/* SPDX-License-Identifier: MIT
 *
 * From the memory that a process has written (sites_area.h) to something that can be printed. The
 * process may have been killed in the middle, or have written over it: nothing there is believed.
 */
#include "sites/sites.h"

#include "base/duration.h"
#include "common/sites_area.h"
#include "sites/sites_lost.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static const char no_start[] = "collected no call sites";
static const char no_unwind[] =
    "call stacks cannot be taken here: that needs glibc 2.35 or later, on x86 or AArch64";

/* What was subtracted twice, or by others meanwhile, is nothing. */
static uint64_t at_least_0(uint64_t amount) { return amount > INT64_MAX ? 0 : amount; }

static uint64_t get(const _Atomic uint64_t *at)
{
    return at_least_0(atomic_load_explicit(at, memory_order_relaxed));
}

static uint32_t at_most(uint32_t number, uint32_t most) { return number < most ? number : most; }

static char *in_hexadecimal(const unsigned char *bytes, uint32_t length)
{
    char *text = length > 0 ? malloc(2 * (size_t)length + 1) : NULL;
    for (uint32_t i = 0; text != NULL && i < length; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    return text;
}

static bool read_objects(struct sites_process *process, const struct sites_area *area)
{
    uint32_t count = at_most(atomic_load(&area->module_count), SITES_MODULES);
    process->objects = calloc(count + (size_t)1, sizeof *process->objects);
    if (process->objects == NULL)
        return false;
    process->object_count = count;
    for (uint32_t i = 0; i < count; i++) {
        const struct sites_module *module = &area->modules[i];
        size_t length = strnlen(module->path, SITES_PATH);
        if (!atomic_load_explicit(&module->ready, memory_order_acquire))
            continue;
        process->objects[i].path = length > 0 ? strndup(module->path, length) : NULL;
        process->objects[i].build_id =
            in_hexadecimal(module->build_id, at_most(module->build_id_length, SITES_BUILD_ID));
    }
    return true;
}

static struct sites_frame frame_of(const struct sites_process *process, uint64_t packed)
{
    uint64_t number = packed >> SITES_OFFSET_BITS;
    bool known =
        number > 0 && number <= process->object_count && process->objects[number - 1].path != NULL;
    return (struct sites_frame){.object = known ? &process->objects[number - 1] : NULL,
                                .offset = packed & SITES_OFFSET_MASK};
}

static bool make_frames(struct sites_stack *stack, uint32_t count)
{
    stack->frames = calloc(count + (size_t)1, sizeof *stack->frames);
    stack->frame_count = stack->frames != NULL ? count : 0;
    return stack->frames != NULL;
}

static bool read_frames(struct sites_stack *stack, const struct sites_process *process,
                        const struct sites_area *area, const struct site *site)
{
    uint32_t first = site->frames, count = at_most(site->frame_count, SITES_DEEPEST);
    if (first > SITES_FRAMES - SITES_DEEPEST)
        return true;
    if (!make_frames(stack, count))
        return false;
    for (uint32_t i = 0; i < count; i++)
        stack->frames[i] = frame_of(process, atomic_load(&area->frames[first + i]));
    return true;
}

/* The program may have written there whatever it likes. */
static bool read_command(struct sites_crash_place *place, const struct sites_crash *crash)
{
    char text[SITES_COMMAND];
    size_t length = crash->command_length, count = 0;
    if (length == 0 || length > sizeof text)
        return true;
    memcpy(text, crash->command, length);
    text[length - 1] = '\0';
    place->command = calloc(length + 1, sizeof *place->command);
    bool done = place->command != NULL;
    for (size_t i = 0; i < length && done; i += strlen(text + i) + 1)
        done = (place->command[count++] = strdup(text + i)) != NULL;
    return done;
}

static bool read_crash(struct sites_process *process, const struct sites_area *area)
{
    const struct sites_crash *crash = &area->crash;
    uint32_t count =
        at_most(atomic_load_explicit(&crash->frame_count, memory_order_acquire), SITES_DEEPEST);
    if (count == 0)
        return true;
    if (!make_frames(&process->crash.stack, count))
        return false;
    for (uint32_t i = 0; i < count; i++)
        process->crash.stack.frames[i] = frame_of(process, crash->frames[i]);
    process->crash.signal = crash->signal;
    process->crash.has_address = crash->has_address != 0;
    process->crash.address = crash->address;
    return read_command(&process->crash, crash);
}

/* The copies that were made, and their amounts. NULL: there is none that is whole. */
struct copies {
    const struct sites_copy *peak, *refusal;
    const struct site_amount *at_peak, *at_refusal;
};

static struct copies copies_of(const struct sites_area *area)
{
    uint32_t peak = atomic_load_explicit(&area->peak_copy, memory_order_acquire);
    bool refused = atomic_load_explicit(&area->refusal_copy, memory_order_acquire);
    struct copies copies = {.refusal = refused ? &area->refusal : NULL,
                            .at_refusal = area->at_refusal};
    if (peak == 1 || peak == 2) {
        copies.peak = &area->peaks[peak - 1];
        copies.at_peak = area->at_peak[peak - 1];
    }
    return copies;
}

static uint64_t total_of(const struct sites_copy *copy)
{
    return copy != NULL ? at_least_0(copy->held) + at_least_0(copy->others) : 0;
}

static struct sites_amount amount_in(const struct sites_copy *copy,
                                     const struct site_amount *amounts, uint32_t index)
{
    struct sites_amount none = {0, 0};
    if (copy == NULL || index >= copy->count)
        return none;
    return (struct sites_amount){at_least_0(amounts[index].bytes),
                                 at_least_0(amounts[index].blocks)};
}

static const char *label_of(const struct sites_area *area, uint32_t index)
{
    if (index == SITE_EARLIER)
        return area->forked ? "[inherited from the parent]" : "[before the start]";
    return index == SITE_OTHER ? "[other call sites]" : NULL;
}

static struct sites_stack *next_stack(struct sites_process *process)
{
    return &process->stacks[process->stack_count];
}

/* The stack of one site, if it ever had anything. False: no memory. */
static bool read_site(struct sites_process *process, const struct sites_area *area, uint32_t index,
                      struct copies copies)
{
    const struct site *site = &area->sites[index];
    struct sites_stack *stack = next_stack(process);
    stack->total = (struct sites_amount){get(&site->total_bytes), get(&site->total_blocks)};
    stack->refusals = get(&site->refusals);
    if (stack->total.bytes == 0 && stack->total.blocks == 0 && stack->refusals == 0)
        return true;
    stack->label = label_of(area, index);
    stack->name = site->name;
    stack->at[SITES_AT_END] =
        (struct sites_amount){get(&site->live_bytes), get(&site->live_blocks)};
    stack->at[SITES_AT_PEAK] = amount_in(copies.peak, copies.at_peak, index);
    stack->at[SITES_AT_REFUSAL] = amount_in(copies.refusal, copies.at_refusal, index);
    if (stack->label == NULL && !read_frames(stack, process, area, site))
        return false;
    if (copies.refusal != NULL && atomic_load(&area->refused_site) == index)
        process->refused = stack;
    process->stack_count++;
    return true;
}

/* The stacks were read in the order of their numbers, but those with nothing to show. */
static bool read_all(struct sites_process *process, const struct sites_area *area, uint32_t count)
{
    struct copies copies = copies_of(area);
    struct sites_lost_numbers numbers;
    if (!sites_lost_numbers_open(&numbers, count))
        return false;
    bool done = true;
    for (uint32_t i = 0; i < count && done; i++) {
        numbers.places[i] = (uint32_t)process->stack_count;
        done = read_site(process, area, i, copies);
    }
    if (done)
        sites_lost_read(process, area, &numbers);
    sites_lost_numbers_close(&numbers);
    return done;
}

/* What no site has is what the process held beside: stacks of threads, say, if those count. */
static void read_others(struct sites_process *process, struct copies copies, uint64_t held,
                        uint64_t used)
{
    struct sites_stack *stack = next_stack(process);
    stack->label = "[stacks and others]";
    stack->at[SITES_AT_END].bytes = used > held ? used - held : 0;
    if (copies.peak != NULL)
        stack->at[SITES_AT_PEAK].bytes = at_least_0(copies.peak->others);
    if (copies.refusal != NULL)
        stack->at[SITES_AT_REFUSAL].bytes = at_least_0(copies.refusal->others);
    process->stack_count++;
}

/* The peak is copied when use begins to fall: what never fell, or was refused, may have been more.
 */
static void choose_peak(struct sites_process *process, struct copies copies, uint64_t used)
{
    enum sites_moment from = SITES_AT_PEAK;
    uint64_t most = total_of(copies.peak);
    if (total_of(copies.refusal) > most) {
        from = SITES_AT_REFUSAL;
        most = total_of(copies.refusal);
    }
    if (used > most)
        from = SITES_AT_END;
    process->has[SITES_AT_PEAK] = process->has[SITES_AT_END] = true;
    process->has[SITES_AT_REFUSAL] = copies.refusal != NULL;
    process->when[SITES_AT_PEAK] = copies.peak != NULL ? copies.peak->when : 0;
    process->when[SITES_AT_REFUSAL] = copies.refusal != NULL ? copies.refusal->when : 0;
    process->when[SITES_AT_END] = duration_now(); /* of a dead process: soon after its end */
    process->when[SITES_AT_PEAK] = process->when[from];
    for (size_t i = 0; i < process->stack_count; i++)
        process->stacks[i].at[SITES_AT_PEAK] = process->stacks[i].at[from];
}

static void add_up(struct sites_process *process)
{
    for (size_t i = 0; i < process->stack_count; i++)
        for (int moment = 0; moment < SITES_MOMENTS; moment++) {
            process->sum[moment].bytes += process->stacks[i].at[moment].bytes;
            process->sum[moment].blocks += process->stacks[i].at[moment].blocks;
        }
}

static bool read_area(struct sites_process *process, const struct sites_area *area, uint64_t used)
{
    uint32_t state = atomic_load_explicit(&area->state, memory_order_acquire);
    process->trouble = state == SITES_ON ? NULL : state == SITES_NO_UNWIND ? no_unwind : no_start;
    if (process->trouble != NULL)
        return true;
    uint32_t count = at_most(atomic_load(&area->site_count), SITES_MOST);
    struct copies copies = copies_of(area);
    process->stacks = calloc(count + (size_t)1, sizeof *process->stacks);
    process->forked = area->forked != 0;
    if (process->stacks == NULL || !read_objects(process, area) || !read_crash(process, area))
        return false;
    if (!read_all(process, area, count))
        return false;
    read_others(process, copies, get(&area->held), used);
    choose_peak(process, copies, used);
    add_up(process);
    process->lost = get(&area->lost);
    return true;
}

struct sites_process *sites_read(int fd, unsigned slot, int pid, const char *program, uint64_t used,
                                 uint64_t began)
{
    struct sites_process *process = calloc(1, sizeof *process);
    if (process == NULL)
        return NULL;
    process->pid = pid;
    process->began = began;
    process->program = strdup(program);
    off_t offset = (off_t)(SITES_AREA * (slot + (uint64_t)1));
    struct sites_area *area = mmap(NULL, sizeof *area, PROT_READ, MAP_SHARED, fd, offset);
    bool done = process->program != NULL && area != MAP_FAILED && read_area(process, area, used);
    int error = area == MAP_FAILED ? errno : ENOMEM;
    if (area != MAP_FAILED)
        munmap(area, sizeof *area);
    if (done)
        return process;
    sites_process_free(process);
    errno = error;
    return NULL;
}

void sites_process_free(struct sites_process *process)
{
    if (process == NULL)
        return;
    for (size_t i = 0; i < process->object_count; i++) {
        free(process->objects[i].path);
        free(process->objects[i].build_id);
    }
    for (size_t i = 0; process->stacks != NULL && i < process->stack_count; i++)
        free(process->stacks[i].frames);
    free(process->crash.stack.frames);
    for (char **word = process->crash.command; word != NULL && *word != NULL; word++)
        free(*word);
    free(process->crash.command);
    free(process->objects);
    free(process->stacks);
    free(process->program);
    free(process);
}
