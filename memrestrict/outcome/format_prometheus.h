/* SPDX-License-Identifier: MIT
 *
 * The outcome as a text file for Prometheus (the textfile collector of node_exporter): one series a
 * program of the run, processes of the same name taken together, and no timestamps.
 */
#ifndef MEMRESTRICT_FORMAT_PROMETHEUS_H
#define MEMRESTRICT_FORMAT_PROMETHEUS_H

#include "outcome/outcome.h"

#include <stdbool.h>
#include <stdio.h>

/* Writes and flushes; the file stays open. False: with errno, it could not be written. */
bool format_prometheus(FILE *file, const struct outcome *outcome);

#endif
