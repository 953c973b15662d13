/* SPDX-License-Identifier: MIT
 *
 * The accounts of a run. The test is the command: it makes them; its children join, charge, and die
 * of what the test likes. A tree's two promises are those of a budget, across processes.
 */
#include "unit.h"

#include "common/accounts.h"
#include "records/budget.h"
#include "decide/membership.h"
#include "common/proc.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define KIB UINT64_C(1024)
#define MIB (1024 * KIB)

static struct accounts *accounts;
static struct config config;

/* Where children and the test meet: what each holds, as it says itself, and how far it is. */
enum { CROWD = 24 };
static struct meeting {
    _Atomic uint64_t held[CROWD];
    _Atomic int step;
} * meeting;

static void make_run(uint64_t limit, uint64_t tree_limit)
{
    struct proc_stat self;
    int fd = memfd_create("accounts", MFD_CLOEXEC);
    ck_assert_int_eq(ftruncate(fd, sizeof *accounts), 0);
    accounts = mmap(NULL, sizeof *accounts, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    meeting =
        mmap(NULL, sizeof *meeting, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(accounts, MAP_FAILED);
    ck_assert_ptr_ne(meeting, MAP_FAILED);
    ck_assert(proc_stat("/proc/self/stat", &self));
    accounts->magic = ACCOUNTS_MAGIC;
    accounts->version = ACCOUNTS_VERSION;
    accounts->size = sizeof *accounts;
    accounts->command = getpid();
    accounts->command_start = self.start_time;
    accounts->pid_namespace = proc_pid_namespace();
    accounts->tree_limit = tree_limit;
    config = (struct config){.limit = limit, .tree_limit = tree_limit};
    snprintf(config.accounts, sizeof config.accounts, "/proc/%d/fd/%d", getpid(), fd);
}

/* As the library does when a program starts. */
static bool join_run(void)
{
    struct text complaint = {.length = 0};
    budget_start(config.limit);
    return membership_start(&config, "child", &complaint);
}

/* As its fork handler does in a child. */
static void go_on_in_child(void)
{
    budget_fork_child(BUDGET_AS_NOTED);
    if (membership_in_tree())
        budget_inherit();
    membership_fork_child("child");
}

/* The rest of the test's function is the child's, which ends by _exit; 0 is good. */
static pid_t child(int body(void))
{
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        _exit(body());
    return pid;
}

static int status_of(pid_t pid)
{
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void expect_good(pid_t pid) { ck_assert_int_eq(status_of(pid), 0); }

static void reach(int step) { atomic_store(&meeting->step, step); }

static void await(int step)
{
    while (atomic_load(&meeting->step) < step)
        usleep(1000);
}

static struct account *slot_of_pid(pid_t pid)
{
    struct account *account;
    for (unsigned i = 0; (account = accounts_next(accounts, &i)) != NULL; i++)
        if (account->pid == pid)
            return account;
    return NULL;
}

static int charge_and_stay(void)
{
    if (!join_run() || !budget_charge(300 * KIB))
        return 1;
    reach(1);
    await(2);
    return 0;
}

START_TEST(the_figures_of_a_process_are_seen_from_outside)
{
    make_run(MIB, ACCOUNTS_UNLIMITED);
    pid_t pid = child(charge_and_stay);
    await(1);
    const struct account *account = slot_of_pid(pid);
    ck_assert_ptr_nonnull(account);
    ck_assert_uint_eq(account_used(account), 300 * KIB);
    ck_assert_uint_eq(account->limit, MIB);
    ck_assert_str_eq(account->program, "child");
    ck_assert_int_eq(accounts_life(account), ACCOUNT_RUNS);
    reach(2);
    expect_good(pid);
}
END_TEST

START_TEST(they_are_still_there_after_sigkill)
{
    make_run(MIB, ACCOUNTS_UNLIMITED);
    pid_t pid = child(charge_and_stay);
    await(1);
    kill(pid, SIGKILL);
    ck_assert_int_eq(status_of(pid), -SIGKILL);
    const struct account *account = slot_of_pid(pid);
    ck_assert_uint_eq(account_used(account), 300 * KIB);
    ck_assert_int_eq(accounts_life(account), ACCOUNT_DEAD);
}
END_TEST

/* By number and start time; what another says later, or of another number, changes nothing. */
START_TEST(who_waits_says_how_a_process_ended)
{
    enum { PID = 4000000, STATUS = 7 << 8 };
    uint64_t identity = accounts_identity(PID, 123456789),
             later = accounts_identity(PID, 123456790);
    int status = -1;
    make_run(MIB, ACCOUNTS_UNLIMITED);
    unsigned slot = accounts_number(accounts_claim(accounts, identity));
    accounts_note_end(accounts, PID + 1, STATUS);
    ck_assert(!accounts_end_of(accounts, slot, identity, &status));
    accounts_note_end(accounts, PID, STATUS);
    accounts_note_end(accounts, PID, SIGKILL);
    ck_assert(accounts_end_of(accounts, slot, identity, &status));
    ck_assert_int_eq(status, STATUS);
    ck_assert(!accounts_end_of(accounts, slot, later, &status));
    ck_assert(accounts_free(accounts, &slot, 1));
    ck_assert(!accounts_end_of(accounts, slot, identity, &status));
}
END_TEST

START_TEST(a_zombie_counts_as_dead)
{
    make_run(MIB, ACCOUNTS_UNLIMITED);
    pid_t pid = child(charge_and_stay);
    await(1);
    kill(pid, SIGKILL);
    siginfo_t info;
    ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    ck_assert_int_eq(accounts_life(slot_of_pid(pid)), ACCOUNT_DEAD);
    status_of(pid);
}
END_TEST

static void *leave_the_main_thread_behind(void *unused)
{
    reach(1);
    await(2);
    _exit(budget_read().used == 0 ? 0 : 1);
    return unused;
}

static int main_thread_ends_first(void)
{
    pthread_t thread;
    if (!join_run() || pthread_create(&thread, NULL, leave_the_main_thread_behind, NULL) != 0)
        return 1;
    pthread_exit(NULL);
}

START_TEST(a_process_whose_main_thread_has_ended_is_not_dead)
{
    make_run(MIB, MIB);
    pid_t pid = child(main_thread_ends_first);
    await(1);
    for (int i = 0; i < 20; i++) { /* the main thread is on its way out */
        ck_assert_int_eq(accounts_life(slot_of_pid(pid)), ACCOUNT_RUNS);
        usleep(1000);
    }
    reach(2);
    expect_good(pid);
}
END_TEST

static int obey_a_lower_limit(void)
{
    if (!join_run() || !budget_charge(300 * KIB))
        return 1;
    reach(1);
    await(2); /* 400 KiB */
    if (!budget_charge(100 * KIB) || budget_charge(1))
        return 2;
    reach(3);
    await(4); /* 2 MiB */
    return budget_charge(1600 * KIB) && budget_charge(48 * KIB) && !budget_charge(1) ? 0 : 3;
}

static void limit_is_set_from_outside(uint64_t tree_limit)
{
    make_run(MIB, tree_limit);
    pid_t pid = child(obey_a_lower_limit);
    await(1);
    ck_assert(accounts_set_limit(accounts, slot_of_pid(pid), ACCOUNTS_COMMAND, 400 * KIB));
    reach(2);
    await(3);
    ck_assert(accounts_set_limit(accounts, slot_of_pid(pid), ACCOUNTS_COMMAND, 2 * MIB));
    reach(4);
    expect_good(pid);
}

START_TEST(a_limit_set_from_outside_holds_from_the_next_charge_on)
{
    limit_is_set_from_outside(ACCOUNTS_UNLIMITED);
}
END_TEST

START_TEST(the_same_in_a_tree) { limit_is_set_from_outside(64 * MIB); }
END_TEST

static int obey_a_lower_limit_of_the_tree(void)
{
    if (!join_run() || !budget_charge(300 * KIB))
        return 1;
    reach(1);
    await(2); /* 400 KiB */
    if (!budget_charge(100 * KIB) || budget_charge(1))
        return 2;
    reach(3);
    await(4); /* 2 MiB */
    return budget_charge(1648 * KIB) && !budget_charge(1) ? 0 : 3;
}

START_TEST(so_does_a_limit_set_for_the_tree)
{
    make_run(ACCOUNTS_UNLIMITED, 64 * MIB);
    pid_t pid = child(obey_a_lower_limit_of_the_tree);
    await(1);
    ck_assert(accounts_set_tree_limit(accounts, ACCOUNTS_COMMAND, 400 * KIB));
    reach(2);
    await(3);
    ck_assert(accounts_set_tree_limit(accounts, ACCOUNTS_COMMAND, 2 * MIB));
    reach(4);
    expect_good(pid);
}
END_TEST

static void *spend_what_there_is_in_stock(void *barriers)
{
    pthread_barrier_t *barrier = barriers;
    bool drew = budget_charge(100);
    pthread_barrier_wait(&barrier[0]);
    pthread_barrier_wait(&barrier[1]);
    return (void *)(uintptr_t)(drew && !budget_charge(1));
}

static int threads_obey_a_lower_limit(void)
{
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    pthread_barrier_t barrier[2];
    void *obeyed;
    bool all = join_run();
    for (int i = 0; i < 2; i++)
        pthread_barrier_init(&barrier[i], NULL, THREADS + 1);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, spend_what_there_is_in_stock, barrier);
    pthread_barrier_wait(&barrier[0]);
    reach(1);
    await(2); /* 10 bytes */
    pthread_barrier_wait(&barrier[1]);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &obeyed);
        all = all && obeyed != NULL;
    }
    return all && budget_read().used == 100 * THREADS ? 0 : 1;
}

