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
    for (int i = 0; i < count; i++) rows[r * j.weather_cells + l.weather_cell[i]] += dW[r][i];
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

// dE, the gradient of the state after a step, becomes that of the state before it in dX.
static void step_back(const Job& j, int64_t step, int count, Lanes& l, const V* X,
                      Trail& trail, Back& back, const V* dE_, V* dX) {
  V E[NX], F[NF], O[NO];
  const V N[NN] = {number(double(j.runoff_steps)), number(double(j.model_steps))};
  advance(j, step, l, X, trail, E, F, O);
  V dE[NX], dF[NF], dO[NO], dA[NA], dC[NC], dG[NG], dD[ND], dZ[NZ], d_surface[NF], dS[NS];
  copy(dE, dE_, NX);
  clear(dF, NF);
  clear(dO, NO); clear(dA, NA); clear(dC, NC); clear(dG, NG);
  clear(dD, ND); clear(dZ, NZ); clear(d_surface, NF); clear(dX, NX);
  const T* cells = j.d_shown_cells + step * j.shown_rows * j.cells;
  for (int64_t n = 0; n < j.shown; n++) {
    V values[NV], dV[NV];
    if (j.d_weight) show(j.show[n], l.P, l.C, trail.A, X, E, F, O, values);
    for (int r = 0; r < OUTPUT_ROWS[j.show[n]]; r++, cells += j.cells) {
      const V d_cell = gather(cells, l.cell);
      dV[r] = d_cell * l.weight;
      if (j.d_weight) back.d_weight += d_cell * values[r];
    }
    show_back(j.show[n], l.P, l.C, trail.A, X, E, F, O, dV, back.dP, dC, dA, dX, dE, dF, dO);
  }
  runoff_end_back(always(), trail.F, trail.D, trail.Z, N, dF, dO, d_surface, dD, dZ);
  runoff_back(j, l, trail, X, dE, dZ, dD, back.dP, dX, d_surface);
  copy(dS, dE + NY, NX - NY);
  dS[NS - 1] = number(0);
  surface_back(j, step, count, l, trail, dS, d_surface, back.dP, dC, dG, dA);
  start_back(always(), l.C, X, dS, dC, dX);
  setup_back(always(), l.P, l.C, trail.A, X, dG, back.dP, dC, dA, dX);
  air_back_to(j, step, 0, count, l, dA, back.dP);
  for (int r = 0; r < NC; r++)
    for (int i = 0; i < WIDTH; i++) back.dC[l.month[i]][r][i] += dC[r][i];
}

static void back_block(const Job& j, const Block& b) {
  Lanes l;
  Trail trail;
  Back back;
  V X[NX], dE[NX], dX[NX];
  enter(j, b, l);
  clear(back.dP, NP);
  back.d_weight = number(0);
  for (auto& month : back.dC) clear(month, NC);
  for (int r = 0; r < NX; r++) dE[r] = load(j.d_state + r * j.lanes, b);
  for (int64_t step = j.steps - 1; step >= 0; step--) {
    for (int r = 0; r < NX; r++) X[r] = load(j.tape + (step * NX + r) * j.lanes, b);
    step_back(j, step, b.count, l, X, trail, back, dE, dX);
    copy(dE, dX, NX);
  }
  for (int r = 0; r < NX; r++) store(j.d_state + r * j.lanes, dE[r], b);
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
