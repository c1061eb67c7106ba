// SPDX-License-Identifier: Apache-2.0
// What one modular multiplication costs in GMP: mpz_mul and mpz_mod on residues of 2048 and of 4096 bits, one thread.
#include <gmp.h>
#include <stdio.h>
#include <stdlib.h>

#include "bursts.h"

// Many operands, so that neither values nor branches repeat from one operation to the next; few enough to stay in the
// second-level cache.
enum { OPERANDS = 64 };

static times nanos_per_mod_mul(unsigned bits, gmp_randstate_t random) {
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

  times least = {0, 0};
  for (int burst = 0; burst < BURSTS; burst++) {
    long operations = 0;
    times start = since((times){0, 0}), elapsed;
    do {
      for (int i = 0; i < OPERANDS; i++) {
        mpz_mul(product, a[i], b[i]);
        mpz_mod(residue, product, modulus);
      }
      operations += OPERANDS;
      elapsed = since(start);
    } while (elapsed.wall < BURST_NANOS);
    keep_least(&least, elapsed, operations);
  }

  mpz_clears(modulus, product, residue, NULL);
  for (int i = 0; i < OPERANDS; i++) mpz_clears(a[i], b[i], NULL);
  return least;
}

int main(void) {
  gmp_randstate_t random;
  gmp_randinit_mt(random);
  gmp_randseed_ui(random, (unsigned long)time(NULL));
  times at2048 = nanos_per_mod_mul(2048, random);
  times at4096 = nanos_per_mod_mul(4096, random);
  gmp_randclear(random);
  printf("{\"peer\": \"GMP %s\", \"nanos\": {\"modMul2048\": %.1f, \"modMul4096\": %.1f}, ", gmp_version, at2048.wall, at4096.wall);
  printf("\"processor\": {\"nanos\": {\"modMul2048\": %.1f, \"modMul4096\": %.1f}}, ", at2048.processor, at4096.processor);
  printf("\"processorShare\": %.3f}\n", total.processor / total.wall);
  return EXIT_SUCCESS;
}
