// The loops of a simulation: vectors of lanes, model steps, snow steps, runoff steps.
//
// The pieces that they call are generated from the physics. A group of rows has one letter, the
// same as in layout.py; a group written to ends in an underscore within a piece. What a step
// computes on the way is kept in a Trail, which the backward pass walks in reverse.

#include <vector>

struct Pass {  // one snow step, or the whole model step of lanes without snow
  V A[NA], S[NS], H[NH], R[NR];
  M free, trees, shrubs;
};

struct Trail {
  V A[NA], G[NG], S[NS], F[NF], D[ND], Z[NZ];
  M parted;
  Pass whole;
  std::vector<Pass> parts;
  std::vector<V> moisture;  // [runoff step][NY] before each runoff step
};

typedef void (*Residual)(const V* Q, const V* temperature, const V* H, V* residual);
INLINE void residual_of_foliage(const V* Q, const V* t, const V* H, V* r) {
  foliage_residual(Q, t, H, r);
}
INLINE void residual_of_pack(const V* Q, const V* t, const V*, V* r) { pack_residual(Q, t, r); }

// Brent's method with VIC's bracket; 0 where no root is wanted.
template <Residual residual>
static V solve(const V* Q, const V* B, const V* H) {
  const M wanted = B[3] > number(0);
  if (!any(wanted)) return number(0);
  V a = B[0], b = B[1], fa, fb;
  residual(Q, &a, H, &fa);
  residual(Q, &b, H, &fb);
  for (int widening = 0; widening < 5; widening++) {
    const M same_sign = wanted & (fa * fb >= number(0));
    if (!any(same_sign)) break;
    a = same_sign ? a - number(10) : a;
    b = same_sign ? b + number(10) : b;
    residual(Q, &a, H, &fa);
    residual(Q, &b, H, &fb);
  }
  M open = wanted & (fa * fb < number(0));
  V result = open ? b : B[2];
  V now[NK] = {a, b, b, fa, fb, fb, b - a, b - a}, next[NK], J[NJ];
  for (int iteration = 0; iteration < 100 && any(open); iteration++) {
    brent(now, next, J);
    result = open ? J[0] : result;
    open = open & (J[1] > number(0));
    copy(now, next, NK);
    residual(Q, &now[1], H, &now[4]);
  }
  return wanted ? result : number(0);
}

// One pass of the lanes in `where`; what they had before is in `pass`, results go to S and F.
static void run_pass(const Lanes& l, const V* G, Pass& pass, M where, V* S, V* F) {
  const V *P = l.P, *C = l.C, *A = pass.A, *S0 = pass.S, *H = pass.H;
  const M overstory = P[P_overstory] > number(0);
  const M snowy = where & ((S0[S_snow_water] > number(0)) | (A[A_snowfall] > number(0)) |
                           ((S0[S_snow_canopy] > number(0)) & overstory));
  const M treed = (P[P_vegetated] > number(0)) & overstory;
  pass.free = where & ~snowy;
  pass.trees = snowy & treed;
  pass.shrubs = snowy & ~treed;
  pass.R[0] = pass.R[1] = number(0);
  V S1[NS], F1[NF], Q[NQ], B[NB];
  if (any(pass.free)) {
    free_pass(P, C, G, A, S0, H, S1, F1);
    choose(S, pass.free, S1, NS);
    choose(F, pass.free, F1, NF);
  }
  if (any(pass.trees)) {
    foliage_trees(P, C, G, A, S0, H, Q, B);
    B[3] = pass.trees ? B[3] : number(0);
    pass.R[0] = solve<residual_of_foliage>(Q, B, H);
    pack_trees(P, C, G, A, S0, H, pass.R, Q, B);
    B[3] = pass.trees ? B[3] : number(0);
    pass.R[1] = solve<residual_of_pack>(Q, B, H);
    snow_trees(P, C, G, A, S0, H, pass.R, S1, F1);
    choose(S, pass.trees, S1, NS);
    choose(F, pass.trees, F1, NF);
  }
  if (any(pass.shrubs)) {
    pack_short(P, C, G, A, S0, H, Q, B);
    B[3] = pass.shrubs ? B[3] : number(0);
    const V found = solve<residual_of_pack>(Q, B, H);
    pass.R[1] = pass.shrubs ? found : pass.R[1];
    snow_short(P, C, G, A, S0, H, pass.R, S1, F1);
    choose(S, pass.shrubs, S1, NS);
    choose(F, pass.shrubs, F1, NF);
  }
}

static void add_up(V* total, const V* part) {
  for (int r = 0; r < NF; r++) total[r] = LAST_PASS_ONLY[r] ? part[r] : total[r] + part[r];
}

