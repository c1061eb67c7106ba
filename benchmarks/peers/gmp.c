// SPDX-License-Identifier: Apache-2.0
// What one modular multiplication costs in GMP: mpz_mul and mpz_mod on residues of 2048 and of 4096 bits, one thread.
#include <gmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

// Many operands, so that neither values nor branches repeat from one operation to the next; few enough to stay in the
// second-level cache.
enum { OPERANDS = 64, BURSTS = 30 };
static const double BURST_NANOS = 20e6;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static double nanos_per_mod_mul(unsigned bits, gmp_randstate_t random) {
  mpz_t modulus, product, residue, a[OPERANDS], b[OPERANDS];
  mpz_inits(modulus, product, residue, NULL);
  mpz_urandomb(modulus, random, bits);
  // Full length and odd, as n^2 is.
  mpz_setbit(modulus, bits - 1);
  mpz_setbit(modulus, 0);
  for (int i = 0; i < OPERANDS; i++) {
    mpz_inits(a[i], b[i], NULL);
    mpz_urandomm(a[i], random, modulus);
    mpz_urandomm(b[i], random, modulus);
  }

  double least = 0;
  for (int burst = 0; burst < BURSTS; burst++) {
    long operations = 0;
    double start = now(), elapsed;
    do {
      for (int i = 0; i < OPERANDS; i++) {
        mpz_mul(product, a[i], b[i]);
        mpz_mod(residue, product, modulus);
      }
      operations += OPERANDS;
      elapsed = now() - start;
    } while (elapsed < BURST_NANOS);
    double nanos = elapsed / operations;
    // The minimum: whatever else runs on the machine only ever adds.
    if (burst == 0 || nanos < least) least = nanos;
  }

  mpz_clears(modulus, product, residue, NULL);
  for (int i = 0; i < OPERANDS; i++) mpz_clears(a[i], b[i], NULL);
  return least;
}

int main(void) {
  gmp_randstate_t random;
  gmp_randinit_mt(random);
  gmp_randseed_ui(random, (unsigned long)time(NULL));
  double at2048 = nanos_per_mod_mul(2048, random);
  double at4096 = nanos_per_mod_mul(4096, random);
  printf("{\"peer\": \"GMP %s\", \"nanos\": {\"modMul2048\": %.1f, \"modMul4096\": %.1f}}\n", gmp_version, at2048, at4096);
  gmp_randclear(random);
  return EXIT_SUCCESS;
}
