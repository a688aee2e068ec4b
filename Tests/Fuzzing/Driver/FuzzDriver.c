#include "FuzzDriver.h"

// Of libFuzzer's runtime, which has no header of its own.
extern int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));

int fuzz_run(int argc, char **argv, fuzz_target target) { return LLVMFuzzerRunDriver(&argc, &argv, target); }
