// The loops of forward.h in reverse. d_ before a group's name is the gradient of that group.

struct Back {  // gradients that a block gathers over all steps
  V d_land[Land::rows], d_cover[12][Cover::rows], d_weight;
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

struct Gradient {  // of a step: of what the kernels read and wrote, by the names of their groups
  V state_after[StateAfter::rows], state[State::rows], fluxes[Fluxes::rows], runoff[Runoff::rows];
  V air[Air::rows], cover[Cover::rows], soil[Soil::rows], drive[Drive::rows];
  V outflow[Outflow::rows], surface[Surface::rows], surface_fluxes[Fluxes::rows];
};

// Adds to the last six what the gradients of a pass's results give.
static void pass_back(const Lanes& l, const V* soil, const Pass& pass, const V* d_after,
                      const V* d_given, V* d_land, V* d_cover, V* d_soil, V* d_air, V* d_surface,
                      V* d_context) {
  const V *land = l.land, *cover = l.cover, *air = pass.air, *surface = pass.surface;
  const V *context = pass.context, *known = pass.temperatures;
  if (any(pass.free))
    snow_free_pass_back(pass.free, land, cover, soil, air, surface, context, d_after, d_given,
                        d_land, d_cover, d_soil, d_air, d_surface, d_context);
  if (any(pass.trees))
    snow_below_trees_back(pass.trees, land, cover, soil, air, surface, context, known, d_after,
                          d_given, d_land, d_cover, d_soil, d_air, d_surface, d_context);
  if (any(pass.shrubs))
    snow_below_short_back(pass.shrubs, land, cover, soil, air, surface, context, known, d_after,
                          d_given, d_land, d_cover, d_soil, d_air, d_surface, d_context);
}

static void air_back_to(const Job& j, int64_t step, int64_t place, int count, const Lanes& l,
                        const V* d_air, V* d_land) {
  V weather[Weather::rows], d_weather[Weather::rows];
  clear(d_weather, Weather::rows);
  read_weather(j, step, place, l, weather);
  air_over_lanes_back(always(), l.land, weather, d_air, d_land, d_weather);
  if (!j.d_weather) return;
  T* rows = weather_at(j, j.d_weather, step, place);
  for (int r = 0; r < Weather::rows; r++)
    for (int i = 0; i < count; i++)
      rows[r * j.weather_cells + l.weather_cell.index[i]] += d_weather[r][i];
}

// The gradients d.surface and d.surface_fluxes of results become those of the surface before:
// d.surface is replaced.
static void surface_back(const Job& j, int64_t step, int count, const Lanes& l,
                         const Trail& trail, V* d_land, Gradient& d) {
  V before[Surface::rows], d_context[Context::rows];
  clear(before, Surface::rows);
  clear(d_context, Context::rows);
  if (any(~trail.divided))
    pass_back(l, trail.soil, trail.whole, d.surface, d.surface_fluxes, d_land, d.cover, d.soil,
              d.air, before, d_context);
  if (any(trail.divided)) {
    V now[Surface::rows], fluxes[Fluxes::rows], d_air[Air::rows];
    copy(now, d.surface, Surface::rows);
    copy(fluxes, d.surface_fluxes, Fluxes::rows);
    keep(now, trail.divided, Surface::rows);
    keep(fluxes, trail.divided, Fluxes::rows);
    fluxes[Fluxes::longwave_up] += now[Surface::longwave_up] / number(double(j.substeps));
    now[Surface::longwave_up] = number(0);
    for (int64_t substep = j.substeps - 1; substep >= 0; substep--) {
      V earlier[Surface::rows];
      clear(earlier, Surface::rows);
      clear(d_air, Air::rows);
      pass_back(l, trail.soil, trail.substeps[substep], now, fluxes, d_land, d.cover, d.soil,
                d_air, earlier, d_context);
      air_back_to(j, step, 1 + substep, count, l, d_air, d_land);
      copy(now, earlier, Surface::rows);
      for (int r = 0; r < Fluxes::rows; r++)
        fluxes[r] = LAST_PASS_ONLY[r] ? number(0) : fluxes[r];
    }
    add(before, now, Surface::rows);
  }
  before[Surface::ground_temperature] += d_context[0];
  copy(d.surface, before, Surface::rows);
}

static void runoff_back(const Job& j, const Walk& w, V* d_land, Gradient& d) {
  const V step_counts[StepCounts::rows] = {number(double(j.runoff_steps)),
                                           number(double(j.model_steps))};
  const Trail& trail = w.trail;
  V now[Moisture::rows], earlier[Moisture::rows];
  copy(now, d.state_after, Moisture::rows);
  for (int64_t step = j.runoff_steps - 1; step >= 0; step--) {
    clear(earlier, Moisture::rows);
    runoff_substep_back(always(), w.l.land, &trail.moisture[step * Moisture::rows], trail.drive,
                        now, d.outflow, d_land, earlier, d.drive);
    copy(now, earlier, Moisture::rows);
  }
  add(d.state, now, Moisture::rows);
  drive_of_substeps_back(always(), w.l.land, w.state, trail.fluxes, step_counts, d.drive, d_land,
                         d.state, d.surface_fluxes);
}

// Adds what the shown outputs of a step give.
static void shown_back(const Job& j, int64_t step, const Walk& w, Back& back, Gradient& d) {
  const T* cells = j.d_shown_cells + step * j.shown_rows * j.cells;
  for (int64_t n = 0; n < j.shown; n++) {
    V values[Values::rows], d_values[Values::rows];
    if (j.d_weight)
      show(j.show[n], w.l.land, w.l.cover, w.trail.air, w.state, w.state_after, w.fluxes, w.runoff,
           values);
    for (int r = 0; r < OUTPUT_ROWS[j.show[n]]; r++, cells += j.cells) {
      const V d_cell = gather(cells, w.l.cell);
      d_values[r] = d_cell * w.l.weight;
      if (j.d_weight) back.d_weight += d_cell * values[r];
    }
    show_back(j.show[n], w.l.land, w.l.cover, w.trail.air, w.state, w.state_after, w.fluxes,
              w.runoff, d_values, back.d_land, d.cover, d.air, d.state, d.state_after, d.fluxes,
              d.runoff);
  }
}

// d.state_after, the gradient of the state after a step, becomes that before it in d.state.
static void step_back(const Job& j, int64_t step, Walk& w, Back& back, Gradient& d) {
  const V step_counts[StepCounts::rows] = {number(double(j.runoff_steps)),
                                           number(double(j.model_steps))};
  advance<1>(j, step, &w);
  clear(d.state, State::rows); clear(d.fluxes, Fluxes::rows); clear(d.runoff, Runoff::rows);
  clear(d.air, Air::rows); clear(d.cover, Cover::rows); clear(d.soil, Soil::rows);
  clear(d.drive, Drive::rows); clear(d.outflow, Outflow::rows);
  clear(d.surface_fluxes, Fluxes::rows);
  shown_back(j, step, w, back, d);
  end_of_step_back(always(), w.trail.fluxes, w.trail.drive, w.trail.outflow, step_counts, d.fluxes,
                   d.runoff, d.surface_fluxes, d.drive, d.outflow);
  runoff_back(j, w, back.d_land, d);
  copy(d.surface, d.state_after + Moisture::rows, State::rows - Moisture::rows);
  d.surface[Surface::rows - 1] = number(0);
  surface_back(j, step, w.b.count, w.l, w.trail, back.d_land, d);
  surface_at_start_back(always(), w.l.cover, w.state, d.surface, d.cover, d.state);
  soil_at_start_back(always(), w.l.land, w.l.cover, w.trail.air, w.state, d.soil, back.d_land,
                     d.cover, d.air, d.state);
  air_back_to(j, step, 0, w.b.count, w.l, d.air, back.d_land);
  for (int r = 0; r < Cover::rows; r++)
    for (int i = 0; i < WIDTH; i++) back.d_cover[w.l.month[i]][r][i] += d.cover[r][i];
}

static void back_block(const Job& j, const Block& b) {
  Walk w;
  Back back;
  Gradient d;
  w.b = b;
  enter(j, b, w.l);
  clear(back.d_land, Land::rows);
  back.d_weight = number(0);
  for (auto& month : back.d_cover) clear(month, Cover::rows);
  load_rows(d.state_after, j.d_state, State::rows, j.lanes, b);
  for (int64_t step = j.steps - 1; step >= 0; step--) {
    load_rows(w.state, j.tape + step * State::rows * j.lanes, State::rows, j.lanes, b);
    step_back(j, step, w, back, d);
    copy(d.state_after, d.state, State::rows);
  }
  store_rows(j.d_state, d.state_after, State::rows, j.lanes, b);
  store_rows(j.d_constants, back.d_land, Land::rows, j.lanes, b);
  if (j.d_weight) store(j.d_weight, back.d_weight, b);
  if (j.d_cover)
    for (int month = 0; month < 12; month++)
      store_rows(j.d_cover + month * Cover::rows * j.lanes, back.d_cover[month], Cover::rows,
                 j.lanes, b);
}

extern "C" void run_backward(const Job* j, int64_t first, int64_t last) {
  each_block(first, last, [&](const Block& b) { back_block(*j, b); });
}

static void weather_back(const Job& j, int64_t step, const Block& b) {
  V forcing[Forcing::rows], weather[Weather::rows], sum[WeatherSum::rows];
  V d_forcing[Forcing::rows], d_weather[Weather::rows], d_sum[WeatherSum::rows];
  const V substep_count[SubstepCount::rows] = {number(double(j.substeps))};
  const int64_t cells = j.weather_cells;
  clear(d_sum, WeatherSum::rows);
  load_rows(d_weather, weather_at(j, j.d_weather, step, 0), Weather::rows, cells, b);
  if (j.substeps > 1) {
    for (int64_t substep = 0; substep < j.substeps; substep++) {
      load_rows(weather, weather_at(j, j.weather, step, 1 + substep), Weather::rows, cells, b);
      for (int r = 0; r < Weather::rows; r++) sum[r] = substep ? sum[r] + weather[r] : weather[r];
    }
    weather_of_step_back(always(), sum, substep_count, d_weather, d_sum);
  } else {
    copy(d_sum, d_weather, Weather::rows);
  }
  for (int64_t substep = 0; substep < j.substeps; substep++) {
    const int64_t place = (step * j.substeps + substep) * Forcing::rows * cells;
    load_rows(forcing, j.forcing + place, Forcing::rows, cells, b);
    load_rows(d_weather, weather_at(j, j.d_weather, step, 1 + substep), Weather::rows, cells, b);
    add(d_weather, d_sum, Weather::rows);
    clear(d_forcing, Forcing::rows);
    weather_of_substep_back(always(), forcing, d_weather, d_forcing);
    store_rows(j.d_forcing + place, d_forcing, Forcing::rows, cells, b);
  }
}

extern "C" void run_weather_backward(const Job* j, int64_t first, int64_t last) {
  for (int64_t step = first; step < last; step++)
    each_block(0, j->weather_cells, [&](const Block& b) { weather_back(*j, step, b); });
}
