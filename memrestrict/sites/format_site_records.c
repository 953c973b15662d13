/* SPDX-License-Identifier: MIT */
#include "sites/format_site_records.h"

#include "base/site_records.h"

static uint64_t pack(const struct sites_process *process, const struct sites_frame *frame)
{
    uint64_t number = frame->object != NULL ? (uint64_t)(frame->object - process->objects) + 1 : 0;
    return number << SITE_RECORDS_OFFSET | (frame->offset & SITE_RECORDS_OFFSETS);
}

static void write_site(FILE *out, const struct sites_process *process,
                       const struct sites_stack *stack)
{
    const struct site_record record = {
        .name = stack->name,
        .calls = stack->total.blocks,
        .end_bytes = stack->at[SITES_AT_END].bytes,
        .end_blocks = stack->at[SITES_AT_END].blocks,
        .lost_bytes = stack->lost.lost.bytes,
        .lost_blocks = stack->lost.lost.blocks,
        .leads_to_bytes = stack->lost.led.bytes,
        .leads_to_blocks = stack->lost.led.blocks,
        .indirect_blocks = stack->lost.within.blocks,
        .possible_blocks = stack->lost.possible.blocks,
        .frame_count = stack->frame_count,
    };
    fwrite_unlocked(&record, sizeof record, 1, out);
    for (size_t i = 0; i < stack->frame_count; i++) {
        uint64_t frame = pack(process, &stack->frames[i]);
        fwrite_unlocked(&frame, sizeof frame, 1, out);
    }
}

static void write_process(FILE *out, const struct sites_process *process)
{
    struct site_records_process head = {.sites = 0};
    for (size_t i = 0; i < process->stack_count; i++)
        head.sites += process->stacks[i].name != 0;
    fwrite_unlocked(&head, sizeof head, 1, out);
    for (size_t i = 0; i < process->stack_count; i++)
        if (process->stacks[i].name != 0)
            write_site(out, process, &process->stacks[i]);
}

bool format_site_records(FILE *out, const struct sites *sites)
{
    const struct site_records_head head = {.magic = SITE_RECORDS_MAGIC,
                                           .processes = sites_count(sites)};
    fwrite_unlocked(&head, sizeof head, 1, out);
    for (size_t i = 0; i < sites_count(sites); i++)
        write_process(out, sites_process(sites, i));
    return fflush(out) == 0 && !ferror(out);
}
