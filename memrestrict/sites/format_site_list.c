/* SPDX-License-Identifier: MIT
 *
 * Written piece by piece: a program may have ten thousands of sites, and many runs are compared.
 */
#include "sites/format_site_list.h"

#include "base/json_text.h"
#include "base/text.h"
#include "outcome/sentence.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

/* In quotes; what is no UTF-8 as \\xNN. */
static void print_string(FILE *out, const char *text)
{
    json_t *json = text != NULL ? json_string(text) : json_null();
    char *safe = json == NULL ? text_safe_string(text) : NULL;
    if (safe != NULL)
        json = json_string(safe);
    if (json == NULL || json_dumpf(json, out, JSON_ENCODE_ANY) != 0)
        fputs("null", out);
    json_decref(json);
    free(safe);
}

static void print_objects(FILE *out, const struct sites_process *process)
{
    fputs("\"objects\":[", out);
    for (size_t i = 0; i < process->object_count; i++) {
        fputs(i > 0 ? ",\n  {\"path\":" : "\n  {\"path\":", out);
        print_string(out, process->objects[i].path);
        fputs(",\"build_id\":", out);
        print_string(out, process->objects[i].build_id);
        putc('}', out);
    }
    putc(']', out);
}

static void print_frames(FILE *out, const struct sites_process *process,
                         const struct sites_stack *stack)
{
    fputs("\"frames\":[", out);
    for (size_t i = 0; i < stack->frame_count; i++) {
        const struct sites_frame *frame = &stack->frames[i];
        int object = frame->object != NULL ? (int)(frame->object - process->objects) : -1;
        fprintf(out, "%s[%d,%" PRIu64 "]", i > 0 ? "," : "", object, frame->offset);
    }
    putc(']', out);
}

/* To the byte. */
static void print_command(FILE *out, char **command)
{
    size_t count = 0;
    while (command != NULL && command[count] != NULL)
        count++;
    json_t *json = json_object(), *words = json_texts(command, count);
    if (json_object_set_new(json, "command", words) == 0 &&
        json_texts_add_bytes(json, "command", command, count) &&
        json_dumpf(json, out, JSON_EMBED | JSON_COMPACT) == 0)
        putc(',', out);
    json_decref(json);
}

static void print_crash(FILE *out, const struct sites_process *process)
{
    const struct sites_crash_place *crash = &process->crash;
    char name[SIGNAL_ROOM];
    if (crash->signal == 0) {
        fputs("\"crash\":null", out);
        return;
    }
    fprintf(out, "\"crash\":{\"signal\":%d,\"name\":\"%s\",\"address\":", crash->signal,
            sentence_signal(crash->signal, name));
    if (crash->has_address)
        fprintf(out, "\"0x%" PRIx64 "\",", crash->address);
    else
        fputs("null,", out);
    print_command(out, crash->command);
    print_frames(out, process, &crash->stack);
    putc('}', out);
}

static bool has_looked(const struct sites_process *process)
{
    return process->leaks.look == SITES_LOOKED;
}

/* What was lost at the end, if that was looked for. */
static void print_lost(FILE *out, const struct sites_lost *lost)
{
    fprintf(out,
            ",\"lost_bytes\":%" PRIu64 ",\"lost_blocks\":%" PRIu64 ",\"leads_to_bytes\":%" PRIu64
            ",\"leads_to_blocks\":%" PRIu64 ",\"indirect_blocks\":%" PRIu64
            ",\"possible_blocks\":%" PRIu64,
            lost->lost.bytes, lost->lost.blocks, lost->led.bytes, lost->led.blocks,
            lost->within.blocks, lost->possible.blocks);
}

static void print_site(FILE *out, const struct sites_process *process,
                       const struct sites_stack *stack)
{
    fprintf(out, "{\"name\":\"%016" PRIx64 "\",", stack->name);
    print_frames(out, process, stack);
    fprintf(out,
            ",\"calls\":%" PRIu64 ",\"total_bytes\":%" PRIu64 ",\"peak_bytes\":%" PRIu64
            ",\"peak_blocks\":%" PRIu64 ",\"end_bytes\":%" PRIu64 ",\"end_blocks\":%" PRIu64
            ",\"refusals\":%" PRIu64,
            stack->total.blocks, stack->total.bytes, stack->at[SITES_AT_PEAK].bytes,
            stack->at[SITES_AT_PEAK].blocks, stack->at[SITES_AT_END].bytes,
            stack->at[SITES_AT_END].blocks, stack->refusals);
    if (has_looked(process))
        print_lost(out, &stack->lost);
    putc('}', out);
}

/* null: nobody was to look. */
static void print_leaks(FILE *out, const struct sites_process *process)
{
    if (process->leaks.look == SITES_NOT_ASKED) {
        fputs("null", out);
        return;
    }
    fprintf(out, "{\"looked\":%s,\"reason\":", has_looked(process) ? "true" : "false");
    print_string(out, process->leaks.reason);
    putc('}', out);
}

static void print_sites(FILE *out, const struct sites_process *process)
{
    bool any = false;
    for (size_t i = 0; i < process->stack_count; i++) {
        if (process->stacks[i].name == 0)
            continue;
        fputs(any ? ",\n  " : "\n  ", out);
        print_site(out, process, &process->stacks[i]);
        any = true;
    }
}

static void print_process(FILE *out, const struct sites_process *process, bool elsewhere)
{
    fprintf(out, "{\"pid\":%d,\"program\":", process->pid);
    print_string(out, process->program);
    fprintf(out, ",\"forked\":%s,\"explored\":%s,\"trouble\":", process->forked ? "true" : "false",
            process->shortened ? "true" : "false");
    print_string(out, process->trouble);
    fputs(",\"leaks\":", out);
    print_leaks(out, process);
    fputs(",\n ", out);
    print_objects(out, process);
    fputs(",\n ", out);
    print_crash(out, process);
    fputs(",\n \"sites\":[", out);
    if (!elsewhere)
        print_sites(out, process);
    fputs("]}", out);
}

bool format_site_list(FILE *out, const struct sites *sites, bool elsewhere)
{
    fprintf(out, "{\"schema\":\"memrestrict-sites\",\"version\":1,\"depth\":%u,\n\"processes\":[",
            sites_depth(sites));
    for (size_t i = 0; i < sites_count(sites); i++) {
        fputs(i > 0 ? ",\n" : "\n", out);
        print_process(out, sites_process(sites, i), elsewhere);
    }
    fputs("]}\n", out);
    return fflush(out) == 0 && !ferror(out);
}
