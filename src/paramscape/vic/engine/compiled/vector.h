// Vectors of lanes, and the elementary functions on them.
//
// T is float or double. A vector is as wide as the registers of the processor: g++ takes wider ones
// apart, lane by lane. exp and log are sums of their own series on a short interval around 0 and 1
// (errors below 3 units in the last place), so that they vectorise everywhere. Where a shorter way
// serves some lanes, each lane's own argument decides, never its neighbours'. The forward pass in
// double precision calls the C library instead.

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#ifndef VECTOR_BYTES
#if defined(__AVX512F__)
#define VECTOR_BYTES 64
#elif defined(__AVX__)
#define VECTOR_BYTES 32
#else
#define VECTOR_BYTES 16  // SSE, NEON, VSX
#endif
#endif

constexpr int WIDTH = VECTOR_BYTES / sizeof(T);
typedef T V __attribute__((vector_size(VECTOR_BYTES), aligned(VECTOR_BYTES)));
typedef decltype(V{} < V{}) M;  // all bits of a lane set where true

#define INLINE static inline __attribute__((always_inline))

struct Float {
  static constexpr int bits = 23;
  static constexpr int exp_terms = 7, log_terms = 4, log_1_plus_terms = 7;
  static constexpr double smallest = -87.0, largest = 88.0;
  static constexpr double ln2_high = 0.693359375, ln2_low = -2.12194440054690583e-4;
};
struct Double {
  static constexpr int bits = 52;
  static constexpr int exp_terms = 13, log_terms = 11, log_1_plus_terms = 14;
  static constexpr double smallest = -708.0, largest = 709.0;
  static constexpr double ln2_high = 6.93147180369123816490e-01;
  static constexpr double ln2_low = 1.90821492927058770002e-10;
};
template <bool> struct Choose { typedef Double type; };
template <> struct Choose<true> { typedef Float type; };
typedef Choose<sizeof(T) == 4>::type Format;
typedef decltype(M{}[0] + 0) Int;  // the signed integer of T's size
constexpr T ROUNDING = sizeof(T) == 4 ? T(12582912.0) : T(6755399441055744.0);  // 1.5 * 2^bits
constexpr T LOG2_E = T(1.4426950408889634074);

INLINE V number(double value) { return V{} + T(value); }
INLINE M mask(M m) { return m; }
INLINE M always() { return V{} == V{}; }
INLINE M bits_of(V x) { M y; std::memcpy(&y, &x, sizeof(V)); return y; }
INLINE V value_of(M x) { V y; std::memcpy(&y, &x, sizeof(V)); return y; }
// NaN of either argument is the result, as in PyTorch. With a limit that is no NaN, a constant, one
// instruction does.
INLINE V smaller(V a, V b) { return a != a ? a : (a < b ? a : b); }
INLINE V larger(V a, V b) { return a != a ? a : (a > b ? a : b); }
INLINE V at_most(V x, V limit) { return limit < x ? limit : x; }
INLINE V at_least(V x, V limit) { return limit > x ? limit : x; }
INLINE V magnitude(V x) { return x < number(0) ? -x : x; }
INLINE V sign(V x) { return x > number(0) ? number(1) : (x < number(0) ? number(-1) : number(0)); }
INLINE V as_number(M m) { return m ? number(1) : number(0); }

INLINE bool any(M m) {
  uint64_t parts[sizeof(M) / sizeof(uint64_t)], all = 0;
  std::memcpy(parts, &m, sizeof(M));
  for (uint64_t part : parts) all |= part;
  return all != 0;
}

INLINE V root(V x) {
  V y;
  for (int i = 0; i < WIDTH; i++) y[i] = __builtin_sqrt(x[i]);
  return y;
}

constexpr double inverse_factorial(int n) { return n < 2 ? 1.0 : inverse_factorial(n - 1) / n; }

// Coefficients of the series, all worked out by the compiler.
struct OfExponential { static constexpr double term(int n) { return inverse_factorial(n); } };
struct OfLogarithm { static constexpr double term(int n) { return 1.0 / (2 * n + 1); } };
struct OfLogarithm1Plus { static constexpr double term(int n) { return 1.0 / n; } };