START_TEST(a_lower_limit_holds_for_stocks_too)
{
    make_run(64 * MIB, ACCOUNTS_UNLIMITED);
    pid_t pid = child(threads_obey_a_lower_limit);
    await(1);
    ck_assert(accounts_set_limit(accounts, slot_of_pid(pid), ACCOUNTS_COMMAND, 10));
    reach(2);
    expect_good(pid);
}
END_TEST

static int charge_all_that_is_left(void)
{
    await(1);
    if (!join_run())
        return 1;
    return budget_charge(MIB - 300 * KIB) && !budget_charge(1) ? 0 : 2;
}

START_TEST(what_one_process_was_granted_and_does_not_use_is_there_for_another)
{
    make_run(ACCOUNTS_UNLIMITED, MIB);
    pid_t idle = child(charge_and_stay), other = child(charge_all_that_is_left);
    expect_good(other);
    reach(2);
    expect_good(idle);
}
END_TEST

/* Its threads have drawn stocks, and do nothing any more. */
static void *draw_a_stock(void *barrier)
{
    bool charged = budget_charge(100);
    budget_refund(100);
    pthread_barrier_wait(barrier);
    await(2);
    return (void *)(uintptr_t)charged;
}

static int stocks_lie_idle(void)
{
    enum { THREADS = 8 };
    pthread_t threads[THREADS];
    pthread_barrier_t barrier;
    void *charged;
    if (!join_run() || !budget_charge(300 * KIB))
        return 1;
    pthread_barrier_init(&barrier, NULL, THREADS + 1);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, draw_a_stock, &barrier);
    pthread_barrier_wait(&barrier);
    reach(1);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], &charged);
    return budget_read().used == 300 * KIB ? 0 : 2;
}

