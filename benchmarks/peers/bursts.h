// SPDX-License-Identifier: Apache-2.0
// How the C peers are timed: the least of 30 bursts of 20 ms, by the clock on the wall and by the processor's time.
#include <time.h>

enum { BURSTS = 30 };
static const double BURST_NANOS = 20e6;

// What ran on this core besides makes the processor's time shorter than the clock's, and the wall times too long; so both are
// reported, and their share.
typedef struct {
  double wall, processor;
} times;

static times total;

static double read_clock(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static times since(times start) {
  return (times){read_clock(CLOCK_MONOTONIC) - start.wall, read_clock(CLOCK_PROCESS_CPUTIME_ID) - start.processor};
}

// Keeps the least of a burst's two times per operation: whatever else runs on the machine only ever adds.
static void keep_least(times *least, times burst, long operations) {
  total.wall += burst.wall;
  total.processor += burst.processor;
  if (least->wall == 0 || burst.wall / operations < least->wall) least->wall = burst.wall / operations;
  if (least->processor == 0 || burst.processor / operations < least->processor) least->processor = burst.processor / operations;
}
