/* SPDX-License-Identifier: MIT
 *
 * libmemrestrict/records/stock.h and what stocks.c and budget.c make of it, for spin: two stocks, each one thread's
 * own, a few bytes, and every order of events. What an owner stores to `spent` waits in a buffer of its
 * thread, as on x86, until anything flushes it: time, a locked instruction, a lock, membarrier(2). All
 * else is read and written by locked instructions, and loads, which come straight from memory.
 *
 * Proven: (a) no more than the limit is ever held; (b) a charge is refused only if it did not fit at
 * some moment of that call; (c) everything ends; (d) when all was given back, nothing is used.
 *
 * tests/model.sh names the settings: what else goes on (HANDLER, SUCCESSOR, FORK, COMMAND), and
 * mistakes (WITHOUT_...), each of which must be found.
 */
#ifndef LIMIT
#define LIMIT 3
#endif
#ifndef CHUNK
#define CHUNK 2
#endif
#ifndef CALLS
#define CALLS 2 /* of each thread */
#endif
#ifndef CALLS_0
#define CALLS_0 CALLS /* of thread 0 */
#endif
#ifndef BUFFER
#define BUFFER 2 /* stores that a thread's buffer has room for: 1 or 2 */
#endif
#define MOST (CHUNK + 1) /* that a stock holds unspent */
#ifndef LOWER
#define LOWER 1 /* the limit that COMMAND sets */
#endif
#define CLOSED (-16)
#define STOPPED (-17)

/* The account and its stocks. Of `spent`, what memory has, and what the owner sees. */
short used, ceiling = LIMIT;
short allowance[2] = CLOSED, drawn[2], spent[2], own[2];
/* An owner's buffer: how many stores, and the older one's value if there are two. */
byte stores[2];
short older[2];
bool lock, masked; /* signals of thread 0 */
byte frozen;       /* the process whose handler runs */
bool ended[3], forking;

/* What is only there to judge by. A call is by thread 0, 1, 2 or the handler, 3. */
short held;     /* by the program: charges that returned, less refunds that began */
short decided;  /* the same, but each charge from its decision on, each refund until others see it */
byte want[4];   /* bytes that a call asks for */
bool refusable[4]; /* they did not fit at some moment */
bool began_late[4]; /* the call began when the limit was lower */
bool lowered;
byte returned_older[2], returned[2]; /* bytes of refunds in the buffer's two stores */
/* Charges in `spent`, in what the owner sees, in the older store, that are still to be decided. */
byte open_spent[2], open_own[2], open_older[2];

#define STOCK_OF(call) (call % 2 * (call != 3))
/* What a call's own thread gave back counts for it at once. What a charge that a handler interrupted may
 * hide from others until it is settled counts as well. */
#ifdef HANDLER
#define HIDDEN (open_own[0] + open_own[1])
#else
#define HIDDEN 0
#endif
#define DOES_NOT_FIT(call)                                                                         \
    (want[call] > 0 && decided + HIDDEN + want[call] >                                              \
                           ceiling + returned[STOCK_OF(call)] + returned_older[STOCK_OF(call)])

inline look_whether_all_fit()
{
    refusable[0] = refusable[0] || DOES_NOT_FIT(0);
    refusable[1] = refusable[1] || DOES_NOT_FIT(1);
    refusable[2] = refusable[2] || DOES_NOT_FIT(2);
    refusable[3] = refusable[3] || DOES_NOT_FIT(3)
}

inline decide(bytes)
{
    decided = decided + bytes;
    look_whether_all_fit()
}

inline judge_limit(call)
{
    assert(!began_late[call] || decided <= LOWER) /* a lower limit holds for what begins later */
}

/* The buffers. All of these are parts of atomic steps. */

