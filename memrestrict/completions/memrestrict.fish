# SPDX-License-Identifier: MIT
# fish completion for memrestrict(1).

# Prints the program and its arguments, NUL between; false if none has been typed.
function __memrestrict_rest
    set -l tokens (commandline -opc) (commandline -ct)
    set -e tokens[1]
    if contains -- "$tokens[1]" run min sweep layout judge
        set -e tokens[1]
    end
    set -l options l/limit= scope= engine= L/tree-limit= r/reserve= c/count= p/program= no-follow a/on-refusal= f/fault=
    set -a options t/time= k/kill-after= e/error-exitcode= o/output= report= json= junit= tap=
    set -a options prometheus= 'sites=?' massif= collapsed= speedscope= timeline= layout= interval= color=
    set -a options site-list= leaks
    set -a options step= compare= test= expect= j/jobs= n/repeat= budget-file= tolerance= update
    set -a options mode= depth= only= max= fork journal= keep= shard= baseline= update-baseline suppress= fail-on= sarif=
    set -a options at= check heap-room= all svg= 'watch=?'
    set -a options wall= output-limit= processes= stack= policy= read= batch= checker=
    set -a options lenient no-subreaper q/quiet v/verbose h/help usage V/version
    argparse -s $options -- $tokens 2>/dev/null
    or return
    if test (count $argv) -gt 0; and not string match -q -- '-*' $argv[1]
        string join0 -- $argv
        return 0
    end
    return 1
end

# Are we before the second word of the program?
function __memrestrict_options_end
    set -l rest (__memrestrict_rest | string split0)
    test (count $rest) -gt 1
end

function __memrestrict_subcommand
    set -l tokens (commandline -opc)
    test (count $tokens) -gt 1; and contains -- $tokens[2] $argv
end

set -g __memrestrict_others merge ps top set snapshot reset-peak explain plot help

function __memrestrict_subcommands
    printf '%s\t%s\n' \
        run 'Run a program with a budget' \
        sweep 'Find what cannot take a failed allocation' \
        merge 'Put the parts of a sweep together' \
        min 'The smallest budget that is enough' \
        attach 'Limit a process that runs' \
        ps 'Processes of running commands' \
        top 'The same, live' \
        set 'Give a process another limit' \
        snapshot 'Call sites as they are now' \
        reset-peak 'Let the peak start again' \
        explain 'What limits a program' \
        plot 'Draw a timeline' \
        layout 'See an address space, and what is wrong with it' \
        judge 'A verdict on a submission' \
        help 'Print help'
end

function __memrestrict_in_run
    not __memrestrict_subcommand min sweep attach layout judge $__memrestrict_others; and not __memrestrict_options_end
end

function __memrestrict_in_min
    __memrestrict_subcommand min; and not __memrestrict_options_end
end

function __memrestrict_in_layout
    __memrestrict_subcommand layout; and not __memrestrict_options_end
end

function __memrestrict_in_judge
    __memrestrict_subcommand judge; and not __memrestrict_options_end
end

function __memrestrict_in_sweep
    __memrestrict_subcommand sweep; and not __memrestrict_options_end
end

function __memrestrict_in_findings
    __memrestrict_in_sweep; or __memrestrict_subcommand merge
end

function __memrestrict_in_program
    not __memrestrict_subcommand attach $__memrestrict_others; and __memrestrict_options_end
end

function __memrestrict_program
    __fish_complete_subcommand --commandline (__memrestrict_rest | string split0)
end

function __memrestrict_pids
    command -q memrestrict; and memrestrict ps 2>/dev/null | string match -rg '^ *([0-9]+)'
end

complete -c memrestrict -f
complete -c memrestrict -n __memrestrict_in_program -a '(__memrestrict_program)'
complete -c memrestrict -n __memrestrict_in_run -k -a '(__fish_complete_command)'
complete -c memrestrict -n __memrestrict_in_min -k -a '(__fish_complete_command)'
complete -c memrestrict -n __memrestrict_in_sweep -k -a '(__fish_complete_command)'
complete -c memrestrict -n __memrestrict_in_layout -k -a '(__fish_complete_command)'
complete -c memrestrict -n __memrestrict_in_judge -k -a '(__fish_complete_command)'
complete -c memrestrict -n 'test (count (commandline -opc)) = 1' -k -a '(__memrestrict_subcommands)'

