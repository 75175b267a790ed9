// LTC and CfC in C, from the formulas, as the limit of what this machine gives: one network from a file that c.ts writes;
// each line "n" on standard input runs the sequence n times and answers "seconds outputs…" in one line.

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static FILE *file;

static void take(void *to, size_t bytes) {
  if (fread(to, 1, bytes, file) != bytes) {
    fprintf(stderr, "network file too short\n");
    exit(1);
  }
}

static int32_t integer(void) {
  int32_t value;
  take(&value, sizeof value);
  return value;
}

static void *words(size_t n) {
  // Aligned to a cache line, so that no vector load crosses one.
  void *p = aligned_alloc(64, (4 * n + 64) & ~(size_t)63);
  take(p, 4 * n);
  return p;
}

typedef struct {
  int32_t count, dense;
  int32_t *start, *source;
  float *sigma, *mu, *w, *w_erev;
} synapses_t;

typedef struct {
  int32_t n_out, n_in;
  float *weight, *bias;
} linear_t;

static int32_t is_cfc, inputs, units, outputs, steps, unfolds;
static float *input, *result;
static float *input_w, *input_b, *output_w, *output_b, *cm_over_dt, *leak, *leak_current;
static synapses_t sensory, recurrent;
static linear_t backbone, heads[4];

static synapses_t read_synapses(int32_t n_in) {
  synapses_t s;
  s.start = words(units + 1);
  s.count = s.start[units];
  s.dense = s.count == n_in * units;
  s.source = words(s.count);
  s.sigma = words(s.count);
  s.mu = words(s.count);
  s.w = words(s.count);
  s.w_erev = words(s.count);
  return s;
}

static linear_t read_linear(void) {
  linear_t l;
  l.n_out = integer();
  l.n_in = integer();
  l.weight = words((size_t)l.n_out * l.n_in);
  l.bias = words(l.n_out);
  return l;
}

static void add_synapses(const synapses_t *s, const float *restrict v, float *restrict num, float *restrict den) {
  for (int32_t j = 0; j < units; j++) {
    const int32_t from = s->start[j], n = s->start[j + 1] - from;
    const float *restrict sigma = s->sigma + from, *restrict mu = s->mu + from;
    const float *restrict w = s->w + from, *restrict w_erev = s->w_erev + from;
    const int32_t *restrict source = s->source + from;
    float a = num[j], b = den[j];
    if (s->dense) {
      for (int32_t i = 0; i < n; i++) {
        const float open = 1.0f / (1.0f + expf(-sigma[i] * (v[i] - mu[i])));
        a += w_erev[i] * open;
        b += w[i] * open;
      }
    } else {
      for (int32_t i = 0; i < n; i++) {
        const float open = 1.0f / (1.0f + expf(-sigma[i] * (v[source[i]] - mu[i])));
        a += w_erev[i] * open;
        b += w[i] * open;
      }
    }
    num[j] = a;
    den[j] = b;
  }
}

static float v[1024], x[1024], base_num[1024], base_den[1024], num[1024], den[1024], z[2048], f[4][1024];

static void ltc_step(const float *in, float *out) {
  for (int32_t k = 0; k < inputs; k++) x[k] = input_w[k] * in[k] + input_b[k];
  for (int32_t j = 0; j < units; j++) {
    base_num[j] = leak_current[j];
    base_den[j] = leak[j] + cm_over_dt[j];
  }
  add_synapses(&sensory, x, base_num, base_den);
  for (int32_t u = 0; u < unfolds; u++) {
    memcpy(num, base_num, 4 * units);
    memcpy(den, base_den, 4 * units);
    add_synapses(&recurrent, v, num, den);
    for (int32_t j = 0; j < units; j++) v[j] = (cm_over_dt[j] * v[j] + num[j]) / den[j];
  }
  for (int32_t j = 0; j < outputs; j++) out[j] = output_w[j] * v[j] + output_b[j];
}

static void multiply(const linear_t *l, const float *restrict from, float *restrict to) {
  for (int32_t j = 0; j < l->n_out; j++) {
    const float *restrict row = l->weight + (size_t)j * l->n_in;
    float sum = l->bias[j];
    for (int32_t i = 0; i < l->n_in; i++) sum += row[i] * from[i];
    to[j] = sum;
  }
}

static void cfc_step(const float *in, float *out) {
  memcpy(z, in, 4 * inputs);
  memcpy(z + inputs, v, 4 * units);
  multiply(&backbone, z, x);
  for (int32_t i = 0; i < backbone.n_out; i++) x[i] = 1.7159f * tanhf(0.666f * x[i]);
  for (int32_t h = 0; h < 4; h++) multiply(&heads[h], x, f[h]);
  for (int32_t j = 0; j < units; j++) {
    const float t = 1.0f / (1.0f + expf(-(f[2][j] + f[3][j])));
    v[j] = tanhf(f[0][j]) * (1.0f - t) + t * tanhf(f[1][j]);
  }
  memcpy(out, v, 4 * units);
}

int main(int argc, char **argv) {
  file = argc == 2 ? fopen(argv[1], "rb") : NULL;
  if (file == NULL) {
    fprintf(stderr, "expected the file of a network\n");
    return 2;
  }
  is_cfc = integer();
  inputs = integer();
  units = integer();
  outputs = integer();
  steps = integer();
  input = words((size_t)steps * inputs);
  result = calloc((size_t)steps * outputs, 4);
  if (is_cfc) {
    backbone = read_linear();
    for (int h = 0; h < 4; h++) heads[h] = read_linear();
  } else {
    unfolds = integer();
    input_w = words(inputs);
    input_b = words(inputs);
    output_w = words(outputs);
    output_b = words(outputs);
    cm_over_dt = words(units);
    leak = words(units);
    leak_current = words(units);
    sensory = read_synapses(inputs);
    recurrent = read_synapses(units);
  }
  long repeats;
  while (scanf("%ld", &repeats) == 1) {
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (long i = 0; i < repeats; i++) {
      memset(v, 0, sizeof v);
      for (int32_t t = 0; t < steps; t++) {
        const float *in = input + (size_t)t * inputs;
        float *out = result + (size_t)t * outputs;
        if (is_cfc) cfc_step(in, out);
        else ltc_step(in, out);
      }
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    printf("%.9f", (to.tv_sec - from.tv_sec) + 1e-9 * (to.tv_nsec - from.tv_nsec));
    for (int32_t i = 0; i < steps * outputs; i++) printf(" %.9g", result[i]);
    printf("\n");
    fflush(stdout);
  }
  return 0;
}
