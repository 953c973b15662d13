/* SPDX-License-Identifier: MIT
 *
 * A signal handler allocates and frees after each single instruction of the library in turn with
 * which a block is freed, and had again. Nobody is given what another one has, and each byte is
 * counted once.
 */
#include "victim.h"

#include <link.h>
#include <signal.h>
#include <ucontext.h>

#if defined(__x86_64__)
enum { SIZE = 100, MOST_STEPS = 4000, KEPT = 2, TRAP = 0x100 };

static volatile long step, strike_at;
static char *volatile kept[KEPT];
static volatile int in_handler; /* what it does: frees none, the first, both */
static uintptr_t begin, end;    /* of the library */

static void start_steps(void)
{
    __asm__ volatile("pushfq; orq $0x100,(%%rsp); popfq" ::: "memory", "cc");
}
static void end_steps(void)
{
    __asm__ volatile("pushfq; andq $~0x100,(%%rsp); popfq" ::: "memory", "cc");
}

static void on_step(int signal, siginfo_t *info, void *context)
{
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    uintptr_t at = (uintptr_t)registers[REG_RIP];
    (void)signal;
    (void)info;
    if (at < begin || at >= end || ++step != strike_at)
        return;
    registers[REG_EFL] &= ~TRAP;
    for (int i = 0; i < KEPT; i++)
        kept[i] = malloc(SIZE);
    for (int i = 0; i < in_handler; i++) {
        free(kept[i]);
        kept[i] = NULL;
    }
}

static int note_library(struct dl_phdr_info *info, size_t size, void *inside)
{
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        uintptr_t from = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        if (info->dlpi_phdr[i].p_type == PT_LOAD && (uintptr_t)inside >= from &&
            (uintptr_t)inside < from + info->dlpi_phdr[i].p_memsz) {
            begin = from;
            end = from + info->dlpi_phdr[i].p_memsz;
        }
    }
    return 0;
}

static void fill(char *block, int with)
{
    if (block != NULL)
        memset(block, with, SIZE);
}

static void check_filled(const char *block, int with)
{
    for (int i = 0; i < SIZE && block != NULL; i++)
        CHECK(block[i] == with);
}

/* False: the calls had fewer steps than that. */
static bool strike(long number)
{
    uint64_t before = used();
    char *block = malloc(SIZE);
    int held = KEPT - in_handler;
    step = 0;
    strike_at = number;
    start_steps();
    free(block);
    block = malloc(SIZE);
    char *second = malloc(SIZE);
    end_steps();
    bool struck = step >= number;
    char *all[] = {block, second, kept[0], kept[1], malloc(SIZE), malloc(SIZE)};
    for (int i = 0; i < 6; i++)
        fill(all[i], i);
    for (int i = 0; i < 6; i++)
        check_filled(all[i], i);
    CHECK(used() == before + (size_t)(4 + (struck ? held : 0)) * SIZE);
    for (int i = 0; i < 6; i++)
        free(all[i]);
    kept[0] = kept[1] = NULL;
    CHECK(used() == before && usage().unknown == 0 && refusals() == 0);
    return struck;
}

int main(void)
{
    struct sigaction action = {.sa_sigaction = on_step, .sa_flags = SA_SIGINFO};
    dl_iterate_phdr(note_library, dlsym(RTLD_DEFAULT, "memrestrict_usage_get"));
    CHECK(begin != 0 && sigaction(SIGTRAP, &action, NULL) == 0);
    for (in_handler = 0; in_handler <= KEPT; in_handler++) {
        long number = 1;
        while (strike(number) && number < MOST_STEPS)
            number++;
        CHECK(number > 50 && number < MOST_STEPS);
    }
    return 0;
}
#else
int main(void) { return 0; }
#endif