START_TEST(the_stocks_of_idle_threads_elsewhere_are_taken_back)
{
    make_run(ACCOUNTS_UNLIMITED, MIB);
    pid_t idle = child(stocks_lie_idle);
    expect_good(child(charge_all_that_is_left));
    reach(2);
    expect_good(idle);
}
END_TEST

static int charge_and_die(void)
{
    if (join_run() && budget_charge(MIB))
        raise(SIGKILL);
    return 1;
}

static int charge_everything(void)
{
    return join_run() && budget_charge(MIB) && !budget_charge(1) ? 0 : 1;
}

START_TEST(what_a_process_held_is_free_when_it_was_killed)
{
    make_run(ACCOUNTS_UNLIMITED, MIB);
    ck_assert_int_eq(status_of(child(charge_and_die)), -SIGKILL);
    expect_good(child(charge_everything));
}
END_TEST

static int be_two_programs(void)
{
    if (!join_run() || !budget_charge(MIB))
        return 1;
    struct account *first = slot_of_pid(getpid());
    budget_fork_child(0); /* as if by exec: nothing is left of before */
    if (!join_run() || atomic_load(&first->state) != ACCOUNT_REPLACED)
        return 2;
    return budget_charge(MIB) && !budget_charge(1) ? 0 : 3;
}