inline flush_one(n)
{
    if
    :: stores[n] == 2 ->
        spent[n] = older[n];
        open_spent[n] = open_older[n];
        decided = decided - returned_older[n];
        older[n] = 0;
        open_older[n] = 0;
        returned_older[n] = 0
    :: stores[n] == 1 ->
        spent[n] = own[n];
        open_spent[n] = open_own[n];
        decided = decided - returned[n];
        returned[n] = 0
    fi;
    stores[n]--
}

inline flush(n)
{
    do
    :: stores[n] > 0 -> flush_one(n)
    :: else -> break
    od
}

inline store(n, change, given_back)
{
    if
    :: stores[n] == BUFFER -> flush_one(n)
    :: else
    fi;
    if
    :: stores[n] == 1 ->
        older[n] = own[n];
        open_older[n] = open_own[n];
        returned_older[n] = returned[n]
    :: else
    fi;
    own[n] = own[n] + change;
    returned[n] = given_back;
    stores[n]++
}

/* Flushed, under the lock: what was open in `spent` stands. */
inline stand(n)
{
    assert(open_own[n] >= open_spent[n]);
    open_own[n] = open_own[n] - open_spent[n];
    if
    :: stores[n] == 2 -> open_older[n] = open_older[n] - open_spent[n]
    :: else
    fi;
    decide(open_spent[n]);
    open_spent[n] = 0
}

/* The lock. The handler is of thread 0: it never comes while that one has the lock, or waits for it. */

inline take(n)
{
    if
    :: n == 0 -> masked = true
    :: else
    fi;
    atomic { !lock -> lock = true; flush(n) }
}

inline try(n)
{
    atomic {
        got = !lock;
        if
        :: got -> lock = true; masked = masked || n == 0; flush(n)
        :: else
        fi
    }
}

inline drop(n)
{
    atomic {
        lock = false;
        flush(n);
        if
        :: n == 0 -> masked = false
        :: else
        fi
    }
}

/* stock.c, stocks.c and budget.c */

inline charge_counter(call, n, bytes, more)
{
    atomic {
        if
        :: used + more <= ceiling ->
            used = used + more;
            flush(n);
            decide(bytes);
            if
            :: bytes > 0 -> judge_limit(call)
            :: else
            fi;
            ok = true
        :: else -> ok = false
        fi
    }
}

inline stock_charge(call, n, bytes)
{
    left = allowance[n];
    if
    :: left - own[n] >= bytes ->
        atomic {
            store(n, bytes, 0);
            if
            :: allowance[n] >= own[n] -> decide(bytes); judge_limit(call)
            :: else -> open_own[n] = open_own[n] + bytes; look_whether_all_fit()
            fi
        }
#ifdef WITHOUT_SECOND_LOOK
        ok = true
#else
        left = allowance[n];
        if
        :: left - own[n] >= 0 -> ok = true
        :: else ->
            settle_sole(call, n, bytes);
#ifdef WITHOUT_STANDING
            refused = true
#endif
        fi
#endif
    :: else
    fi
}

inline settle_sole(call, n, bytes)
{
    take(n);
#ifdef WITHOUT_STANDING
    ok = false;
#else
    ok = own[n] <= drawn[n];
#endif
    atomic {
        if
        :: ok -> flush(n); stand(n)
        :: else ->
            store(n, -bytes, 0);
#ifdef WITHOUT_STANDING
            decided = decided - (open_own[n] < bytes -> bytes : 0);
#endif
            open_own[n] = (open_own[n] < bytes -> 0 : open_own[n] - bytes)
        fi
    }
    drop(n)
}

inline stock_open(call, n, more, bytes)
{
    was = drawn[n];
    drawn[n] = was + more;
    atomic { store(n, bytes, 0); open_own[n] = open_own[n] + bytes };
    atomic { flush(n); allowance[n] = was + more; stand(n) }
}

/* A lower limit may have come in between. */
inline close_if_over_limit(n)
{
#ifndef WITHOUT_LOOK_AT_LIMIT
    if
    :: used > ceiling -> allowance[n] = CLOSED
    :: else
    fi
#else
    skip
#endif
}