// The rest of Horner's scheme, from the term n - 1 of the series down to the term 1.
template <typename Series, int n>
INLINE V horner(V sum, V x) {
  if constexpr (n < 2) {
    return sum;
  } else {
    constexpr T term = T(Series::term(n - 1));
    return horner<Series, n - 1>(sum * x + term, x);
  }
}

// The sum of the terms 1 to n of a series times x^0 to x^(n - 1).
template <typename Series, int n>
INLINE V series(V x) {
  constexpr T last = T(Series::term(n));
  return horner<Series, n>(V{} + last, x);
}

// e^x - 1 where |x| < ln(2) / 2.
INLINE V expm1_near_0(V x) { return series<OfExponential, Format::exp_terms>(x) * x; }

// e^x - 1 on the reduced argument, and the power of two that scales it.
INLINE V reduced_expm1(V x, V* scale) {
  x = at_most(at_least(x, number(Format::smallest)), number(Format::largest));
  V shifted = x * LOG2_E + ROUNDING;
  V count = shifted - ROUNDING;
  V r = (x - count * T(Format::ln2_high)) - count * T(Format::ln2_low);
  *scale = value_of((bits_of(shifted) << Format::bits) + bits_of(number(1)));
  return expm1_near_0(r);
}

INLINE V exponential(V x) {
  V scale, sum = reduced_expm1(x, &scale);
  return x < number(Format::smallest) ? number(0) : scale + scale * sum;
}

INLINE V exponential_minus_1(V x) {
  if (!any(magnitude(x) > number(0.34))) return expm1_near_0(x);  // the same digits, sooner
  V scale, sum = reduced_expm1(x, &scale);
  return scale * sum + (scale - T(1));
}

INLINE V logarithm(V x) {
  const M half = bits_of(number(0.70710678118654752440));
  M exponent = (bits_of(x) - half) >> Format::bits;
  V m = value_of(bits_of(x) - (exponent << Format::bits));
  V e = value_of(exponent + bits_of(number(ROUNDING))) - ROUNDING;
  V f = m - T(1), s = f / (f + T(2)), square = s * s;
  V sum = series<OfLogarithm, Format::log_terms>(square);
  V tail = T(2) * s * square * sum + e * T(Format::ln2_low);
  V result = e * T(Format::ln2_high) + (T(2) * s + tail);
  V infinite = number(-std::numeric_limits<T>::infinity());
  result = x < number(std::numeric_limits<T>::min()) ? infinite : result;
  return x != x ? x : result;
}

INLINE V logarithm_10(V x) { return logarithm(x) * T(0.43429448190325182765); }

INLINE V log_1_plus_near_0(V x) {
  return series<OfLogarithm1Plus, Format::log_1_plus_terms>(-x) * x;
}

INLINE V logarithm_1_plus(V x) {
  const M far = magnitude(x) > number(1.0 / 16);
  V near = log_1_plus_near_0(x), u = x + T(1);
  if (!any(far)) return near;
  return far ? logarithm(u) + (x - (u - T(1))) / u : near;
}

INLINE V power(V base, V exponent) {
  const M general = exponent != number(2);
  if (!any(general)) return base * base;
  return general ? exponential(exponent * logarithm(base)) : base * base;
}

// The same functions by the C library, lane by lane.
#define BY_LIBM(name, function)                                          \
  INLINE V libm_##name(V x) {                                            \
    for (int i = 0; i < WIDTH; i++) x[i] = std::function(x[i]);          \
    return x;                                                            \
  }
BY_LIBM(exponential, exp)
BY_LIBM(exponential_minus_1, expm1)
BY_LIBM(logarithm, log)
BY_LIBM(logarithm_10, log10)
BY_LIBM(logarithm_1_plus, log1p)

INLINE V libm_power(V base, V exponent) {
  for (int i = 0; i < WIDTH; i++) base[i] = std::pow(base[i], exponent[i]);
  return base;
}
