# memrestrict: targets for people are all, lib, command, demo, check, check-quick, check-long, check-suites, bench,
# bench-plot, bench-suite, bench-table, bench-sweep, install, uninstall, clean;
# see README.md. CC, CPPFLAGS, CFLAGS, LDFLAGS, PREFIX, BINDIR, LIBDIR, INCLUDEDIR and DESTDIR are yours;
# CFLAGS and the like are added to what the build needs. BUILD names the folder for everything made.

VERSION := 0.1.0
BUILD ?= build
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
CFLAGS ?= -O2 -g

comma := ,
STD := -std=gnu11 -D_GNU_SOURCE
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes
INC := -Iinclude -Ilibmemrestrict
COMMAND_INC := $(INC) -Imemrestrict

# Malloc's own names must not be known to the compiler, or calloc's body becomes a call of calloc.
# Initial-exec thread-local storage: the other kinds allocate.
LIB_FLAGS := -fPIC -fvisibility=hidden -ftls-model=initial-exec -fasynchronous-unwind-tables \
	-fno-builtin-malloc -fno-builtin-calloc -fno-builtin-realloc -fno-builtin-free
# Flags, if compiler and linker know them and what they make has something in it.
known = $(shell mkdir -p $(BUILD); made=$(BUILD)/probe.$$$$; echo 'int memrestrict_probe;' | \
	$(CC) $(LDFLAGS) $1 -shared -fPIC -x c - -o $$made 2>/dev/null && grep -q memrestrict_probe $$made && echo '$1'; \
	rm -f $$made)
# Link-time optimization: a call goes through five files. In one part, so that LARGE_ZEROS (guard.h)
# come after all other variables; clang knows no parts.
LTO := $(or $(call known,-flto -flto-partition=one),$(call known,-flto))
# Few segments: each is a system call and some page faults at the start of each program.
FEW_SEGMENTS := $(call known,-Wl$(comma)-z$(comma)noseparate-code)
# What a compiler adds to a library's ends looks up four functions, to no use for one that stays: its
# constructors and destructors stand in arrays, and no handler of its is taken back.
NO_START_FILES := $(call known,-nostartfiles)
# -O1: a table of names with few collisions, which the loader asks for each name of each library.
VERSIONS := libmemrestrict/memrestrict.map
LIB_LINK := -shared -pthread -Wl,-O1 -Wl,-soname,libmemrestrict.so -Wl,-Bsymbolic-functions \
	-Wl,--version-script=$(VERSIONS) \
	-Wl,-z,now,-z,relro,-z,noexecstack,-z,nodelete,-z,defs $(FEW_SEGMENTS) $(NO_START_FILES)