// All snow steps of the lanes in `trail.parted`.
static void run_parts(const Job& j, int64_t step, const Lanes& l, Trail& trail, V* S, V* F) {
  V now[NS], total[NF], fluxes[NF], W[NW];
  for (int r = 0; r < NF; r++) fluxes[r] = total[r] = number(0);
  copy(now, trail.S, NS);
  trail.parts.resize(j.parts);
  for (int64_t part = 0; part < j.parts; part++) {
    Pass& pass = trail.parts[part];
    read_weather(j, step, 1 + part, l, W);
    air(l.P, W, pass.A);
    copy(pass.S, now, NS);
    copy(pass.H, trail.whole.H, NH);
    pass.H[2] = number(j.part_seconds);
    run_pass(l, trail.G, pass, trail.parted, now, fluxes);
    add_up(total, fluxes);
  }
  now[S_longwave_up] = total[F_longwave_up] / number(double(j.parts));
  choose(S, trail.parted, now, NS);
  choose(F, trail.parted, total, NF);
}

static void run_surface(const Job& j, int64_t step, const Lanes& l, Trail& trail, V* S) {
  const V* S0 = trail.S;
  M parted = ~always();
  if (j.parts > 1) {
    const M snow = (S0[S_snow_water] > number(0)) | (S0[S_snow_canopy] > number(0));
    parted = snow | snow_may_fall(j, step, l);
  }
  trail.parted = parted;
  copy(trail.whole.A, trail.A, NA);
  copy(trail.whole.S, S0, NS);
  trail.whole.H[0] = S0[S_ground_temperature];
  trail.whole.H[1] = season(j, step, l);
  trail.whole.H[2] = number(j.step_seconds);
  trail.whole.free = trail.whole.trees = trail.whole.shrubs = ~always();
  if (any(~parted)) run_pass(l, trail.G, trail.whole, ~parted, S, trail.F);
  if (any(parted)) run_parts(j, step, l, trail, S, trail.F);
}

struct Walk {  // one vector of lanes on its way through the steps
  Block b;
  Lanes l;
  Trail trail;
  V X[NX], E[NX], F[NF], O[NO];  // state before and after a step, its fluxes and runoff
};

static void run_until_runoff(const Job& j, int64_t step, Walk& w) {
  V W[NW], S[NS];
  const V N[NN] = {number(double(j.runoff_steps)), number(double(j.model_steps))};
  read_month(j, step, w.l);
  read_weather(j, step, 0, w.l, W);
  air(w.l.P, W, w.trail.A);
  setup(w.l.P, w.l.C, w.trail.A, w.X, w.trail.G);
  start(w.l.C, w.X, w.trail.S);
  run_surface(j, step, w.l, w.trail, S);
  copy(w.E + NY, S, NX - NY);
  runoff_start(w.l.P, w.X, w.trail.F, N, w.trail.D);
}

// Each runoff step waits for the one before: several vectors side by side fill the waiting.
template <int COUNT>
static void run_runoff(const Job& j, Walk* w) {
  for (int k = 0; k < COUNT; k++) {
    w[k].trail.moisture.resize(j.runoff_steps * NY);
    w[k].trail.Z[0] = w[k].trail.Z[1] = number(0);
    copy(w[k].E, w[k].X, NY);
  }
  for (int64_t step = 0; step < j.runoff_steps; step++) {
#pragma GCC unroll 4
    for (int k = 0; k < COUNT; k++) {
      V* before = &w[k].trail.moisture[step * NY];
      V Z[NZ];
      copy(before, w[k].E, NY);
      runoff_step(w[k].l.P, before, w[k].trail.D, w[k].E, Z);
      w[k].trail.Z[0] += Z[0];
      w[k].trail.Z[1] += Z[1];
    }
  }
}

static void finish_step(const Job& j, Walk& w) {
  const V N[NN] = {number(double(j.runoff_steps)), number(double(j.model_steps))};
  runoff_end(w.trail.F, w.trail.D, w.trail.Z, N, w.F, w.O);
}

// One model step of COUNT vectors from state X to E.
template <int COUNT>
static void advance(const Job& j, int64_t step, Walk* w) {
  for (int k = 0; k < COUNT; k++) run_until_runoff(j, step, w[k]);
  run_runoff<COUNT>(j, w);
  for (int k = 0; k < COUNT; k++) finish_step(j, w[k]);
}

