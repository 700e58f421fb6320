// The loops of forward.h in reverse. d before a group's letter is the gradient of that group.

struct Back {  // gradients that a block gathers over all steps
  V dP[NP], dC[12][NC], d_weight;
};

INLINE void clear(V* rows, int count) {
  for (int r = 0; r < count; r++) rows[r] = number(0);
}

INLINE void keep(V* rows, M where, int count) {
  for (int r = 0; r < count; r++) rows[r] = where ? rows[r] : number(0);
}

INLINE void add(V* target, const V* rows, int count) {
  for (int r = 0; r < count; r++) target[r] += rows[r];
}

// Adds to dC, dG, dA, dS, dH what the results' gradients dS1 and dF1 give.
static void pass_back(const Lanes& l, const V* G, const Pass& pass, const V* dS1, const V* dF1,
                      V* dP, V* dC, V* dG, V* dA, V* dS, V* dH) {
  const V *P = l.P, *C = l.C, *A = pass.A, *S = pass.S, *H = pass.H, *R = pass.R;
  if (any(pass.free)) free_pass_back(pass.free, P, C, G, A, S, H, dS1, dF1, dP, dC, dG, dA, dS, dH);
  if (any(pass.trees))
    snow_trees_back(pass.trees, P, C, G, A, S, H, R, dS1, dF1, dP, dC, dG, dA, dS, dH);
  if (any(pass.shrubs))
    snow_short_back(pass.shrubs, P, C, G, A, S, H, R, dS1, dF1, dP, dC, dG, dA, dS, dH);
}

static void air_back_to(const Job& j, int64_t step, int64_t part, int count, const Lanes& l,
                        const V* dA, V* dP) {
  V W[NW], dW[NW];
  clear(dW, NW);
  read_weather(j, step, part, l, W);
  air_back(always(), l.P, W, dA, dP, dW);
  if (!j.d_weather) return;
  T* rows = j.d_weather + (step * (1 + j.parts) + part) * NW * j.weather_cells;
  for (int r = 0; r < NW; r++)
    for (int i = 0; i < count; i++) rows[r * j.weather_cells + l.weather_cell.index[i]] += dW[r][i];
}

// The gradients dS and dF of results become those of the surface before: dS is replaced.
static void surface_back(const Job& j, int64_t step, int count, const Lanes& l,
                         const Trail& trail, V* dS, const V* dF, V* dP, V* dC, V* dG, V* dA) {
  V before[NS], dH[NH];
  clear(before, NS);
  clear(dH, NH);
  if (any(~trail.parted)) pass_back(l, trail.G, trail.whole, dS, dF, dP, dC, dG, dA, before, dH);
  if (any(trail.parted)) {
    V now[NS], fluxes[NF], part_A[NA];
    copy(now, dS, NS);
    copy(fluxes, dF, NF);
    keep(now, trail.parted, NS);
    keep(fluxes, trail.parted, NF);
    fluxes[F_longwave_up] += now[S_longwave_up] / number(double(j.parts));
    now[S_longwave_up] = number(0);
    for (int64_t part = j.parts - 1; part >= 0; part--) {
      V earlier[NS];
      clear(earlier, NS);
      clear(part_A, NA);
      pass_back(l, trail.G, trail.parts[part], now, fluxes, dP, dC, dG, part_A, earlier, dH);
      air_back_to(j, step, 1 + part, count, l, part_A, dP);
      copy(now, earlier, NS);
      for (int r = 0; r < NF; r++) fluxes[r] = LAST_PASS_ONLY[r] ? number(0) : fluxes[r];
    }
    add(before, now, NS);
  }
  before[S_ground_temperature] += dH[0];
  copy(dS, before, NS);
}

static void runoff_back(const Job& j, const Lanes& l, const Trail& trail, const V* X, const V* dY1,
                        const V* dZ, V* dD, V* dP, V* dX, V* dF) {
  const V N[NN] = {number(double(j.runoff_steps)), number(double(j.model_steps))};
  V now[NY], earlier[NY];
  copy(now, dY1, NY);
  for (int64_t step = j.runoff_steps - 1; step >= 0; step--) {
    clear(earlier, NY);
    runoff_step_back(always(), l.P, &trail.moisture[step * NY], trail.D, now, dZ, dP, earlier, dD);
    copy(now, earlier, NY);
  }
  add(dX, now, NY);
  runoff_start_back(always(), l.P, X, trail.F, N, dD, dP, dX, dF);
}

struct Gradient {  // of a step: of what the pieces read and wrote, by the letters of their groups
  V E[NX], X[NX], F[NF], O[NO], A[NA], C[NC], G[NG], D[ND], Z[NZ], S[NS], surface_F[NF];
};