START_TEST(what_a_process_held_is_free_after_exec)
{
    make_run(ACCOUNTS_UNLIMITED, MIB);
    expect_good(child(be_two_programs));
}
END_TEST

static int child_of_a_holder(void)
{
    go_on_in_child();
    if (budget_read().used != 600 * KIB || budget_read().peak != 600 * KIB)
        return 1;
    if (!budget_charge(424 * KIB) || budget_charge(1)) /* of the tree's 1 MiB */
        return 2;
    budget_refund_inherited(600 * KIB);
    return !budget_charge(1) && budget_read().used == 424 * KIB ? 0 : 3;
}

static int hold_and_fork(void)
{
    if (!join_run() || !budget_charge(600 * KIB))
        return 10;
    budget_fork_note();
    int status = status_of(child(child_of_a_holder));
    return status != 0 ? status : budget_charge(424 * KIB) && !budget_charge(1) ? 0 : 11;
}

START_TEST(a_child_is_not_charged_to_the_tree_for_what_it_inherited)
{
    make_run(ACCOUNTS_UNLIMITED, MIB);
    expect_good(child(hold_and_fork));
}
END_TEST

static int child_within_its_own_limit(void)
{
    go_on_in_child();
    if (!budget_charge(100 * KIB) || budget_charge(1)) /* of its own 700 KiB, 600 are inherited */
        return 1;
    budget_refund_inherited(50 * KIB);
    return budget_charge(50 * KIB) && !budget_charge(1) ? 0 : 2;
}

static int hold_and_fork_with_a_limit(void)
{
    if (!join_run() || !budget_charge(600 * KIB))
        return 10;
    budget_fork_note();
    return status_of(child(child_within_its_own_limit));
}

START_TEST(the_limit_of_each_process_holds_in_a_tree_and_counts_what_was_inherited)
{
    make_run(700 * KIB, 64 * MIB);
    expect_good(child(hold_and_fork_with_a_limit));
}
END_TEST

static bool copy_was_met;
static void on_copy(void)
{
    copy_was_met = true;
    go_on_in_child();
}

static int charge_in_a_copy(void)
{
    if (!budget_charge(1) || !copy_was_met)
        return 1;
    return slot_of_pid(getpid()) != NULL ? 0 : 2;
}

static int copy_without_handlers(void)
{
    budget_on_copy = on_copy;
    if (!join_run() || !budget_charge(1000))
        return 10;
    struct account *own = slot_of_pid(getpid());
    int status = status_of(child(charge_in_a_copy));
    return status != 0 ? status : account_used(own) == 1000 ? 0 : 11;
}

START_TEST(a_copy_of_which_nobody_told_us_does_not_charge_its_parent)
{
    make_run(MIB, ACCOUNTS_UNLIMITED);
    expect_good(child(copy_without_handlers));
}
END_TEST

static int take_the_lock_and_die(void)
{
    if (!join_run() || !accounts_lock(accounts, slot_of_pid(getpid())->ticket))
        return 1;
    raise(SIGKILL);
    return 2;
}

START_TEST(the_lock_of_a_dead_process_is_taken_over)
{
    make_run(ACCOUNTS_UNLIMITED, MIB);
    ck_assert_int_eq(status_of(child(take_the_lock_and_die)), -SIGKILL);
    ck_assert(accounts_lock(accounts, ACCOUNTS_COMMAND));
    accounts_unlock(accounts);
}
END_TEST