// One lane after the other, so that a cell's sum does not depend on which lanes a vector holds.
INLINE void add_to_cells(T* cells, V weighted, const int32_t* cell, int count) {
  T values[WIDTH];
  std::memcpy(values, &weighted, sizeof(V));
  for (int i = 0; i < count;) {
    const int32_t here = cell[i];
    T sum = cells[here];
    for (; i < count && cell[i] == here; i++) sum += values[i];
    cells[here] = sum;
  }
}

static void show_step(const Job& j, int64_t step, const Walk& w) {
  T* cells = j.shown_cells + step * j.shown_rows * j.cells;
  V values[NV];
  for (int64_t n = 0; n < j.shown; n++) {
    show(j.show[n], w.l.P, w.l.C, w.trail.A, w.X, w.E, w.F, w.O, values);
    for (int r = 0; r < OUTPUT_ROWS[j.show[n]]; r++, cells += j.cells)
      add_to_cells(cells, values[r] * w.l.weight, w.l.cell, w.b.count);
  }
}

template <int COUNT>
static void simulate_vectors(const Job& j, int64_t first, int64_t last, Walk* w) {
  for (int k = 0; k < COUNT; k++) {
    enter(j, w[k].b, w[k].l);
    for (int r = 0; r < NX; r++) w[k].X[r] = load(j.state + r * j.lanes, w[k].b);
  }
  for (int64_t step = first; step < last; step++) {
    if (j.tape)
      for (int k = 0; k < COUNT; k++)
        for (int r = 0; r < NX; r++)
          store(j.tape + (step * NX + r) * j.lanes, w[k].X[r], w[k].b);
    advance<COUNT>(j, step, w);
    for (int k = 0; k < COUNT; k++) {
      show_step(j, step, w[k]);
      copy(w[k].X, w[k].E, NX);
    }
  }
  for (int k = 0; k < COUNT; k++)
    for (int r = 0; r < NX; r++) store(j.state + r * j.lanes, w[k].X[r], w[k].b);
}

INLINE Block block_at(int64_t lane, int64_t last) {
  return {lane, int(last - lane < WIDTH ? last - lane : WIDTH)};
}

template <typename Work>
static void each_block(int64_t first, int64_t last, Work work) {
  for (int64_t lane = first; lane < last; lane += WIDTH) work(block_at(lane, last));
}

INLINE void load_rows(V* rows, const T* from, int count, int64_t stride, const Block& b) {
  for (int r = 0; r < count; r++) rows[r] = load(from + r * stride, b);
}

INLINE void store_rows(T* to, const V* rows, int count, int64_t stride, const Block& b) {
  for (int r = 0; r < count; r++) store(to + r * stride, rows[r], b);
}

INLINE T* weather_at(const Job& j, T* weather, int64_t step, int64_t part) {
  return weather + (step * (1 + j.parts) + part) * NW * j.weather_cells;
}

static void weather_block(const Job& j, int64_t step, const Block& b) {
  V I[NI], W[NW], U[NU];
  const V L[NL] = {number(double(j.parts))};
  for (int64_t part = 0; part < j.parts; part++) {
    load_rows(I, j.forcing + (step * j.parts + part) * NI * j.weather_cells, NI, j.weather_cells, b);
    weather_of_part(I, W);
    store_rows(weather_at(j, j.weather, step, 1 + part), W, NW, j.weather_cells, b);
    for (int r = 0; r < NW; r++) U[r] = part ? U[r] + W[r] : W[r];
  }
  if (j.parts > 1) weather_of_step(U, L, W);
  store_rows(weather_at(j, j.weather, step, 0), W, NW, j.weather_cells, b);
}

extern "C" void run_weather(const Job* j, int64_t first, int64_t last) {
  for (int64_t step = first; step < last; step++)
    each_block(0, j->weather_cells, [&](const Block& b) { weather_block(*j, step, b); });
}

// So few steps at a time that weather and results of all lanes stay in the cache.
constexpr int64_t STEPS_TOGETHER = 32;

extern "C" void run_forward(const Job* j, int64_t first, int64_t last) {
  Walk w[2];
  for (int64_t step = 0; step < j->steps; step += STEPS_TOGETHER) {
    const int64_t stop = step + STEPS_TOGETHER < j->steps ? step + STEPS_TOGETHER : j->steps;
    int64_t lane = first;
    for (; lane + WIDTH < last; lane += 2 * WIDTH) {
      w[0].b = block_at(lane, last);
      w[1].b = block_at(lane + WIDTH, last);
      simulate_vectors<2>(*j, step, stop, w);
    }
    if (lane < last) {
      w[0].b = block_at(lane, last);
      simulate_vectors<1>(*j, step, stop, w);
    }
  }
}
