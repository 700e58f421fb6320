// The loops of a simulation: vectors of lanes, model steps, snow steps, runoff steps.
//
// The kernels that they call are generated from the physics. A group of rows has the same name as
// in layout.py, and a structure of that name with its number of rows; a group that a kernel writes
// ends in an underscore there. What a step computes on the way is kept in a Trail, which the
// backward pass walks in reverse. Snow steps are the substeps of a model step.

#include <vector>

struct Pass {  // one snow step, or the whole model step of lanes without snow
  V air[Air::rows], surface[Surface::rows], context[Context::rows];
  V temperatures[Temperatures::rows];
  M free, trees, shrubs;
};

struct Trail {
  V air[Air::rows], soil[Soil::rows], surface[Surface::rows], fluxes[Fluxes::rows];
  V drive[Drive::rows], outflow[Outflow::rows];
  M divided;
  Pass whole;
  std::vector<Pass> substeps;
  std::vector<V> moisture;  // [runoff step][Moisture::rows] before each runoff step
};

typedef void (*ResidualOf)(const V* problem, const V* temperature, const V* context, V* residual);
INLINE void residual_of_foliage(const V* problem, const V* t, const V* context, V* residual) {
  foliage_residual(problem, t, context, residual);
}
INLINE void residual_of_pack(const V* problem, const V* t, const V*, V* residual) {
  pack_residual(problem, t, residual);
}

// Brent's method with VIC's bracket; 0 where no root is wanted.
template <ResidualOf residual>
static V solve(const V* problem, const V* bracket, const V* context) {
  const M wanted = bracket[3] > number(0);
  if (!any(wanted)) return number(0);
  V a = bracket[0], b = bracket[1], fa, fb;
  residual(problem, &a, context, &fa);
  residual(problem, &b, context, &fb);
  for (int widening = 0; widening < BRENT_WIDENINGS; widening++) {
    const M same_sign = wanted & (fa * fb >= number(0));
    if (!any(same_sign)) break;
    a = same_sign ? a - number(BRENT_WIDENING) : a;
    b = same_sign ? b + number(BRENT_WIDENING) : b;
    residual(problem, &a, context, &fa);
    residual(problem, &b, context, &fb);
  }
  M open = wanted & (fa * fb < number(0));
  V result = open ? b : bracket[2];
  V now[Iterates::rows] = {a, b, b, fa, fb, fb, b - a, b - a}, next[Iterates::rows];
  V best[Best::rows];
  for (int iteration = 0; iteration < BRENT_ITERATIONS && any(open); iteration++) {
    brent(now, next, best);
    result = open ? best[0] : result;
    open = open & (best[1] > number(0));
    copy(now, next, Iterates::rows);
    residual(problem, &now[1], context, &now[4]);
  }
  return wanted ? result : number(0);
}

// One pass of the lanes in `where`; what they had before is in `pass`, results go to the last two.
static void run_pass(const Lanes& l, const V* soil, Pass& pass, M where, V* surface, V* fluxes) {
  const V *land = l.land, *cover = l.cover, *air = pass.air, *context = pass.context;
  const V* before = pass.surface;
  const M overstory = land[Land::overstory] > number(0);
  const M snowy = where & ((before[Surface::snow_water] > number(0)) |
                           (air[Air::snowfall] > number(0)) |
                           ((before[Surface::snow_canopy] > number(0)) & overstory));
  const M treed = (land[Land::vegetated] > number(0)) & overstory;
  pass.free = where & ~snowy;
  pass.trees = snowy & treed;
  pass.shrubs = snowy & ~treed;
  V* known = pass.temperatures;
  known[0] = known[1] = number(0);
  V after[Surface::rows], given[Fluxes::rows], problem[Problem::rows], bracket[Bracket::rows];
  if (any(pass.free)) {
    snow_free_pass(land, cover, soil, air, before, context, after, given);
    choose(surface, pass.free, after, Surface::rows);
    choose(fluxes, pass.free, given, Fluxes::rows);
  }
  if (any(pass.trees)) {
    foliage_of_trees(land, cover, soil, air, before, context, problem, bracket);
    bracket[3] = pass.trees ? bracket[3] : number(0);
    known[0] = solve<residual_of_foliage>(problem, bracket, context);
    pack_below_trees(land, cover, soil, air, before, context, known, problem, bracket);
    bracket[3] = pass.trees ? bracket[3] : number(0);
    known[1] = solve<residual_of_pack>(problem, bracket, context);
    snow_below_trees(land, cover, soil, air, before, context, known, after, given);
    choose(surface, pass.trees, after, Surface::rows);
    choose(fluxes, pass.trees, given, Fluxes::rows);
  }
  if (any(pass.shrubs)) {
    pack_below_short(land, cover, soil, air, before, context, problem, bracket);
    bracket[3] = pass.shrubs ? bracket[3] : number(0);
    const V found = solve<residual_of_pack>(problem, bracket, context);
    known[1] = pass.shrubs ? found : known[1];
    snow_below_short(land, cover, soil, air, before, context, known, after, given);
    choose(surface, pass.shrubs, after, Surface::rows);
    choose(fluxes, pass.shrubs, given, Fluxes::rows);
  }
}

