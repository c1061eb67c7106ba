// SPDX-License-Identifier: Apache-2.0
// What one X25519 scalar multiplication costs in OpenSSL (x25519 openssl) or in libsodium (x25519 sodium), one thread.
// Compiled with WITH_OPENSSL and WITH_SODIUM as far as the headers are there; the other peer then says that it was not measured.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(WITH_OPENSSL) || defined(WITH_SODIUM)
#include "bursts.h"

// RFC 7748, section 6.1. Both peers run the same steps for any scalar and point, so one vector serves for check and for timing.
static const unsigned char SCALAR[32] = {0x77, 0x07, 0x6d, 0x0a, 0x73, 0x18, 0xa5, 0x7d, 0x3c, 0x16, 0xc1,
                                         0x72, 0x51, 0xb2, 0x66, 0x45, 0xdf, 0x4c, 0x2f, 0x87, 0xeb, 0xc0,
                                         0x99, 0x2a, 0xb1, 0x77, 0xfb, 0xa5, 0x1d, 0xb9, 0x2c, 0x2a};
static const unsigned char POINT[32] = {0xde, 0x9e, 0xdb, 0x7d, 0x7b, 0x7d, 0xc1, 0xb4, 0xd3, 0x5b, 0x61,
                                        0xc2, 0xec, 0xe4, 0x35, 0x37, 0x3f, 0x83, 0x43, 0xc8, 0x5b, 0x78,
                                        0x67, 0x4d, 0xad, 0xfc, 0x7e, 0x14, 0x6f, 0x88, 0x2b, 0x4f};
static const unsigned char PRODUCT[32] = {0x4a, 0x5d, 0x9d, 0x5b, 0xa4, 0xce, 0x2d, 0xe1, 0x72, 0x8e, 0x3b,
                                          0xf4, 0x80, 0x35, 0x0f, 0x25, 0xe0, 0x7e, 0x21, 0xc9, 0x47, 0xd1,
                                          0x9e, 0x33, 0x76, 0xf0, 0x9b, 0x3c, 0x1e, 0x16, 0x17, 0x42};

static void fail(const char *what) {
  fprintf(stderr, "x25519: %s\n", what);
  exit(EXIT_FAILURE);
}

// One scalar multiplication into the 32 bytes; the context is the peer's own, made once.
typedef void (*multiplication)(void *context, unsigned char product[32]);

static void report(const char *name, const char *version, multiplication multiply, void *context) {
  unsigned char product[32];
  multiply(context, product);
  if (memcmp(product, PRODUCT, sizeof product) != 0) fail("the product differs from RFC 7748's");
  times least = {0, 0};
  for (int burst = 0; burst < BURSTS; burst++) {
    long operations = 0;
    times start = since((times){0, 0}), elapsed;
    do {
      for (int i = 0; i < 16; i++) multiply(context, product);
      operations += 16;
      elapsed = since(start);
    } while (elapsed.wall < BURST_NANOS);
    keep_least(&least, elapsed, operations);
  }
  printf("{\"peer\": \"%s%s\", \"micros\": {\"x25519\": %.2f}, ", name, version, least.wall / 1000);
  printf("\"processor\": {\"micros\": {\"x25519\": %.2f}}, ", least.processor / 1000);
  printf("\"processorShare\": %.3f}\n", total.processor / total.wall);
}
#endif

static int not_measured(const char *name, const char *package) {
  printf("{\"peer\": \"%s\", \"notMeasured\": \"compiled without its headers: install %s, then run setup\"}\n", name, package);
  return EXIT_SUCCESS;
}

#ifdef WITH_OPENSSL
#include <openssl/crypto.h>
#include <openssl/evp.h>

static void openssl_multiply(void *context, unsigned char product[32]) {
  size_t length = 32;
  if (EVP_PKEY_derive(context, product, &length) != 1) fail("EVP_PKEY_derive failed");
}

static int measure_openssl(void) {
  // Keys, context and the check of the peer's key are made once: only the multiplication is repeated.
  EVP_PKEY *own = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, SCALAR, sizeof SCALAR);
  EVP_PKEY *peer = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, POINT, sizeof POINT);
  EVP_PKEY_CTX *context = own == NULL ? NULL : EVP_PKEY_CTX_new(own, NULL);
  if (context == NULL || peer == NULL || EVP_PKEY_derive_init(context) != 1 || EVP_PKEY_derive_set_peer(context, peer) != 1) {
    fail("OpenSSL makes no X25519 context");
  }
  // Its version string starts with its name.
  report("", OpenSSL_version(OPENSSL_VERSION), openssl_multiply, context);
  EVP_PKEY_CTX_free(context);
  EVP_PKEY_free(peer);
  EVP_PKEY_free(own);
  return EXIT_SUCCESS;
}
#else
static int measure_openssl(void) { return not_measured("OpenSSL", "libssl-dev"); }
#endif

#ifdef WITH_SODIUM
#include <sodium.h>

static void sodium_multiply(void *context, unsigned char product[32]) {
  (void)context;
  if (crypto_scalarmult_curve25519(product, SCALAR, POINT) != 0) fail("crypto_scalarmult_curve25519 failed");
}

static int measure_sodium(void) {
  // It picks its fastest code for this CPU here, and the portable one without.
  if (sodium_init() < 0) fail("libsodium does not start");
  report("libsodium ", sodium_version_string(), sodium_multiply, NULL);
  return EXIT_SUCCESS;
}
#else
static int measure_sodium(void) { return not_measured("libsodium", "libsodium-dev"); }
#endif

int main(int count, char **arguments) {
  if (count == 2 && strcmp(arguments[1], "openssl") == 0) return measure_openssl();
  if (count == 2 && strcmp(arguments[1], "sodium") == 0) return measure_sodium();
  fprintf(stderr, "usage: x25519 openssl|sodium\n");
  return 2;
}