START_TEST(it_goes_with_the_slot)
{
    make_run(ACCOUNTS_UNLIMITED, MIB);
    pid_t pid = child(take_the_lock_and_die);
    ck_assert_int_eq(status_of(pid), -SIGKILL);
    unsigned slot = (unsigned)(slot_of_pid(pid) - accounts->slots);
    ck_assert(accounts_free(accounts, &slot, 1));
    ck_assert_int_eq(accounts->lock, 0);
    expect_good(child(charge_everything));
}
END_TEST

static int take_the_lock_and_stop(void)
{
    if (!join_run() || !accounts_lock(accounts, slot_of_pid(getpid())->ticket))
        return 1;
    raise(SIGSTOP);
    accounts_unlock(accounts);
    return 0;
}

START_TEST(nobody_waits_for_ever_for_a_stopped_process)
{
    int status;
    make_run(ACCOUNTS_UNLIMITED, MIB);
    pid_t pid = child(take_the_lock_and_stop);
    ck_assert_int_eq(waitpid(pid, &status, WUNTRACED), pid);
    ck_assert(WIFSTOPPED(status));
    ck_assert(!accounts_lock(accounts, ACCOUNTS_COMMAND));
    kill(pid, SIGCONT);
    expect_good(pid);
    ck_assert(accounts_lock(accounts, ACCOUNTS_COMMAND));
}
END_TEST

static int join_a_full_table(void)
{
    return !join_run() && budget_charge(MIB) && !budget_charge(1) ? 0 : 1;
}

START_TEST(a_process_that_finds_the_table_full_is_limited_alone)
{
    make_run(ACCOUNTS_UNLIMITED, MIB);
    for (unsigned i = 0; i < ACCOUNTS_SLOTS; i++)
        ck_assert_ptr_nonnull(accounts_claim(accounts, 1));
    ck_assert_ptr_null(accounts_claim(accounts, 1));
    expect_good(child(join_a_full_table));
    ck_assert_uint_eq(accounts->refused_room, 1);
}
END_TEST

static int child_without_a_slot(void)
{
    go_on_in_child();
    if (budget_read().limit != MIB / 2 || !budget_choose_limit(ACCOUNTS_UNLIMITED))
        return 1;
    return budget_read().limit == MIB && budget_charge(MIB) && !budget_charge(1) ? 0 : 2;
}

/* Nobody is waited for where the command is gone. */
static int fill_the_table_and_fork(void)
{
    if (!join_run() || !budget_choose_limit(MIB / 2))
        return 10;
    while (accounts_claim(accounts, 1) != NULL)
        ;
    accounts->command_start++;
    budget_fork_note();
    return status_of(child(child_without_a_slot));
}

START_TEST(a_child_that_finds_the_table_full_has_at_most_the_limit_of_the_tree)
{
    make_run(ACCOUNTS_UNLIMITED, MIB);
    expect_good(child(fill_the_table_and_fork));
}
END_TEST

static int find_no_accounts(void)
{
    struct text complaint = {.length = 0};
    strcpy(config.accounts, "/proc/self/fd/999");
    budget_start(config.limit);
    if (membership_start(&config, "child", &complaint) || complaint.length == 0)
        return 1;
    return budget_charge(MIB) && !budget_charge(1) ? 0 : 2;
}

START_TEST(a_process_that_cannot_find_the_accounts_is_limited_alone_and_says_so)
{
    make_run(ACCOUNTS_UNLIMITED, MIB);
    expect_good(child(find_no_accounts));
}
END_TEST

START_TEST(accounts_of_another_version_are_not_ours)
{
    make_run(MIB, MIB);
    ck_assert(accounts_are_ours(accounts));
    accounts->version++;
    ck_assert(!accounts_are_ours(accounts));
    accounts->version--;
    accounts->size++;
    ck_assert(!accounts_are_ours(accounts));
}
END_TEST

static unsigned mappings(void)
{
    unsigned count = 0;
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "re");
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL)
        count += strstr(line, "memfd:accounts") != NULL;
    ck_assert(maps != NULL && fclose(maps) == 0);
    return count;
}