static void add_up(V* total, const V* fluxes) {
  for (int r = 0; r < Fluxes::rows; r++)
    total[r] = LAST_PASS_ONLY[r] ? fluxes[r] : total[r] + fluxes[r];
}

// All snow steps of the lanes in `trail.divided`.
static void run_substeps(const Job& j, int64_t step, const Lanes& l, Trail& trail, V* surface,
                         V* fluxes) {
  V now[Surface::rows], total[Fluxes::rows], given[Fluxes::rows], weather[Weather::rows];
  for (int r = 0; r < Fluxes::rows; r++) given[r] = total[r] = number(0);
  copy(now, trail.surface, Surface::rows);
  trail.substeps.resize(j.substeps);
  for (int64_t substep = 0; substep < j.substeps; substep++) {
    Pass& pass = trail.substeps[substep];
    read_weather(j, step, 1 + substep, l, weather);
    air_over_lanes(l.land, weather, pass.air);
    copy(pass.surface, now, Surface::rows);
    copy(pass.context, trail.whole.context, Context::rows);
    pass.context[2] = number(j.substep_seconds);
    run_pass(l, trail.soil, pass, trail.divided, now, given);
    add_up(total, given);
  }
  now[Surface::longwave_up] = total[Fluxes::longwave_up] / number(double(j.substeps));
  choose(surface, trail.divided, now, Surface::rows);
  choose(fluxes, trail.divided, total, Fluxes::rows);
}

static void run_surface(const Job& j, int64_t step, const Lanes& l, Trail& trail, V* surface) {
  const V* before = trail.surface;
  M divided = ~always();
  if (j.substeps > 1) {
    const M snow =
        (before[Surface::snow_water] > number(0)) | (before[Surface::snow_canopy] > number(0));
    divided = snow | snow_may_fall(j, step, l);
  }
  trail.divided = divided;
  copy(trail.whole.air, trail.air, Air::rows);
  copy(trail.whole.surface, before, Surface::rows);
  trail.whole.context[0] = before[Surface::ground_temperature];
  trail.whole.context[1] = season(j, step, l);
  trail.whole.context[2] = number(j.step_seconds);
  trail.whole.free = trail.whole.trees = trail.whole.shrubs = ~always();
  if (any(~divided)) run_pass(l, trail.soil, trail.whole, ~divided, surface, trail.fluxes);
  if (any(divided)) run_substeps(j, step, l, trail, surface, trail.fluxes);
}

struct Walk {  // one vector of lanes on its way through the steps
  Block b;
  Lanes l;
  Trail trail;
  V state[State::rows], state_after[StateAfter::rows];  // before and after a step
  V fluxes[Fluxes::rows], runoff[Runoff::rows];         // of the step
};

static void run_until_runoff(const Job& j, int64_t step, Walk& w) {
  V weather[Weather::rows], surface[Surface::rows];
  const V step_counts[StepCounts::rows] = {number(double(j.runoff_steps)),
                                           number(double(j.model_steps))};
  read_month(j, step, w.l);
  read_weather(j, step, 0, w.l, weather);
  air_over_lanes(w.l.land, weather, w.trail.air);
  soil_at_start(w.l.land, w.l.cover, w.trail.air, w.state, w.trail.soil);
  surface_at_start(w.l.cover, w.state, w.trail.surface);
  run_surface(j, step, w.l, w.trail, surface);
  copy(w.state_after + Moisture::rows, surface, State::rows - Moisture::rows);
  drive_of_substeps(w.l.land, w.state, w.trail.fluxes, step_counts, w.trail.drive);
}