// Adds what the shown outputs of a step give.
static void shown_back(const Job& j, int64_t step, const Walk& w, Back& back, Gradient& d) {
  const T* cells = j.d_shown_cells + step * j.shown_rows * j.cells;
  for (int64_t n = 0; n < j.shown; n++) {
    V values[NV], dV[NV];
    if (j.d_weight) show(j.show[n], w.l.P, w.l.C, w.trail.A, w.X, w.E, w.F, w.O, values);
    for (int r = 0; r < OUTPUT_ROWS[j.show[n]]; r++, cells += j.cells) {
      const V d_cell = gather(cells, w.l.cell);
      dV[r] = d_cell * w.l.weight;
      if (j.d_weight) back.d_weight += d_cell * values[r];
    }
    show_back(j.show[n], w.l.P, w.l.C, w.trail.A, w.X, w.E, w.F, w.O, dV, back.dP, d.C, d.A, d.X,
              d.E, d.F, d.O);
  }
}

// d.E, the gradient of the state after a step, becomes that of the state before it in d.X.
static void step_back(const Job& j, int64_t step, Walk& w, Back& back, Gradient& d) {
  const V N[NN] = {number(double(j.runoff_steps)), number(double(j.model_steps))};
  advance<1>(j, step, &w);
  clear(d.X, NX); clear(d.F, NF); clear(d.O, NO); clear(d.A, NA); clear(d.C, NC);
  clear(d.G, NG); clear(d.D, ND); clear(d.Z, NZ); clear(d.surface_F, NF);
  shown_back(j, step, w, back, d);
  runoff_end_back(always(), w.trail.F, w.trail.D, w.trail.Z, N, d.F, d.O, d.surface_F, d.D, d.Z);
  runoff_back(j, w.l, w.trail, w.X, d.E, d.Z, d.D, back.dP, d.X, d.surface_F);
  copy(d.S, d.E + NY, NX - NY);
  d.S[NS - 1] = number(0);
  surface_back(j, step, w.b.count, w.l, w.trail, d.S, d.surface_F, back.dP, d.C, d.G, d.A);
  start_back(always(), w.l.C, w.X, d.S, d.C, d.X);
  setup_back(always(), w.l.P, w.l.C, w.trail.A, w.X, d.G, back.dP, d.C, d.A, d.X);
  air_back_to(j, step, 0, w.b.count, w.l, d.A, back.dP);
  for (int r = 0; r < NC; r++)
    for (int i = 0; i < WIDTH; i++) back.dC[w.l.month[i]][r][i] += d.C[r][i];
}

static void back_block(const Job& j, const Block& b) {
  Walk w;
  Back back;
  Gradient d;
  w.b = b;
  enter(j, b, w.l);
  clear(back.dP, NP);
  back.d_weight = number(0);
  for (auto& month : back.dC) clear(month, NC);
  for (int r = 0; r < NX; r++) d.E[r] = load(j.d_state + r * j.lanes, b);
  for (int64_t step = j.steps - 1; step >= 0; step--) {
    for (int r = 0; r < NX; r++) w.X[r] = load(j.tape + (step * NX + r) * j.lanes, b);
    step_back(j, step, w, back, d);
    copy(d.E, d.X, NX);
  }
  for (int r = 0; r < NX; r++) store(j.d_state + r * j.lanes, d.E[r], b);
  for (int r = 0; r < NP; r++) store(j.d_constants + r * j.lanes, back.dP[r], b);
  if (j.d_weight) store(j.d_weight, back.d_weight, b);
  if (j.d_cover)
    for (int month = 0; month < 12; month++)
      for (int r = 0; r < NC; r++)
        store(j.d_cover + (month * NC + r) * j.lanes, back.dC[month][r], b);
}

extern "C" void run_backward(const Job* j, int64_t first, int64_t last) {
  each_block(first, last, [&](const Block& b) { back_block(*j, b); });
}

static void weather_back(const Job& j, int64_t step, const Block& b) {
  V I[NI], W[NW], U[NU], dI[NI], dW[NW], dU[NU];
  const V L[NL] = {number(double(j.parts))};
  clear(dU, NU);
  load_rows(dW, weather_at(j, j.d_weather, step, 0), NW, j.weather_cells, b);
  if (j.parts > 1) {
    for (int64_t part = 0; part < j.parts; part++) {
      load_rows(W, weather_at(j, j.weather, step, 1 + part), NW, j.weather_cells, b);
      for (int r = 0; r < NW; r++) U[r] = part ? U[r] + W[r] : W[r];
    }
    weather_of_step_back(always(), U, L, dW, dU);
  } else {
    copy(dU, dW, NW);
  }
  for (int64_t part = 0; part < j.parts; part++) {
    const int64_t place = (step * j.parts + part) * NI * j.weather_cells;
    load_rows(I, j.forcing + place, NI, j.weather_cells, b);
    load_rows(dW, weather_at(j, j.d_weather, step, 1 + part), NW, j.weather_cells, b);
    add(dW, dU, NW);
    clear(dI, NI);
    weather_of_part_back(always(), I, dW, dI);
    store_rows(j.d_forcing + place, dI, NI, j.weather_cells, b);
  }
}

extern "C" void run_weather_backward(const Job* j, int64_t first, int64_t last) {
  for (int64_t step = first; step < last; step++)
    each_block(0, j->weather_cells, [&](const Block& b) { weather_back(*j, step, b); });
}
