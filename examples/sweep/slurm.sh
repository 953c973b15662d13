#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A sweep as a job array of Slurm: each task does one part and keeps a journal, and a last job puts
# them together, when all have ended. To be run in a folder that all nodes see:
#
#     examples/sweep/slurm.sh 4 ./test --quick
#
# What was stopped goes on where it was when this is run again. The findings are in sweep-JOB.txt, and
# the last job ends as merge does. INPUT names a file for standard input; SBATCH further options of
# sbatch, such as --partition=short, and MERGE those of merge.
set -eu
parts=$1
shift
export INPUT="${INPUT:-/dev/null}"
mkdir -p sweep-journals

# shellcheck disable=SC2086 # several options
array=$(sbatch --parsable --array="1-$parts" --job-name=sweep \
    --output='sweep-journals/log-%a' ${SBATCH-} /dev/stdin "$@" <<'END'
#!/bin/sh
# Findings are no failure of a part: that is for merge to say.
part=$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT
memrestrict sweep --quiet --jobs="${SLURM_CPUS_PER_TASK:-1}" --shard="$part" \
    --journal="sweep-journals/part-${part%/*}" -- "$@" <"$INPUT" || [ $? -le 3 ]
END
)
# shellcheck disable=SC2086
sbatch --dependency="afterany:$array" --job-name=merge --output='sweep-%j.txt' ${SBATCH-} /dev/stdin <<END
#!/bin/sh
memrestrict merge ${MERGE-} sweep-journals/part-*
END
