# Temperatures of a made-up year: a season, and noise from a small generator, so that every awk gives the same numbers.
BEGIN {
  for (day = 0; day < days; day++) {
    seed = (seed * 16807) % 2147483647
    printf "%d,%.2f\n", day, base + 10 * sin(day / 58.1) + 4 * (seed / 2147483647 - 0.5)
  }
}
