// What the functions that wasm2c generates need of a runtime, for a machine whose linear memory is its physical memory:
// addresses are pointers, nothing is checked. The image check of the core proves every access in bounds and that no
// operation traps, whatever the bytes of the image are.

#ifndef LIQUID_EDGE_WASM_RT_H
#define LIQUID_EDGE_WASM_RT_H

#include <stdint.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__ || __FLT_EVAL_METHOD__ != 0 || defined(__FAST_MATH__)
#error "the core needs a little-endian machine and float arithmetic that is rounded after every operation"
#endif

typedef uint8_t u8;
typedef int8_t s8;
typedef uint16_t u16;
typedef int16_t s16;
typedef uint32_t u32;
typedef int32_t s32;
typedef uint64_t u64;
typedef int64_t s64;
typedef float f32;
typedef double f64;

// Address 0 of the linear memory. 0 on a board; the host's test build puts an array there.
#ifdef WASM_MEMORY_BASE
extern u8 WASM_MEMORY_BASE[];
#define AT(address) (WASM_MEMORY_BASE + (address))
#else
#define AT(address) ((void *)(uintptr_t)(address))
#endif

// `may_alias`: the same bytes are read as integers and as floats. `aligned(1)` for the types whose alignment WebAssembly
// does not promise; images and arenas are laid out so that f32 and i32 accesses are aligned, and check demands it.
#define DEFINE_LOAD(name, stored, widened, result, alignment)                                      \
  typedef stored name##_stored __attribute__((may_alias, aligned(alignment)));                     \
  static inline result name(u32 address) {                                                         \
    return (result)(widened) * (const name##_stored *)AT(address);                                 \
  }
#define DEFINE_STORE(name, stored, value_type, alignment)                                          \
  typedef stored name##_stored __attribute__((may_alias, aligned(alignment)));                     \
  static inline void name(u32 address, value_type value) {                                         \
    *(name##_stored *)AT(address) = (stored)value;                                                 \
  }

DEFINE_LOAD(i32_load, u32, u32, u32, 4)
DEFINE_LOAD(i64_load, u64, u64, u64, 4)
DEFINE_LOAD(f32_load, f32, f32, f32, 4)
DEFINE_LOAD(i32_load8_s, s8, s32, u32, 1)
DEFINE_LOAD(i32_load8_u, u8, u32, u32, 1)
DEFINE_LOAD(i32_load16_s, s16, s32, u32, 2)
DEFINE_LOAD(i32_load16_u, u16, u32, u32, 2)
DEFINE_LOAD(i64_load8_s, s8, s64, u64, 1)
DEFINE_LOAD(i64_load8_u, u8, u64, u64, 1)
DEFINE_LOAD(i64_load16_s, s16, s64, u64, 2)
DEFINE_LOAD(i64_load16_u, u16, u64, u64, 2)
DEFINE_LOAD(i64_load32_s, s32, s64, u64, 4)
DEFINE_LOAD(i64_load32_u, u32, u64, u64, 4)
DEFINE_STORE(i32_store, u32, u32, 4)
DEFINE_STORE(i64_store, u64, u64, 4)
DEFINE_STORE(f32_store, f32, f32, 4)
DEFINE_STORE(i32_store8, u8, u32, 1)
DEFINE_STORE(i32_store16, u16, u32, 2)
DEFINE_STORE(i64_store8, u8, u64, 1)
DEFINE_STORE(i64_store16, u16, u64, 2)
DEFINE_STORE(i64_store32, u32, u64, 4)

#define DEFINE_REINTERPRET(name, from, to)                                                         \
  static inline to name(from value) {                                                              \
    union {                                                                                        \
      from a;                                                                                      \
      to b;                                                                                        \
    } bits = {value};                                                                              \
    return bits.b;                                                                                 \
  }
DEFINE_REINTERPRET(f32_reinterpret_i32, u32, f32)
DEFINE_REINTERPRET(i32_reinterpret_f32, f32, u32)

#define I32_CLZ(x) ((x) ? (u32)__builtin_clz(x) : 32u)
#define I32_CTZ(x) ((x) ? (u32)__builtin_ctz(x) : 32u)
#define I64_CLZ(x) ((x) ? (u64)__builtin_clzll(x) : 64u)
#define I64_CTZ(x) ((x) ? (u64)__builtin_ctzll(x) : 64u)
#define DIV_U(x, y) ((x) / (y))
#define REM_U(x, y) ((x) % (y))
#define I32_DIV_S(x, y) ((u32)((s32)(x) / (s32)(y)))
#define I32_REM_S(x, y) ((u32)((s32)(x) % (s32)(y)))
#define I64_DIV_S(x, y) ((u64)((s64)(x) / (s64)(y)))
#define I64_REM_S(x, y) ((u64)((s64)(x) % (s64)(y)))
#define I32_ROTL(x, y) (((x) << ((y) & 31)) | ((x) >> (-(y) & 31)))
#define I32_ROTR(x, y) (((x) >> ((y) & 31)) | ((x) << (-(y) & 31)))
#define I32_TRUNC_S_F32(x) ((u32)(s32)(x))
#define I32_TRUNC_U_F32(x) ((u32)(x))

static inline f32 wasm_fabsf(f32 x) { return __builtin_fabsf(x); }
static inline f32 wasm_copysignf(f32 x, f32 y) { return __builtin_copysignf(x, y); }
#define copysignf wasm_copysignf

#define UNREACHABLE __builtin_unreachable()
#define FUNC_PROLOGUE
#define FUNC_EPILOGUE

#endif