complete -c memrestrict -n __memrestrict_in_run -s l -l limit -x -a '1M 16M 64M 256M 1G unlimited' -d 'The budget of each process'
complete -c memrestrict -n __memrestrict_in_run -l scope -x -a 'process tree' -d 'What the limit limits'
complete -c memrestrict -n __memrestrict_in_run -l engine -x -a 'auto preload ptrace rlimit cgroup' -d 'What limits it'
complete -c memrestrict -n __memrestrict_in_run -s L -l tree-limit -x -a '1M 16M 64M 256M 1G unlimited' -d 'A budget of all together'
complete -c memrestrict -n __memrestrict_in_run -s r -l reserve -x -a '64K 1M' -d 'A grace beyond the limit'
complete -c memrestrict -n __memrestrict_in_run -s c -l count -x -a 'heap regions stacks heap,regions heap,regions,stacks' -d 'What is charged'
complete -c memrestrict -n __memrestrict_in_run -s p -l program -x -a '(__fish_complete_command)' -d 'Limit only these programs'
complete -c memrestrict -n __memrestrict_in_run -l no-follow -d 'Not into programs started with an empty environment'
complete -c memrestrict -n __memrestrict_in_run -s a -l on-refusal -x -a 'errno abort stop warn' -d 'What a refusal does'
complete -c memrestrict -n __memrestrict_in_run -s f -l fault -x -a 'nth=1 call=malloc,nth=1 p=0.01 once' -d 'Let calls fail as planned'
complete -c memrestrict -n __memrestrict_in_run -s t -l time -x -a '1s 10s 1m 10m 1h' -d 'End the program after this time'
complete -c memrestrict -n __memrestrict_in_run -s k -l kill-after -x -a '1s 5s 10s' -d 'Kill it this long after that'
complete -c memrestrict -n __memrestrict_in_run -s e -l error-exitcode -x -d 'Exit status if anything was refused'
complete -c memrestrict -n __memrestrict_in_run -l lenient -d 'What was not limited is no failure'
complete -c memrestrict -n __memrestrict_in_run -l no-subreaper -d 'Processes whose parent ended go to init'
complete -c memrestrict -n __memrestrict_in_run -s o -l output -r -F -d 'Write the verdict there'
complete -c memrestrict -n __memrestrict_in_run -l report -r -F -d 'Where each process writes its summary'
complete -c memrestrict -n __memrestrict_in_run -l json -r -F -d 'The outcome as JSON'
complete -c memrestrict -n __memrestrict_in_run -l junit -r -F -d 'The outcome as JUnit XML'
complete -c memrestrict -n __memrestrict_in_run -l tap -r -F -d 'The outcome as TAP'
complete -c memrestrict -n __memrestrict_in_run -l prometheus -r -F -d 'The outcome as metrics'
complete -c memrestrict -n __memrestrict_in_run -l sites -d 'Collect call sites'
complete -c memrestrict -n __memrestrict_in_run -l leaks -d 'Print what nothing points to at the end'
complete -c memrestrict -n __memrestrict_in_run -l suppress -r -F -d 'What it names is no leak'
complete -c memrestrict -n __memrestrict_in_run -l massif -r -F -d 'Call sites for ms_print'
complete -c memrestrict -n __memrestrict_in_run -l collapsed -r -F -d 'Call sites as collapsed stacks'
complete -c memrestrict -n __memrestrict_in_run -l speedscope -r -F -d 'Call sites for speedscope'
complete -c memrestrict -n __memrestrict_in_run -l site-list -r -F -d 'Call sites and crashes as JSON'
complete -c memrestrict -n __memrestrict_in_run -l timeline -r -F -d 'Bytes in use over time, as CSV'
complete -c memrestrict -n __memrestrict_in_run -l layout -r -F -d 'The address space at the first refusal'
complete -c memrestrict -n __memrestrict_in_run -l interval -x -a '1ms 10ms 100ms 1s' -d 'Time between rows of the timeline'
complete -c memrestrict -n __memrestrict_in_run -l color -x -a 'auto always never' -d Colours
complete -c memrestrict -n __memrestrict_in_run -s q -l quiet -d 'No verdict'
complete -c memrestrict -n __memrestrict_in_run -s v -l verbose -d 'The verdict and a table, always'
complete -c memrestrict -n __memrestrict_in_run -s h -l help -d 'Print help'
complete -c memrestrict -n __memrestrict_in_run -l usage -d 'Print a short help'
complete -c memrestrict -n __memrestrict_in_run -s V -l version -d 'Print the version'