inline draw_sole(call, n, bytes)
{
    got = false;
    if
    :: bytes <= CHUNK -> try(n)
    :: true /* the budget runs low */
    fi;
    if
    :: got ->
        added = own[n] + bytes - drawn[n] + CHUNK;
        if
        :: added > 0 -> charge_counter(call, n, 0, added)
        :: else -> added = 0; ok = true
        fi;
        if
        :: ok ->
            stock_open(call, n, added, bytes);
            close_if_over_limit(n)
        :: else
        fi;
        drop(n)
    :: else
    fi
}

inline stock_close(n)
{
#ifdef WITHOUT_STOPPED
    atomic { open = open || allowance[n] >= 0; allowance[n] = CLOSED; flush(mine) }
#else
    atomic { open = open || allowance[n] != CLOSED; allowance[n] = CLOSED; flush(mine) }
#endif
}

inline sweep(n)
{
    atomic {
        if
        :: spent[n] <= drawn[n] -> unspent = drawn[n] - spent[n]; drawn[n] = spent[n]; stand(n)
        :: else -> unspent = 0
        fi
    }
    used = used - unspent;
    found = found || unspent > 0;
    unspent = 0
}

inline close_sole_stocks(n)
{
    open = false;
    mine = n;
    stock_close(0);
    stock_close(1);
#ifndef WITHOUT_BARRIER
    if
    :: open ->
        atomic { flush(0) };
        atomic { flush(1) }
    :: else
    fi;
#endif
    sweep(0);
    sweep(1)
}

inline charge_last_resort(call, n, bytes)
{
    take(n);
    close_sole_stocks(n);
    charge_counter(call, n, bytes, bytes);
#ifndef WITHOUT_SECOND_SWEEP
    do
    :: ok -> break
    :: else ->
        found = false;
        sweep(0);
        sweep(1);
        if
        :: found -> charge_counter(call, n, bytes, bytes)
        :: else -> break
        fi
    od;
#endif
    found = false;
    drop(n)
}

inline charge(call, n, bytes)
{
    atomic { want[call] = bytes; began_late[call] = lowered; look_whether_all_fit() };
    ok = false;
    refused = false;
    stock_charge(call, n, bytes);
    if
    :: !ok && !refused -> draw_sole(call, n, bytes)
    :: else
    fi;
    if
    :: !ok && !refused -> charge_counter(call, n, bytes, bytes)
    :: else
    fi;
    if
    :: !ok && !refused -> charge_last_resort(call, n, bytes)
    :: else
    fi;
    atomic {
        !ok || !forking -> /* to be recorded it needs a lock that who forks has */
        if
        :: ok -> flush(n); held = held + bytes; assert(held <= LIMIT)
        :: else -> assert(refusable[call])
        fi;
        want[call] = 0;
        refusable[call] = false;
        began_late[call] = false;
        ok = false;
        refused = false
    }
}

inline refund_counter(n, bytes, more)
{
    atomic { used = used - (more); decided = decided - bytes; flush(n) }
}

inline drain_sole(n, bytes)
{
    try(n);
    if
    :: got ->
        left = allowance[n];
        left = left - own[n] - CHUNK;
        if
        :: left > 0 ->
            stock_open(3, n, -left, 0);
#ifdef WITHOUT_LOOK_AFTER_DRAIN
            skip
#else
            close_if_over_limit(n)
#endif
        :: else -> left = 0
        fi;
        refund_counter(n, bytes, bytes + left);
        drop(n)
    :: else -> refund_counter(n, bytes, bytes)
    fi
}

inline reopen_sole(n)
{
    got = false;
    if
    :: try(n)
    :: true /* the budget runs low */
    fi;
    if
    :: got ->
        if
        :: own[n] <= drawn[n] ->
            stock_open(3, n, 0, 0);
            close_if_over_limit(n)
        :: else
        fi;
        drop(n)
    :: else
    fi
}

