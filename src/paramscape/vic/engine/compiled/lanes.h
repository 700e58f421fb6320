// The arguments of a simulation, and how a vector of lanes reads and writes them.

struct Job {
  // sizes
  int64_t lanes, steps, substeps, runoff_steps, model_steps, shown, shown_rows;
  int64_t cover_lanes, weather_cells, clocks, cells, snow_cells;
  double step_seconds, substep_seconds;
  // what the lanes read
  const T* constants;          // [Land::rows][lanes]
  const T* cover;              // [12][Cover::rows][cover_lanes]
  const int32_t* cover_lane;   // [lanes]
  const T* forcing;            // [steps][substeps][Forcing::rows][weather_cells]
  T* weather;                  // [steps][1 + substeps][Weather::rows][weather_cells]: the step first
  const uint8_t* may_snow;     // [steps][snow_cells]
  const int32_t* weather_cell; // [lanes]
  const int32_t* snow_cell;    // [lanes]
  const int32_t* clock;        // [lanes]
  const int32_t* month;        // [steps][clocks], from 0
  const uint8_t* thawing;      // [steps][clocks][south, north]
  const T* weight;             // [lanes]
  const int32_t* cell;         // [lanes]; lanes of a cell lie in one range of `run_forward`
  const int32_t* show;         // [shown] numbers of the outputs
  // what they write
  T* state;                    // [State::rows][lanes], replaced
  T* tape;                     // [steps][State::rows][lanes] states before each step, or null
  T* shown_cells;              // [steps][shown_rows][cells], added to
  // gradients
  const T* d_shown_cells;      // [steps][shown_rows][cells]
  T* d_state;                  // [State::rows][lanes], replaced
  T* d_constants;              // [Land::rows][lanes], added to
  T* d_cover;                  // [12][Cover::rows][lanes], added to, or null
  T* d_weather;                // as weather, added to, or null
  T* d_forcing;                // as forcing, or null
  T* d_weight;                 // [lanes], or null
};

struct Block {
  int64_t first;
  int count;
  int64_t lane(int i) const { return first + (i < count ? i : count - 1); }
};

INLINE V load(const T* row, const Block& b) {
  V v;
  if (b.count == WIDTH) std::memcpy(&v, row + b.first, sizeof(V));
  else for (int i = 0; i < WIDTH; i++) v[i] = row[b.lane(i)];
  return v;
}

// The cells of a vector's lanes. Lanes of a cell are neighbours, and so are cells: mostly one load
// and a permutation bring a row of cells to the lanes.
struct Cells {
  int32_t index[WIDTH];
  int64_t base;
  M offset;
  bool near;
};

INLINE Cells cells_of(const int32_t* index, int64_t cells) {
  Cells c;
  int32_t low = index[0], high = index[0];
  for (int i = 0; i < WIDTH; i++) {
    c.index[i] = index[i];
    low = index[i] < low ? index[i] : low;
    high = index[i] > high ? index[i] : high;
  }
  c.base = low + WIDTH <= cells ? low : cells - WIDTH;
  c.near = c.base >= 0 && high - c.base < WIDTH;
  for (int i = 0; i < WIDTH; i++) c.offset[i] = c.near ? index[i] - c.base : 0;
  return c;
}

INLINE V gather(const T* row, const int32_t* index) {
  T values[WIDTH];
  for (int i = 0; i < WIDTH; i++) values[i] = row[index[i]];
  V v;
  std::memcpy(&v, values, sizeof(V));
  return v;
}

INLINE V gather(const T* row, const Cells& c) {
#if defined(__GNUC__) && !defined(__clang__)
  if (c.near) {
    V v;
    std::memcpy(&v, row + c.base, sizeof(V));
    return __builtin_shuffle(v, c.offset);
  }
#endif
  return gather(row, c.index);
}

INLINE void store(T* row, V v, const Block& b) {
  if (b.count == WIDTH) std::memcpy(row + b.first, &v, sizeof(V));
  else for (int i = 0; i < b.count; i++) row[b.first + i] = v[i];
}

INLINE void choose(V* target, M where, const V* source, int rows) {
  for (int r = 0; r < rows; r++) target[r] = where ? source[r] : target[r];
}

INLINE void copy(V* target, const V* source, int rows) {
  for (int r = 0; r < rows; r++) target[r] = source[r];
}

struct Lanes {  // constants of a block's lanes; of the last lane again where it has fewer
  V land[Land::rows], cover[Cover::rows], weight;
  int32_t month[WIDTH], cover_lane[WIDTH], clock[WIDTH], cell[WIDTH], snow_cell[WIDTH];
  Cells weather_cell;
  bool same_clock;
};

INLINE void read_weather(const Job& j, int64_t step, int64_t place, const Lanes& l, V* weather) {
  const T* rows = j.weather + (step * (1 + j.substeps) + place) * Weather::rows * j.weather_cells;
  for (int r = 0; r < Weather::rows; r++) weather[r] = gather(rows + r * j.weather_cells, l.weather_cell);
}

INLINE void read_month(const Job& j, int64_t step, Lanes& l) {
  const int32_t* months = j.month + step * j.clocks;
  if (l.same_clock && months[l.clock[0]] == l.month[0]) return;
  int32_t changes = 0;
  for (int i = 0; i < WIDTH; i++) changes |= months[l.clock[i]] ^ l.month[i];
  if (!changes) return;
  for (int i = 0; i < WIDTH; i++) l.month[i] = months[l.clock[i]];
  for (int r = 0; r < Cover::rows; r++)
    for (int i = 0; i < WIDTH; i++)
      l.cover[r][i] = j.cover[(l.month[i] * Cover::rows + r) * j.cover_lanes + l.cover_lane[i]];
}

INLINE V season(const Job& j, int64_t step, const Lanes& l) {
  const uint8_t* thawing = j.thawing + 2 * step * j.clocks;
  V south = number(thawing[2 * l.clock[0]]), north = number(thawing[2 * l.clock[0] + 1]);
  for (int i = 0; i < WIDTH && !l.same_clock; i++) {
    south[i] = thawing[2 * l.clock[i]];
    north[i] = thawing[2 * l.clock[i] + 1];
  }
  return l.land[Land::northern] > number(0) ? north : south;
}

INLINE M snow_may_fall(const Job& j, int64_t step, const Lanes& l) {
  const uint8_t* cells = j.may_snow + step * j.snow_cells;
  uint8_t somewhere = 0;
  for (int i = 0; i < WIDTH; i++) somewhere |= cells[l.snow_cell[i]];
  if (!somewhere) return ~always();
  V may;
  for (int i = 0; i < WIDTH; i++) may[i] = cells[l.snow_cell[i]];
  return may > number(0);
}

static void enter(const Job& j, const Block& b, Lanes& l) {
  for (int r = 0; r < Land::rows; r++) l.land[r] = load(j.constants + r * j.lanes, b);
  l.weight = load(j.weight, b);
  l.same_clock = true;
  int32_t weather_cell[WIDTH];
  for (int i = 0; i < WIDTH; i++) {
    l.month[i] = -1;
    l.cover_lane[i] = j.cover_lane[b.lane(i)];
    weather_cell[i] = j.weather_cell[b.lane(i)];
    l.snow_cell[i] = j.snow_cell[b.lane(i)];
    l.clock[i] = j.clock[b.lane(i)];
    l.cell[i] = j.cell[b.lane(i)];
    l.same_clock = l.same_clock && l.clock[i] == l.clock[0];
  }
  l.weather_cell = cells_of(weather_cell, j.weather_cells);
}
