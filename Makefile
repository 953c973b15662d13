# memrestrict: targets for people are lib, demo, check, bench, install, uninstall, clean; see README.md.
# CC, CPPFLAGS, CFLAGS, LDFLAGS, PREFIX, LIBDIR, INCLUDEDIR and DESTDIR are yours; CFLAGS and the like
# are added to what the build needs. BUILD names the folder for everything that is made.

BUILD ?= build
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
CFLAGS ?= -O2 -g

STD := -std=gnu11 -D_GNU_SOURCE
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes
INC := -Iinclude -Ilibmemrestrict

# Malloc's own names must not be known to the compiler, or calloc's body becomes a call of calloc.
# Initial-exec thread-local storage: the other kinds allocate.
LIB_FLAGS := -fPIC -fvisibility=hidden -ftls-model=initial-exec -fasynchronous-unwind-tables \
	-fno-builtin-malloc -fno-builtin-calloc -fno-builtin-realloc -fno-builtin-free
# Link-time optimization where compiler and linker can: a call goes through five files.
LTO := $(shell mkdir -p $(BUILD) && echo 'int x;' | $(CC) -flto -shared -fPIC -x c - -o $(BUILD)/lto-probe 2>/dev/null && echo -flto)
LIB_LINK := -shared -pthread -Wl,-soname,libmemrestrict.so -Wl,-Bsymbolic-functions -Wl,-z,now,-z,relro,-z,nodelete,-z,defs

