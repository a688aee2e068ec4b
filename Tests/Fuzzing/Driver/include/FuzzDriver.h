#ifndef FUZZ_DRIVER_H
#define FUZZ_DRIVER_H

#include <stddef.h>
#include <stdint.h>

typedef int (*fuzz_target)(const uint8_t *data, size_t size);

/// Calls `target` with inputs that libFuzzer makes, as the arguments say, until it is told to end or something goes wrong.
int fuzz_run(int argc, char **argv, fuzz_target target);

#endif