static int do_not_join(void)
{
    unsigned before = mappings();
    accounts->version++;
    bool joined = join_run();
    accounts->version--;
    return before > 0 && !joined && mappings() == before && budget_charge(MIB) && !budget_charge(1)
               ? 0
               : 1;
}

START_TEST(accounts_that_are_not_ours_are_given_back)
{
    make_run(MIB, ACCOUNTS_UNLIMITED);
    expect_good(child(do_not_join));
}
END_TEST

START_TEST(the_status_of_exit_is_noted)
{
    make_run(MIB, MIB);
    pid_t pid = fork();
    if (pid == 0) {
        bool joined = join_run();
        membership_note_exit(0x103);
        _exit(joined ? 0 : 1);
    }
    expect_good(pid);
    ck_assert_uint_eq(slot_of_pid(pid)->ending, ACCOUNT_EXITED | 3);
}
END_TEST

/* A crowd at the edge of a tree's limit. Each says what it holds after it was charged, and before
 * it refunds, so the sum of what they say can be no more than what is charged. */
enum { TREE_LIMIT = 1 << 20 };
static unsigned place;

static int crowd_member(void)
{
    unsigned seed = (unsigned)getpid();
    uint64_t held = 0;
    alarm(RUN_SECONDS); /* if the test is gone */
    if (!join_run())
        return 1;
    for (;;) {
        uint64_t bytes = 1 + (uint64_t)rand_r(&seed) % (100 * KIB);
        if (held > 0 && rand_r(&seed) % 2) {
            bytes = held < bytes ? held : bytes;
            atomic_fetch_sub(&meeting->held[place], bytes);
            budget_refund(bytes);
            held -= bytes;
        } else if (budget_charge(bytes)) {
            atomic_fetch_add(&meeting->held[place], bytes);
            held += bytes;
        }
    }
}

static pid_t send_member(unsigned at)
{
    place = at;
    return child(crowd_member);
}

/* While all are stopped: one after the other, they would show what never was at one time. */
static uint64_t sum_of_all(const pid_t crowd[CROWD])
{
    uint64_t sum = 0;
    int status;
    for (int i = 0; i < CROWD; i++)
        kill(crowd[i], SIGSTOP);
    for (int i = 0; i < CROWD; i++) {
        ck_assert_int_eq(waitpid(crowd[i], &status, WUNTRACED), crowd[i]);
        ck_assert(WIFSTOPPED(status));
    }
    for (int i = 0; i < CROWD; i++)
        sum += atomic_load(&meeting->held[i]);
    return sum;
}

static void replace(pid_t *pid, unsigned at)
{
    kill(*pid, SIGKILL);
    ck_assert_int_eq(status_of(*pid), -SIGKILL);
    atomic_store(&meeting->held[at], 0);
    struct account *slot = slot_of_pid(*pid);
    unsigned number = slot != NULL ? (unsigned)(slot - accounts->slots) : 0;
    if (slot != NULL)
        while (!accounts_free(accounts, &number, 1))
            ;
    *pid = send_member(at);
}

START_TEST(a_crowd_that_is_killed_at_random_never_exceeds_the_limit_and_leaves_nothing)
{
    enum { ROUNDS = 50 };
    pid_t crowd[CROWD];
    unsigned seed = 7;
    make_run(ACCOUNTS_UNLIMITED, TREE_LIMIT);
    for (unsigned i = 0; i < CROWD; i++)
        crowd[i] = send_member(i);
    for (int round = 0; round < ROUNDS || accounts->tree_peak <= TREE_LIMIT / 2; round++) {
        unsigned at = (unsigned)rand_r(&seed) % CROWD;
        usleep(1000);
        ck_assert_uint_le(sum_of_all(crowd), TREE_LIMIT);
        for (unsigned i = 0; i < CROWD; i++)
            kill(crowd[i], SIGCONT);
        replace(&crowd[at], at);
    }
    for (unsigned i = 0; i < CROWD; i++) {
        kill(crowd[i], SIGKILL);
        waitpid(crowd[i], NULL, 0);
    }
    ck_assert_uint_le(accounts->tree_peak, TREE_LIMIT);
    expect_good(child(charge_everything));
}
END_TEST