inline stock_refund(n, bytes)
{
    left = allowance[n];
    ok = left >= own[n] && left - own[n] <= MOST - bytes;
    if
    :: ok -> atomic { store(n, -bytes, bytes) }
    :: else
    fi
}

/* Of any bytes that are held: another thread may have charged them. */
inline refund(n, bytes)
{
    stock_refund(n, bytes);
    if
    :: !ok ->
        left = allowance[n];
        if
        :: left > own[n] -> drain_sole(n, bytes)
        :: else ->
            reopen_sole(n);
            stock_refund(n, bytes);
            if
            :: !ok -> refund_counter(n, bytes, bytes)
            :: else
            fi
        fi
    :: else
    fi;
    ok = false
}

inline one_call(call, n)
{
    if
    :: size = 1
    :: size = 2
    fi;
    if
    :: charge(call, n, size)
    :: atomic { held >= size && !forking -> held = held - size; flush(n) } refund(n, size)
    fi;
    size = 0
}

/* The processes. */

proctype thread(byte call; byte n; byte calls) provided(frozen != _pid)
{
    short left, added, was;
    byte unspent, mine, size;
    bool ok, got, open, found, refused;
#ifdef SUCCESSOR
    if
    :: call == 2 -> /* takes over the stock of thread 0 */
        ended[0];
        take(n);
        allowance[n] = CLOSED;
        sweep(n);
        drop(n)
    :: else
    fi;
#endif
    do
    :: calls > 0 -> one_call(call, n); calls--
    :: break
    od;
    atomic {
        calls = 0; left = 0; added = 0; was = 0; mine = 0; got = false; open = false;
        flush(n);
        ended[call] = true
    }
}

#ifdef HANDLER
proctype handler()
{
    short left, added, was;
    byte unspent, mine, size;
    bool ok, got, open, found, refused;
end:
    atomic { !masked && !ended[0] -> frozen = 1 };
    one_call(3, 0);
    frozen = 0
}
#endif

#ifdef FORK
/* A third thread forks; the child makes its figures from the copy. Who forks has the ledger's lock as well. */
proctype forker()
{
    short recorded, copied;
    atomic { !lock -> lock = true; forking = true; recorded = held };
    atomic { flush(0); flush(1); copied = used };
    copied = copied - (spent[0] < drawn[0] -> drawn[0] - spent[0] : 0);
    copied = copied - (spent[1] < drawn[1] -> drawn[1] - spent[1] : 0);
    assert(recorded <= copied && copied <= LIMIT);
    atomic { lock = false; forking = false; recorded = 0; copied = 0 }
}
#endif

#ifdef COMMAND
/* Another process lowers the limit. */
proctype command()
{
    atomic { ceiling = LOWER; look_whether_all_fit() };
    allowance[0] = STOPPED;
    allowance[1] = STOPPED;
    lowered = true
}
#endif

proctype buffers()
{
end:
    do
    :: atomic { stores[0] > 0 -> flush_one(0) }
    :: atomic { stores[1] > 0 -> flush_one(1) }
    od
}

init
{
    byte unspent;
    bool found;
    atomic {
        run thread(0, 0, CALLS_0);
        run thread(1, 1, CALLS);
        run buffers();
#ifdef HANDLER
        run handler();
#endif
#ifdef FORK
        run forker();
#endif
#ifdef COMMAND
        run command();
#endif
#ifdef SUCCESSOR
        run thread(2, 0, CALLS)
#else
        ended[2] = true
#endif
    }
    atomic {
        ended[0] && ended[1] && ended[2] && frozen == 0 && !lock ->
        lock = true;
        used = used - held;
        decided = decided - held;
        held = 0
    }
    sweep(0);
    sweep(1);
    assert(used == 0 && decided == 0);
    lock = false
}
