// The dense synapse kernel by hand: the algorithm, the data layout and the order of sums of assembly/synapses-dense.ts, written
// as a C programmer would. What gcc makes of wasm2c's output is measured against it.

#include <stdint.h>

struct record {
  float k[4], mu[4], w[4], w_erev[4];
};

static inline float denominator(float k, float mu, float v) {
  float t = k * (v - mu);
  t = t < 30.0f ? t : 30.0f;
  t = t > -30.0f ? t : -30.0f;
  const float rounded = t + 12583039.0f;
  const float r = t - (rounded + -12583039.0f);
  float p = r * 0.00132697227f + 0.00967139285f;
  p = p * r + 0.0555071086f;
  p = p * r + 0.240222454f;
  p = p * r + 0.693147004f;
  p = p * r + 1.0f;
  union {
    float f;
    uint32_t u;
  } bits = {rounded}, power;
  power.u = bits.u << 23;
  return p * power.f + 1.0f;
}

void yardstick_synapses(const struct record *records, const float *v, const float *base_num, const float *base_den,
                        float *num, float *den, uint32_t n_out, uint32_t n_in) {
  for (uint32_t j = 0; j < n_out; j++) {
    const uint32_t lane = j & 3;
    const struct record *p = records + (j >> 2) * n_in;
    float n0 = 0, n1 = 0, n2 = 0, n3 = 0, c0 = 0, c1 = 0, c2 = 0, c3 = 0;
    uint32_t i = 0;
    for (; i + 4 <= n_in; i += 4, p += 4) {
      const float d0 = denominator(p[0].k[lane], p[0].mu[lane], v[i]);
      const float d1 = denominator(p[1].k[lane], p[1].mu[lane], v[i + 1]);
      const float d01 = d0 * d1;
      const float d2 = denominator(p[2].k[lane], p[2].mu[lane], v[i + 2]);
      const float d3 = denominator(p[3].k[lane], p[3].mu[lane], v[i + 3]);
      const float d23 = d2 * d3;
      const float r = 1.0f / (d01 * d23);
      const float r01 = r * d23, r23 = r * d01;
      const float s0 = r01 * d1, s1 = r01 * d0, s2 = r23 * d3, s3 = r23 * d2;
      c0 += p[0].w[lane] * s0, n0 += p[0].w_erev[lane] * s0;
      c1 += p[1].w[lane] * s1, n1 += p[1].w_erev[lane] * s1;
      c2 += p[2].w[lane] * s2, n2 += p[2].w_erev[lane] * s2;
      c3 += p[3].w[lane] * s3, n3 += p[3].w_erev[lane] * s3;
    }
    const uint32_t rest = n_in & 3;
    if (rest > 0) {
      const float d0 = denominator(p[0].k[lane], p[0].mu[lane], v[i]);
      float s0;
      if (rest == 1) {
        s0 = 1.0f / d0;
      } else {
        const float d1 = denominator(p[1].k[lane], p[1].mu[lane], v[i + 1]);
        const float d01 = d0 * d1;
        float r;
        if (rest == 2) {
          r = 1.0f / d01;
        } else {
          const float d2 = denominator(p[2].k[lane], p[2].mu[lane], v[i + 2]);
          r = 1.0f / (d01 * d2);
          const float s2 = r * d01;
          c2 += p[2].w[lane] * s2, n2 += p[2].w_erev[lane] * s2;
          r = r * d2;
        }
        s0 = r * d1;
        const float s1 = r * d0;
        c1 += p[1].w[lane] * s1, n1 += p[1].w_erev[lane] * s1;
      }
      c0 += p[0].w[lane] * s0, n0 += p[0].w_erev[lane] * s0;
    }
    num[j] = base_num[j] + ((n0 + n1) + (n2 + n3));
    den[j] = base_den[j] + ((c0 + c1) + (c2 + c3));
  }
}