complete -c memrestrict -n __memrestrict_in_min -l scope -x -a 'process tree' -d 'What the budget is of'
complete -c memrestrict -n __memrestrict_in_min -l engine -x -a 'auto preload ptrace rlimit cgroup' -d 'What limits it'
complete -c memrestrict -n __memrestrict_in_min -l step -x -a '4K 64K 1M' -d 'Be content with multiples of this'
complete -c memrestrict -n __memrestrict_in_min -s c -l count -x -a 'heap regions stacks heap,regions heap,regions,stacks' -d 'What is charged'
complete -c memrestrict -n __memrestrict_in_min -s p -l program -x -a '(__fish_complete_command)' -d 'Limit only these programs'
complete -c memrestrict -n __memrestrict_in_min -l compare -x -a 'status stdout both' -d 'What has to be the same'
complete -c memrestrict -n __memrestrict_in_min -l test -x -d 'A shell command that decides'
complete -c memrestrict -n __memrestrict_in_min -l expect -x -d 'Exit status of a success'
complete -c memrestrict -n __memrestrict_in_min -s t -l time -x -a '1s 10s 1m 10m 1h' -d 'What longer takes is no success'
complete -c memrestrict -n __memrestrict_in_min -s j -l jobs -x -a '1 2 4 8' -d 'Run so many at a time'
complete -c memrestrict -n __memrestrict_in_min -s n -l repeat -x -a '1 3 10' -d 'Run the answer so often again'
complete -c memrestrict -n __memrestrict_in_min -l budget-file -r -F -d 'A file that keeps needs'
complete -c memrestrict -n __memrestrict_in_min -l tolerance -x -a '1% 5% 10%' -d 'How much more is allowed'
complete -c memrestrict -n __memrestrict_in_min -l update -d 'Write the need into that file'
complete -c memrestrict -n __memrestrict_in_min -l json -r -F -d 'All that was found as JSON'
complete -c memrestrict -n __memrestrict_in_min -l junit -r -F -d 'As JUnit XML'
complete -c memrestrict -n __memrestrict_in_min -s q -l quiet -d 'The number alone'
complete -c memrestrict -n __memrestrict_in_min -s v -l verbose -d 'Each budget that was tried'
complete -c memrestrict -n __memrestrict_in_min -s h -l help -d 'Print help'
complete -c memrestrict -n __memrestrict_in_min -l usage -d 'Print a short help'

complete -c memrestrict -n __memrestrict_in_sweep -l mode -x -a 'once keep rest both all' -d 'How often a call site fails'
complete -c memrestrict -n __memrestrict_in_sweep -l depth -x -a '4 8 16 32' -d 'Frames that tell call sites apart'
complete -c memrestrict -n __memrestrict_in_sweep -s p -l program -x -a '(__fish_complete_command)' -d 'Only in these programs'
complete -c memrestrict -n __memrestrict_in_sweep -l only -x -a 'lib= caller= call= thread=main arm=main' -d 'Further words of each fault plan'
complete -c memrestrict -n __memrestrict_in_sweep -l max -x -a '10 100 1000' -d 'Trials at most'
complete -c memrestrict -n __memrestrict_in_sweep -l for -x -a '1m 10m 1h' -d 'Begin no trial after that'
complete -c memrestrict -n __memrestrict_in_sweep -l fork -d 'All in one run'
complete -c memrestrict -n __memrestrict_in_sweep -s j -l jobs -x -a '1 2 4 8' -d 'Run so many at a time'
complete -c memrestrict -n __memrestrict_in_sweep -s t -l time -x -a '1s 10s 1m 10m 1h' -d 'What a trial may take'
complete -c memrestrict -n __memrestrict_in_sweep -s l -l limit -x -a '1M 16M 64M 256M 1G unlimited' -d 'A budget of each process'
complete -c memrestrict -n __memrestrict_in_sweep -l sandbox -d 'All is read-only but the working directory'
complete -c memrestrict -n __memrestrict_in_sweep -l no-sandbox -d 'It can change what its user can'
complete -c memrestrict -n __memrestrict_in_sweep -l files -d 'Files that it writes are compared'
complete -c memrestrict -n __memrestrict_in_sweep -l no-files -d 'It writes to the working directory itself'
complete -c memrestrict -n __memrestrict_in_sweep -l journal -r -F -d 'Note each trial there'
complete -c memrestrict -n __memrestrict_in_sweep -l keep -r -F -d 'Keep what findings print'
complete -c memrestrict -n __memrestrict_in_sweep -l shard -x -a '1/2 1/4' -d 'One part of several'