/* One spends single bytes of its grant as fast as it can; the other takes the grant away from under
 * it. */
static int spend_single_bytes(void)
{
    if (!join_run())
        return 1;
    while (atomic_load(&meeting->step) == 0)
        if (budget_charge(1)) {
            atomic_store(&meeting->held[0], 1);
            atomic_store(&meeting->held[0], 0);
            budget_refund(1);
            atomic_fetch_add(&meeting->held[1], 1);
        }
    return 0;
}

static void let_it_spend(unsigned bytes)
{
    uint64_t enough = atomic_load(&meeting->held[1]) + bytes;
    for (int i = 0; i < 100000 && atomic_load(&meeting->held[1]) < enough; i++)
        ;
}

static int take_all_again_and_again(void)
{
    enum { LOOKS = 20 };
    const unsigned times = unit_rounds(3000);
    uint64_t seen = 0, taken = 0;
    if (!join_run())
        return 1;
    for (unsigned i = 0; i < times || taken == 0;
         i++) { /* nothing can be had while it has a byte */
        let_it_spend(10 + i % 10);
        if (budget_charge(MIB)) {
            taken++;
            for (int look = 0; look < LOOKS; look++)
                seen += atomic_load(&meeting->held[0]);
            budget_refund(MIB);
        }
    }
    reach(1);
    return seen > 0 ? 2 : 0;
}

START_TEST(a_grant_is_taken_away_while_its_owner_spends_it)
{
    make_run(ACCOUNTS_UNLIMITED, MIB);
    pid_t spender = child(spend_single_bytes);
    expect_good(child(take_all_again_and_again));
    expect_good(spender);
}
END_TEST

Suite *suite_accounts(void)
{
    Suite *suite = suite_create("accounts");
    unit_add(suite, the_figures_of_a_process_are_seen_from_outside);
    unit_add(suite, they_are_still_there_after_sigkill);
    unit_add(suite, who_waits_says_how_a_process_ended);
    unit_add(suite, a_zombie_counts_as_dead);
    unit_add(suite, a_process_whose_main_thread_has_ended_is_not_dead);
    unit_add(suite, a_limit_set_from_outside_holds_from_the_next_charge_on);
    unit_add(suite, the_same_in_a_tree);
    unit_add(suite, so_does_a_limit_set_for_the_tree);
    unit_add(suite, a_lower_limit_holds_for_stocks_too);
    unit_add(suite, what_one_process_was_granted_and_does_not_use_is_there_for_another);
    unit_add(suite, the_stocks_of_idle_threads_elsewhere_are_taken_back);
    unit_add(suite, what_a_process_held_is_free_when_it_was_killed);
    unit_add(suite, what_a_process_held_is_free_after_exec);
    unit_add(suite, a_child_is_not_charged_to_the_tree_for_what_it_inherited);
    unit_add(suite, the_limit_of_each_process_holds_in_a_tree_and_counts_what_was_inherited);
    unit_add(suite, a_copy_of_which_nobody_told_us_does_not_charge_its_parent);
    unit_add(suite, the_lock_of_a_dead_process_is_taken_over);
    unit_add(suite, it_goes_with_the_slot);
    unit_add(suite, nobody_waits_for_ever_for_a_stopped_process);
    unit_add(suite, a_process_that_finds_the_table_full_is_limited_alone);
    unit_add(suite, a_child_that_finds_the_table_full_has_at_most_the_limit_of_the_tree);
    unit_add(suite, a_process_that_cannot_find_the_accounts_is_limited_alone_and_says_so);
    unit_add(suite, accounts_of_another_version_are_not_ours);
    unit_add(suite, accounts_that_are_not_ours_are_given_back);
    unit_add(suite, the_status_of_exit_is_noted);
    unit_add(suite, a_grant_is_taken_away_while_its_owner_spends_it);
    unit_add(suite, a_crowd_that_is_killed_at_random_never_exceeds_the_limit_and_leaves_nothing);
    return suite;
}