// Each runoff step waits for the one before: several vectors together fill the waiting.
template <int COUNT>
static void run_runoff(const Job& j, Walk* w) {
  for (int k = 0; k < COUNT; k++) {
    w[k].trail.moisture.resize(j.runoff_steps * Moisture::rows);
    w[k].trail.outflow[0] = w[k].trail.outflow[1] = number(0);
    copy(w[k].state_after, w[k].state, Moisture::rows);
  }
  for (int64_t step = 0; step < j.runoff_steps; step++) {
#pragma GCC unroll 4
    for (int k = 0; k < COUNT; k++) {
      V* before = &w[k].trail.moisture[step * Moisture::rows];
      V outflow[Outflow::rows];
      copy(before, w[k].state_after, Moisture::rows);
      runoff_substep(w[k].l.land, before, w[k].trail.drive, w[k].state_after, outflow);
      w[k].trail.outflow[0] += outflow[0];
      w[k].trail.outflow[1] += outflow[1];
    }
  }
}

static void finish_step(const Job& j, Walk& w) {
  const V step_counts[StepCounts::rows] = {number(double(j.runoff_steps)),
                                           number(double(j.model_steps))};
  end_of_step(w.trail.fluxes, w.trail.drive, w.trail.outflow, step_counts, w.fluxes, w.runoff);
}

// One model step of COUNT vectors from `state` to `state_after`.
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
  V values[Values::rows];
  for (int64_t n = 0; n < j.shown; n++) {
    show(j.show[n], w.l.land, w.l.cover, w.trail.air, w.state, w.state_after, w.fluxes, w.runoff,
         values);
    for (int r = 0; r < OUTPUT_ROWS[j.show[n]]; r++, cells += j.cells)
      add_to_cells(cells, values[r] * w.l.weight, w.l.cell, w.b.count);
  }
}

template <int COUNT>
static void simulate_vectors(const Job& j, int64_t first, int64_t last, Walk* w) {
  for (int k = 0; k < COUNT; k++) {
    enter(j, w[k].b, w[k].l);
    for (int r = 0; r < State::rows; r++) w[k].state[r] = load(j.state + r * j.lanes, w[k].b);
  }
  for (int64_t step = first; step < last; step++) {
    if (j.tape)
      for (int k = 0; k < COUNT; k++)
        for (int r = 0; r < State::rows; r++)
          store(j.tape + (step * State::rows + r) * j.lanes, w[k].state[r], w[k].b);
    advance<COUNT>(j, step, w);
    for (int k = 0; k < COUNT; k++) {
      show_step(j, step, w[k]);
      copy(w[k].state, w[k].state_after, State::rows);
    }
  }
  for (int k = 0; k < COUNT; k++)
    for (int r = 0; r < State::rows; r++) store(j.state + r * j.lanes, w[k].state[r], w[k].b);
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

// Weather of a model step: at place 0 its own, at place 1 + s that of its substep s.
INLINE T* weather_at(const Job& j, T* weather, int64_t step, int64_t place) {
  return weather + (step * (1 + j.substeps) + place) * Weather::rows * j.weather_cells;
}

static void weather_block(const Job& j, int64_t step, const Block& b) {
  V forcing[Forcing::rows], weather[Weather::rows], sum[WeatherSum::rows];
  const V substep_count[SubstepCount::rows] = {number(double(j.substeps))};
  for (int64_t substep = 0; substep < j.substeps; substep++) {
    const int64_t place = (step * j.substeps + substep) * Forcing::rows * j.weather_cells;
    load_rows(forcing, j.forcing + place, Forcing::rows, j.weather_cells, b);
    weather_of_substep(forcing, weather);
    T* to = weather_at(j, j.weather, step, 1 + substep);
    store_rows(to, weather, Weather::rows, j.weather_cells, b);
    for (int r = 0; r < Weather::rows; r++) sum[r] = substep ? sum[r] + weather[r] : weather[r];
  }
  if (j.substeps > 1) weather_of_step(sum, substep_count, weather);
  store_rows(weather_at(j, j.weather, step, 0), weather, Weather::rows, j.weather_cells, b);
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