complete -c memrestrict -n __memrestrict_in_findings -l baseline -r -F -d 'Findings that are known'
complete -c memrestrict -n __memrestrict_in_findings -l update-baseline -d 'Write all findings there'
complete -c memrestrict -n __memrestrict_in_findings -l suppress -r -F -d 'Leave out what it names'
complete -c memrestrict -n __memrestrict_in_findings -l fail-on -x -a 'abort leak swallowed hang crash corruption' -d 'The least harm to fail for'
complete -c memrestrict -n __memrestrict_in_findings -l json -r -F -d 'Findings and trials as JSON'
complete -c memrestrict -n __memrestrict_in_findings -l junit -r -F -d 'As JUnit XML'
complete -c memrestrict -n __memrestrict_in_findings -l tap -r -F -d 'As TAP'
complete -c memrestrict -n __memrestrict_in_findings -l sarif -r -F -d 'As SARIF'
complete -c memrestrict -n __memrestrict_in_findings -l bug-reports -x -a '(__fish_complete_directories)' -d 'A file in Markdown of each finding'
complete -c memrestrict -n __memrestrict_in_findings -l color -x -a 'auto always never' -d Colours
complete -c memrestrict -n __memrestrict_in_findings -s q -l quiet -d 'The last line alone'
complete -c memrestrict -n __memrestrict_in_findings -s v -l verbose -d 'Each trial, and call stacks'
complete -c memrestrict -n __memrestrict_in_findings -s h -l help -d 'Print help'
complete -c memrestrict -n __memrestrict_in_findings -l usage -d 'Print a short help'
complete -c memrestrict -n '__memrestrict_subcommand merge' -F

complete -c memrestrict -n __memrestrict_in_layout -l at -x -a 'start main exit refusal peak' -d 'When to look'
complete -c memrestrict -n __memrestrict_in_layout -s l -l limit -x -a '1M 16M 64M 256M 1G unlimited' -d 'Give it a budget'
complete -c memrestrict -n __memrestrict_in_layout -l check -d 'Exit with 1 if there is a fault'
complete -c memrestrict -n __memrestrict_in_layout -l heap-room -x -a '1M 16M 64M' -d 'What the heap needs above it'
complete -c memrestrict -n __memrestrict_in_layout -l all -d 'Each mapping in a row of its own'
complete -c memrestrict -n __memrestrict_in_layout -s q -l quiet -d 'The faults alone'
complete -c memrestrict -n __memrestrict_in_layout -l svg -r -F -d 'The picture'
complete -c memrestrict -n __memrestrict_in_layout -l json -r -F -d 'Mappings and faults'
complete -c memrestrict -n __memrestrict_in_layout -l watch -d 'Look again and again'
complete -c memrestrict -n __memrestrict_in_layout -l color -x -a 'auto always never' -d Colours
complete -c memrestrict -n __memrestrict_in_layout -s h -l help -d 'Print help'
complete -c memrestrict -n __memrestrict_in_layout -l usage -d 'Print a short help'
complete -c memrestrict -n __memrestrict_in_layout -a '(__memrestrict_pids)'