LIB := $(BUILD)/libmemrestrict.so
LIB_SOURCES := $(sort $(wildcard libmemrestrict/*.c))
# What needs no preload to run: it goes into the unit tests, and nothing of it calls the real malloc.
CORE := accounts budget changes config gate gate_regions guard kernel ledger lock maps membership pages proc reconcile regions writer
HEADERS := $(wildcard libmemrestrict/*.h include/*.h)

.PHONY: lib demo check check-long bench install uninstall clean lib32 libmusl
lib: $(LIB)

$(BUILD)/lib/%.o: libmemrestrict/%.c $(HEADERS) | $(BUILD)/uthash
	@mkdir -p $(@D)
	$(CC) $(STD) $(WARN) $(INC) $(CPPFLAGS) $(LIB_FLAGS) $(LTO) $(CFLAGS) -c $< -o $@

$(LIB): $(LIB_SOURCES:libmemrestrict/%.c=$(BUILD)/lib/%.o)
	$(CC) $(LIB_FLAGS) $(LTO) $(CFLAGS) $(LIB_LINK) $(LDFLAGS) $^ -o $@

# A missing header is one clear line here, not an error of the compiler's.
$(BUILD)/uthash:
	@mkdir -p $(BUILD)
	@echo '#include <uthash.h>' | $(CC) $(CPPFLAGS) -E - >/dev/null 2>&1 || { \
	  echo "memrestrict: uthash.h is missing: 'apt-get install uthash-dev', or 'make demo', which does so" >&2; exit 1; }
	@touch $@

# The same library for programs of other kinds.
lib32:
	$(MAKE) lib BUILD=$(BUILD)/32 CC='$(CC) -m32'
# musl-gcc knows musl's headers alone; uthash's and the kernel's come after them from the system's.
libmusl:
	$(MAKE) lib BUILD=$(BUILD)/musl CC=musl-gcc \
	  CPPFLAGS='$(CPPFLAGS) -idirafter /usr/include -idirafter /usr/include/$(shell gcc -print-multiarch)'

# The two commands for people and for CI: they install what is missing.
demo:
	@tests/need.sh build
	@echo "building $(LIB)"
	@$(MAKE) --no-print-directory -s lib
	@examples/demo.sh $(LIB)

check:
	@tests/need.sh check programs-short
	@MAKE='$(MAKE)' BUILD='$(BUILD)' tests/run.sh

check-long:
	@tests/need.sh check programs
	@MAKE='$(MAKE)' BUILD='$(BUILD)' tests/run.sh long

bench:
	@tests/need.sh build bench
	@$(MAKE) --no-print-directory lib bench-programs
	@bench/bench.sh $(BUILD)

install: lib
	install -d $(DESTDIR)$(LIBDIR) $(DESTDIR)$(INCLUDEDIR)
	install -m 755 $(LIB) $(DESTDIR)$(LIBDIR)/libmemrestrict.so
	install -m 644 include/memrestrict.h $(DESTDIR)$(INCLUDEDIR)/memrestrict.h

uninstall:
	rm -f $(DESTDIR)$(LIBDIR)/libmemrestrict.so $(DESTDIR)$(INCLUDEDIR)/memrestrict.h

clean:
	rm -rf $(BUILD)

# Tests. Victims are programs of some lines, run under the library; a .cc is C++.
CHECK_FLAGS = $(shell pkg-config --cflags check)
CHECK_LIBS = $(shell pkg-config --libs check)
UNIT_SOURCES := $(sort $(wildcard tests/unit/*.c))
DRIVER_SOURCES := $(sort $(wildcard tests/driver/*.c))
VICTIMS := $(patsubst tests/victims/%.c,$(BUILD)/victims/%,$(wildcard tests/victims/*.c)) \
	$(patsubst tests/victims/%.cc,$(BUILD)/victims/%,$(wildcard tests/victims/*.cc))
EXAMPLES := $(patsubst examples/%.c,$(BUILD)/examples/%,$(wildcard examples/*.c))

.PHONY: unit driver victims examples bench-programs fuzz
unit: $(BUILD)/tests/unit
driver: $(BUILD)/tests/driver
victims: $(VICTIMS)
examples: $(EXAMPLES)

$(BUILD)/tests/unit: $(UNIT_SOURCES) $(CORE:%=libmemrestrict/%.c) $(HEADERS) $(wildcard tests/unit/*.h) | $(BUILD)/uthash
	@mkdir -p $(@D)
	$(CC) $(STD) $(WARN) $(INC) $(CPPFLAGS) $(CHECK_FLAGS) -fPIE -pthread $(CFLAGS) $(LDFLAGS) \
	  $(UNIT_SOURCES) $(CORE:%=libmemrestrict/%.c) $(CHECK_LIBS) -o $@

$(BUILD)/tests/driver: $(DRIVER_SOURCES) $(wildcard tests/driver/*.h)
	@mkdir -p $(@D)
	$(CC) $(STD) $(WARN) $(INC) $(CPPFLAGS) $(CHECK_FLAGS) -pthread $(CFLAGS) $(LDFLAGS) \
	  $(DRIVER_SOURCES) $(CHECK_LIBS) -o $@

# Victims test the calls as they are written: the compiler must not drop or fuse allocations.
$(BUILD)/victims/%: tests/victims/%.c $(wildcard tests/victims/*.h) include/memrestrict.h
	@mkdir -p $(@D)
	$(CC) $(STD) -Wall -Wextra $(INC) $(CPPFLAGS) -O1 -g -fno-builtin -pthread $(VICTIM_FLAGS) $< -o $@ -ldl $(VICTIM_LIBS)
$(BUILD)/victims/%: tests/victims/%.cc $(wildcard tests/victims/*.h) include/memrestrict.h
	@mkdir -p $(@D)
	$(CXX) -std=gnu++17 -Wall -Wextra $(INC) $(CPPFLAGS) -O1 -g -fno-builtin -pthread $(VICTIM_FLAGS) $< -o $@ -ldl
# An executable whose own malloc beats the preload's must export it.
$(BUILD)/victims/own_malloc: VICTIM_FLAGS += -rdynamic
$(BUILD)/victims/process_address_of_malloc_is_no_owner: VICTIM_FLAGS += -no-pie -fno-pie

$(BUILD)/examples/%: examples/%.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE -Wall -Wextra $(CPPFLAGS) -O2 -pthread $< -o $@

BENCH := $(patsubst bench/%.c,$(BUILD)/bench/%,$(wildcard bench/*.c))
bench-programs: $(BENCH)
$(BUILD)/bench/%: bench/%.c $(wildcard bench/*.h)
	@mkdir -p $(@D)
	$(CC) $(STD) -Wall -Wextra $(CPPFLAGS) -O2 -fno-builtin -pthread $< -o $@ -ldl

FUZZ := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/*.c))
fuzz: $(FUZZ)
$(BUILD)/fuzz/%: tests/fuzz/%.c $(CORE:%=libmemrestrict/%.c) $(HEADERS)
	@mkdir -p $(@D)
	clang $(STD) $(INC) -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	  $< $(CORE:%=libmemrestrict/%.c) -o $@