LIB := $(BUILD)/libmemrestrict.so
LIB_SOURCES := $(sort $(wildcard libmemrestrict/*/*.c))
# What needs no preload to run: it goes into the unit tests, and nothing of it calls the real malloc.
CORE := $(filter-out %/real.c,$(sort $(wildcard libmemrestrict/decide/*.c libmemrestrict/records/*.c \
	libmemrestrict/ground/*.c libmemrestrict/common/*.c))) \
	libmemrestrict/edges/delayed_free.c
# An object's headers are noted as it is compiled, beside it.
NOTE_HEADERS = -MMD -MP -MF $(@:.o=.d)

.PHONY: all lib command demo check check-quick check-long bench bench-plot bench-suite bench-sweep install uninstall clean lib32 libmusl
all: lib command
lib: $(LIB)

LIB_OBJECTS := $(LIB_SOURCES:libmemrestrict/%.c=$(BUILD)/lib/%.o)
$(BUILD)/lib/%.o: libmemrestrict/%.c Makefile | $(BUILD)/uthash
	@mkdir -p $(@D)
	$(CC) $(STD) $(WARN) $(INC) $(NOTE_HEADERS) $(CPPFLAGS) $(LIB_FLAGS) $(LTO) $(CFLAGS) -c $< -o $@

$(LIB): $(LIB_OBJECTS) $(VERSIONS)
	$(CC) $(LIB_FLAGS) $(LTO) $(CFLAGS) $(LIB_LINK) $(LDFLAGS) $(LIB_OBJECTS) -o $@

# A missing header is one clear line here, not an error of the compiler's.
$(BUILD)/uthash:
	@mkdir -p $(BUILD)
	@echo '#include <uthash.h>' | $(CC) $(CPPFLAGS) -E - >/dev/null 2>&1 || { \
	  echo "memrestrict: uthash.h is missing: 'apt-get install uthash-dev', or 'make demo', which does so" >&2; exit 1; }
	@touch $@

# The command: what it shares with the library is compiled for it anew. It finds the library beside
# itself, or, installed, in this folder, which is relative to PREFIX where LIBDIR is below it.
COMMAND := $(BUILD)/memrestrict
COMMAND_SOURCES := $(sort $(wildcard memrestrict/*.c memrestrict/*/*.c))
COMMAND_CORE := $(sort $(wildcard libmemrestrict/common/*.c)) $(addprefix libmemrestrict/records/,regions.c regions_recent.c regions_tree.c) \
	$(addprefix libmemrestrict/ground/,guard.c kernel_copy.c lock.c pages.c)
COMMAND_OBJECTS = $(COMMAND_SOURCES:memrestrict/%.c=$(BUILD)/command/%.o) $(COMMAND_CORE:libmemrestrict/%.c=$(BUILD)/command/library/%.o)
# What makes a mistake of the command's a clean end. The library has what costs no instruction and asks
# nothing of the C library that musl does not have: no protected stacks, no _FORTIFY_SOURCE. The
# sanitizers know better than the latter, which without optimization is a warning.
FORTIFIED := $(if $(filter -fsanitize% -O0,$(CFLAGS))$(findstring FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS)),,$(if \
	$(filter -O%,$(CFLAGS)),-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2))
COMMAND_HARD := -fPIE -fstack-protector-strong $(FORTIFIED)
COMMAND_LINK := -pie -Wl,-z,now,-z,relro,-z,noexecstack
COMMAND_FLAGS = -DMEMRESTRICT_VERSION='"$(VERSION)"' \
	-DMEMRESTRICT_LIBDIR=$(call quoted,"$(subst @:,,$(subst @:$(PREFIX)/,,@:$(LIBDIR)))")
COMMAND_PACKAGES := jansson libdw libelf libseccomp
command: $(COMMAND)

$(COMMAND): $(COMMAND_OBJECTS)
	$(CC) -pthread $(CFLAGS) $(COMMAND_LINK) $(LDFLAGS) $^ $(shell pkg-config --libs $(COMMAND_PACKAGES)) -lm -o $@
$(BUILD)/command/library/%.o: libmemrestrict/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(STD) $(WARN) $(INC) $(NOTE_HEADERS) $(CPPFLAGS) $(COMMAND_HARD) $(CFLAGS) -c $< -o $@
$(BUILD)/command/%.o: memrestrict/%.c Makefile $(BUILD)/command/libdir | $(BUILD)/packages
	@mkdir -p $(@D)
	$(CC) $(STD) $(WARN) $(COMMAND_INC) $(NOTE_HEADERS) $(CPPFLAGS) $(COMMAND_FLAGS) $(shell pkg-config --cflags $(COMMAND_PACKAGES)) \
	  $(COMMAND_HARD) $(CFLAGS) -c $< -o $@
# Other values of LIBDIR than last time: compiled anew.
LIBDIR_NOW = $(call quoted,$(LIBDIR) $(PREFIX) $(VERSION))
$(BUILD)/command/libdir: FORCE
	@mkdir -p $(@D)
	@echo $(LIBDIR_NOW) | cmp -s - $@ || echo $(LIBDIR_NOW) >$@
FORCE:

$(BUILD)/packages:
	@mkdir -p $(BUILD)
	@command -v pkg-config >/dev/null || { echo "memrestrict: pkg-config is missing: 'apt-get install pkg-config'" >&2; exit 1; }
	@pkg-config --exists $(COMMAND_PACKAGES) || { \
	  echo "memrestrict: the command needs jansson, libdw and libseccomp: 'apt-get install libjansson-dev libdw-dev libseccomp-dev', or 'make demo', which does so" >&2; exit 1; }
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
	@echo "building $(LIB) and $(COMMAND)"
	@$(MAKE) --no-print-directory -s lib command
	@examples/demo.sh $(COMMAND)

check:
	@tests/need.sh check programs-short
	@$(MAKE) --no-print-directory speedscope
	@MAKE='$(MAKE)' BUILD='$(BUILD)' tests/run.sh

# Between two edits: what answers within two minutes.
check-quick:
	@tests/need.sh check
	@MAKE='$(MAKE)' BUILD='$(BUILD)' tests/run.sh quick

check-long:
	@tests/need.sh check programs package
	@$(MAKE) --no-print-directory speedscope
	@MAKE='$(MAKE)' BUILD='$(BUILD)' tests/run.sh long

# Others' test programs that are built already, below the folder PROGRAMS: as without the library?
# SUITES: options for tests/suites.sh.
.PHONY: check-suites
check-suites: lib command
	@BUILD=$(BUILD) tests/suites.sh $(SUITES) $(call quoted,$(PROGRAMS))

# ROUNDS, MINUTES, PEERS: see bench/bench.sh. WORKLOADS: those alone.
BENCH_CSV ?= $(BUILD)/bench/runs.csv
bench:
	@tests/need.sh build bench
	@$(MAKE) --no-print-directory -s lib command bench-programs
	@BENCH_CSV=$(BENCH_CSV) bench/bench.sh $(BUILD) $(WORKLOADS)

# The field's programs, where they are built already: mimalloc-bench's folder, or one that has them by
# name (cfrac, espresso with largest.espresso, alloc-test, glibc-simple, mstress).
MIMALLOC_BENCH ?=
bench-suite:
	@tests/need.sh build bench
	@$(MAKE) --no-print-directory -s lib command bench-programs
	@BENCH_CSV=$(BUILD)/bench/suite.csv MIMALLOC_BENCH='$(MIMALLOC_BENCH)' TIME="$${TIME:-cpu}" \
	    MINUTES="$${MINUTES:-60}" SECONDS_EACH="$${SECONDS_EACH:-60}" bench/bench.sh $(BUILD) suite

# README's table of what no cache holds, of the last `TIME=cpu make bench WORKLOADS=hard` and `make bench-suite`.
.PHONY: bench-table
bench-table:
	@awk -f bench/table.awk -v form=markdown -v time=cpu -v only='memrestrict forward memusage' \
	    $(wildcard $(BENCH_CSV) $(BUILD)/bench/suite.csv) </dev/null

# A sweep beside a plain loop. LOOPS, SWEEP_PART, PROGRAMS: see bench/sweep.sh.
bench-sweep: lib command
	@bench/sweep.sh $(BUILD)

# What sweeps of 24 real programs find, as a table. SECONDS_EACH, PROGRAMS, REPORTS: see
# bench/sweep_programs.sh.
.PHONY: bench-sweep-programs
bench-sweep-programs: lib command
	@bench/sweep_programs.sh $(BUILD)

# Pictures of what the last `make bench` found.
bench-plot:
	@bench/plot.sh $(BENCH_CSV) $(BUILD)/bench

# The ways of limiting memory side by side, into docs/methods.md, and the engines on the same programs, into
# docs/engines.md. METHODS, PROGRAMS, ENGINES, TRIES, ROUNDS: see bench/survey.sh and bench/engines.sh.
.PHONY: survey
survey:
	@tests/need.sh build survey
	@$(MAKE) --no-print-directory -s lib command bench-programs
	@bench/survey.sh $(BUILD) docs/methods.md
	@bench/engines.sh $(BUILD) docs/engines.md

# A path in a recipe, whatever it is made of; and where it stands below DESTDIR.
quoted = '$(subst ','\'',$1)'
there = $(call quoted,$(DESTDIR)$1)

install: lib command
	install -d $(call there,$(BINDIR)) $(call there,$(LIBDIR)) $(call there,$(INCLUDEDIR))
	install -m 755 $(COMMAND) $(call there,$(BINDIR)/memrestrict)
	install -m 755 $(LIB) $(call there,$(LIBDIR)/libmemrestrict.so)
	install -m 644 include/memrestrict.h $(call there,$(INCLUDEDIR)/memrestrict.h)

uninstall:
	rm -f $(call there,$(BINDIR)/memrestrict) $(call there,$(LIBDIR)/libmemrestrict.so) \
	  $(call there,$(INCLUDEDIR)/memrestrict.h)

# What install puts beside the command and the library: man pages, completions, the files of pkg-config and CMake.
MANDIR ?= $(PREFIX)/share/man
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d
PKGCONFIGDIR ?= $(LIBDIR)/pkgconfig
CMAKEDIR ?= $(LIBDIR)/cmake/memrestrict

MAN1 = $(call there,$(MANDIR)/man1/memrestrict.1)
MAN1_JUDGE = $(call there,$(MANDIR)/man1/memrestrict-judge.1)
MAN3 = $(call there,$(MANDIR)/man3/memrestrict.h.3)
MAN7 = $(call there,$(MANDIR)/man7/libmemrestrict.7)
FOR_BASH = $(call there,$(BASHDIR)/memrestrict)
FOR_ZSH = $(call there,$(ZSHDIR)/_memrestrict)
FOR_FISH = $(call there,$(FISHDIR)/memrestrict.fish)
FOR_PKGCONFIG = $(call there,$(PKGCONFIGDIR)/memrestrict.pc)
FOR_CMAKE = $(call there,$(CMAKEDIR)/memrestrict-config.cmake)
CMAKE_VERSION = $(call there,$(CMAKEDIR)/memrestrict-config-version.cmake)
# @NAME@ by its value, in which nothing is special to sed.
put = -e $(call quoted,s|@$1@|$(subst |,\|,$(subst &,\&,$(subst \,\\,$($1))))|g)
ALL_PUT = $(call put,PREFIX) $(call put,LIBDIR) $(call put,INCLUDEDIR) $(call put,VERSION)

.PHONY: install-data uninstall-data
install: install-data
uninstall: uninstall-data
install-data:
	install -D -m 644 memrestrict/memrestrict.1 $(MAN1)
	install -D -m 644 memrestrict/memrestrict-judge.1 $(MAN1_JUDGE)
	install -D -m 644 libmemrestrict/memrestrict.h.3 $(MAN3)
	install -D -m 644 libmemrestrict/libmemrestrict.7 $(MAN7)
	install -D -m 644 memrestrict/completions/memrestrict.bash $(FOR_BASH)
	install -D -m 644 memrestrict/completions/_memrestrict $(FOR_ZSH)
	install -D -m 644 memrestrict/completions/memrestrict.fish $(FOR_FISH)
	install -D -m 644 libmemrestrict/memrestrict.pc.in $(FOR_PKGCONFIG)
	install -D -m 644 libmemrestrict/memrestrict-config.cmake.in $(FOR_CMAKE)
	install -D -m 644 libmemrestrict/memrestrict-config-version.cmake.in $(CMAKE_VERSION)
	sed $(ALL_PUT) libmemrestrict/memrestrict.pc.in >$(FOR_PKGCONFIG)
	sed $(ALL_PUT) libmemrestrict/memrestrict-config.cmake.in >$(FOR_CMAKE)
	sed $(ALL_PUT) libmemrestrict/memrestrict-config-version.cmake.in >$(CMAKE_VERSION)

uninstall-data:
	rm -f $(MAN1) $(MAN1_JUDGE) $(MAN3) $(MAN7) $(FOR_BASH) $(FOR_ZSH) $(FOR_FISH) $(FOR_PKGCONFIG) $(FOR_CMAKE) $(CMAKE_VERSION)

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

.PHONY: unit driver victims examples bench-programs fuzz command-tests formats
unit: $(BUILD)/tests/unit
driver: $(BUILD)/tests/driver
victims: $(VICTIMS)
examples: $(EXAMPLES)

HARNESS := tests/harness/harness.c
CHECK_FLAGS += -Itests/harness
# Test programs are made of objects of their own: $(call test_program,NAME,SOURCES,FLAGS) compiles
# each source below BUILD/objects/NAME.
test_objects = $(patsubst %.c,$(BUILD)/objects/$1/%.o,$2)
define test_program
$(BUILD)/objects/$1/%.o: %.c Makefile | $(BUILD)/uthash
	@mkdir -p $$(@D)
	$$(CC) $$(STD) $$(WARN) $$(NOTE_HEADERS) $3 $$(CPPFLAGS) $$(CHECK_FLAGS) -pthread $$(CFLAGS) -c $$< -o $$@
TEST_OBJECTS += $(call test_objects,$1,$2)
$(BUILD)/tests/$1: $(call test_objects,$1,$2)
endef
FORMATS_SOURCES := $(sort $(wildcard tests/formats/*.c))
COMMAND_TESTS := $(sort $(wildcard tests/command/*.c))
$(eval $(call test_program,unit,$(HARNESS) $(UNIT_SOURCES) $(CORE),$$(INC) -fPIE))
$(eval $(call test_program,driver,$(HARNESS) $(DRIVER_SOURCES),$$(INC)))
$(eval $(call test_program,command,$(HARNESS) $(COMMAND_TESTS),$$(INC)))
$(eval $(call test_program,formats,$(HARNESS) $(FORMATS_SOURCES),$$(COMMAND_INC)))
$(addprefix $(BUILD)/tests/,unit driver command):
	@mkdir -p $(@D)
	$(CC) -pthread $(CFLAGS) $(LDFLAGS) $^ $(CHECK_LIBS) -o $@

command-tests: $(BUILD)/tests/command

# speedscope's own importer reads our files in a test, which is skipped where npm cannot bring it.
.PHONY: speedscope
speedscope:
	@[ -d $(BUILD)/npm/node_modules/speedscope ] || ! command -v npm >/dev/null || \
	  timeout 300 npm install --silent --no-audit --no-fund --fetch-retries=1 --prefix $(BUILD)/npm speedscope@1.25.0 >/dev/null 2>&1 || true

# What the command makes of an outcome, without running one.
formats: $(BUILD)/tests/formats
# Its tests can let the command's allocations fail (tests/formats/test_memory.c).
SHORT_OF_MEMORY := $(foreach name,malloc calloc realloc strdup,-Wl,--wrap=$(name))
$(BUILD)/tests/formats: $(filter-out %/main.o,$(COMMAND_OBJECTS))
	@mkdir -p $(@D)
	$(CC) -pthread $(CFLAGS) $(LDFLAGS) $(SHORT_OF_MEMORY) $^ $(CHECK_LIBS) \
	  $(shell pkg-config --libs $(COMMAND_PACKAGES)) -lm -o $@

# Victims test the calls as they are written: the compiler must not drop or fuse allocations.
$(BUILD)/victims/%: tests/victims/%.c $(wildcard tests/victims/*.h) include/memrestrict.h
	@mkdir -p $(@D)
	$(CC) $(STD) -Wall -Wextra $(INC) $(CPPFLAGS) -O1 -g -fno-builtin -pthread $(VICTIM_FLAGS) $< -o $@ -ldl $(VICTIM_LIBS)
$(BUILD)/victims/%: tests/victims/%.cc $(wildcard tests/victims/*.h) include/memrestrict.h
	@mkdir -p $(@D)
	$(CXX) -std=gnu++17 -Wall -Wextra $(INC) $(CPPFLAGS) -O1 -g -fno-builtin -pthread $(VICTIM_FLAGS) $< -o $@ -ldl
# Some write into the memory of a run, by its own headers.
$(filter $(BUILD)/victims/hostile_% $(BUILD)/victims/outside_%,$(VICTIMS)): $(wildcard libmemrestrict/common/*.h)
# An executable whose own malloc beats the preload's must export it.
$(BUILD)/victims/own_malloc $(BUILD)/victims/front_wraps_the_heap $(BUILD)/victims/front_owns_the_heap_and_wraps_the_rest: VICTIM_FLAGS += -rdynamic
$(BUILD)/victims/process_address_of_malloc_is_no_owner: VICTIM_FLAGS += -no-pie -fno-pie

$(BUILD)/examples/%: examples/%.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE -Wall -Wextra $(CPPFLAGS) -O2 -g -pthread $< -o $@

BENCH := $(patsubst bench/%.c,$(BUILD)/bench/%,$(filter-out bench/forward.c,$(wildcard bench/*.c)))
bench-programs: $(BENCH) $(BUILD)/bench/forward.so
$(BUILD)/bench/forward.so: bench/forward.c
	@mkdir -p $(@D)
	$(CC) $(STD) $(WARN) $(CPPFLAGS) $(LIB_FLAGS) -O2 -shared $< -o $@ -ldl
$(BUILD)/bench/%: bench/%.c $(wildcard bench/*.h) include/memrestrict.h
	@mkdir -p $(@D)
	$(CC) $(STD) -Wall -Wextra -Iinclude $(CPPFLAGS) -O2 -fno-builtin -pthread $< -o $@ -ldl

# MEMRESTRICT_DEBUG: functions that need a lock stop where it is not held (lock.h).
FUZZ := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/*.c))
fuzz: $(FUZZ)
FUZZ_FLAGS := $(STD) $(INC) -DMEMRESTRICT_DEBUG -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
FUZZ_CORE := $(call test_objects,fuzz,$(CORE))
$(BUILD)/objects/fuzz/%.o: %.c Makefile
	@mkdir -p $(@D)
	clang $(FUZZ_FLAGS) $(NOTE_HEADERS) -c $< -o $@
# The command's readers of files, and what writes what they read.
FUZZ_COMMAND := $(call test_objects,fuzz_command,tests/fuzz/fuzz_command.c $(filter-out %/main.c,$(COMMAND_SOURCES)) $(COMMAND_CORE))
$(BUILD)/objects/fuzz_command/%.o: %.c Makefile | $(BUILD)/packages
	@mkdir -p $(@D)
	clang $(STD) $(COMMAND_INC) $(NOTE_HEADERS) $(CPPFLAGS) $(COMMAND_FLAGS) $(shell pkg-config --cflags $(COMMAND_PACKAGES)) -O1 -g \
	  -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -c $< -o $@
$(BUILD)/fuzz/fuzz_command: $(FUZZ_COMMAND)
	@mkdir -p $(@D)
	clang -fsanitize=fuzzer,address,undefined $^ $(shell pkg-config --libs $(COMMAND_PACKAGES)) -lm -o $@
$(BUILD)/fuzz/%: $(BUILD)/objects/fuzz/tests/fuzz/%.o $(FUZZ_CORE)
	@mkdir -p $(@D)
	clang $(FUZZ_FLAGS) $^ -o $@
.SECONDARY: $(call test_objects,fuzz,$(wildcard tests/fuzz/*.c))

-include $(patsubst %.o,%.d,$(sort $(LIB_OBJECTS) $(COMMAND_OBJECTS) $(TEST_OBJECTS) $(FUZZ_CORE) $(FUZZ_COMMAND)))