complete -c memrestrict -n '__memrestrict_subcommand attach' -s l -l limit -x -a '1M 16M 64M 256M 1G' -d 'What it may have'
complete -c memrestrict -n '__memrestrict_subcommand attach' -l tree -d 'Its descendants too'
complete -c memrestrict -n '__memrestrict_subcommand attach' -l scope -x -a 'process tree' -d 'What the limit limits'
complete -c memrestrict -n '__memrestrict_subcommand attach' -s L -l tree-limit -x -a '1M 16M 64M 256M 1G' -d 'A budget of all together'
complete -c memrestrict -n '__memrestrict_subcommand attach' -s r -l reserve -x -a '64K 1M' -d 'A grace beyond the limit'
complete -c memrestrict -n '__memrestrict_subcommand attach' -s c -l count -x -a 'heap regions stacks heap,regions heap,regions,stacks' -d 'What is charged'
complete -c memrestrict -n '__memrestrict_subcommand attach' -s t -l time -x -a '1s 10s 1m' -d 'Leave it after this'
complete -c memrestrict -n '__memrestrict_subcommand attach' -s e -l error-exitcode -x -a 1 -d 'Status if anything was refused'
complete -c memrestrict -n '__memrestrict_subcommand attach' -l lenient -d 'What was not limited is no failure'
complete -c memrestrict -n '__memrestrict_subcommand attach' -s o -l output -r -F -d 'The verdict'
complete -c memrestrict -n '__memrestrict_subcommand attach' -l json -r -F -d 'The outcome as JSON'
complete -c memrestrict -n '__memrestrict_subcommand attach' -l junit -r -F -d 'As JUnit XML'
complete -c memrestrict -n '__memrestrict_subcommand attach' -l tap -r -F -d 'As TAP'
complete -c memrestrict -n '__memrestrict_subcommand attach' -l prometheus -r -F -d 'As metrics'
complete -c memrestrict -n '__memrestrict_subcommand attach' -l color -x -a 'auto always never' -d Colours
complete -c memrestrict -n '__memrestrict_subcommand attach' -s q -l quiet -d 'No verdict'
complete -c memrestrict -n '__memrestrict_subcommand attach' -s v -l verbose -d 'A table of processes in any case'
complete -c memrestrict -n '__memrestrict_subcommand attach' -s h -l help -d 'Print help'
complete -c memrestrict -n '__memrestrict_subcommand attach' -l usage -d 'Print a short help'
complete -c memrestrict -n '__memrestrict_subcommand attach' -a '(__fish_complete_pids)'

complete -c memrestrict -n __memrestrict_in_judge -s l -l limit -x -a '1M 16M 64M 256M 1G' -d 'Memory of all its processes'
complete -c memrestrict -n __memrestrict_in_judge -l time -x -a '1s 10s' -d 'Processor time'
complete -c memrestrict -n __memrestrict_in_judge -l wall -x -a '3s 30s' -d 'Time that passes'
complete -c memrestrict -n __memrestrict_in_judge -l output-limit -x -a '1M 16M' -d 'What it writes'
complete -c memrestrict -n __memrestrict_in_judge -l processes -x -a '1 10 100' -d 'At a time'
complete -c memrestrict -n __memrestrict_in_judge -l stack -x -a '8M 64M 256M' -d 'The main stack'
complete -c memrestrict -n __memrestrict_in_judge -l policy -r -F -a 'compute none' -d 'What it may call'
complete -c memrestrict -n __memrestrict_in_judge -l read -r -F -d 'What it may read'
complete -c memrestrict -n __memrestrict_in_judge -l json -r -F -d 'The verdict'
complete -c memrestrict -n __memrestrict_in_judge -l batch -r -F -d 'All tests in a folder'
complete -c memrestrict -n __memrestrict_in_judge -l checker -x -d 'Is an answer right?'
complete -c memrestrict -n __memrestrict_in_judge -s j -l jobs -x -a '1 2 4 8' -d 'Tests at a time'
complete -c memrestrict -n __memrestrict_in_judge -s h -l help -d 'Print help'
complete -c memrestrict -n __memrestrict_in_judge -l usage -d 'Print a short help'

complete -c memrestrict -n '__memrestrict_subcommand ps' -l json -d 'As JSON'
complete -c memrestrict -n '__memrestrict_subcommand top' -l interval -x -a '1s 5s' -d 'Time between views'
complete -c memrestrict -n '__memrestrict_subcommand ps set snapshot reset-peak' -a '(__memrestrict_pids)'
complete -c memrestrict -n '__memrestrict_subcommand plot' -s o -l output -r -F -d Picture
complete -c memrestrict -n '__memrestrict_subcommand plot' -F
complete -c memrestrict -n '__memrestrict_subcommand help' -a 'env run sweep merge min attach ps top set snapshot reset-peak explain plot layout judge'
complete -c memrestrict -n '__memrestrict_subcommand ps top set snapshot reset-peak explain plot' -l help -d 'Print help'
complete -c memrestrict -n '__memrestrict_subcommand ps top set snapshot reset-peak explain plot' -l usage -d 'Print a short help'
