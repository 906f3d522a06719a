"""Comparators among derived figures: the same thing counted the same way of other areas that delivered.

Here: neighbours, the region, England and groups, made of the areas the warehouse has the figure of. Not here: published
comparators (`assets.marts.published_comparators`).
"""

from __future__ import annotations

from assets.marts.groups import GROUPS
from assets.marts.published_comparators import NEIGHBOURS

_GROUP_MEMBERS = " UNION ALL ".join(
    f"SELECT '{code}' AS comparator, unnest({list(group.members)}) AS area" for code, group in GROUPS.items()
)

AS_DERIVED = f"""
    WITH own AS (
        SELECT figure.*, catalogue.measure, catalogue.polarity, catalogue.decimals, area.region_code,
               CASE catalogue.measure WHEN 'rate' THEN catalogue.multiplier WHEN 'percent' THEN 100 ELSE 1 END AS scale
        FROM marts.indicator_values AS figure
        JOIN catalogue ON catalogue.id = figure.indicator_id
        JOIN area ON area.area_code = figure.area_code
        WHERE basis = 'derived' AND status = 'value' AND reported_in = getvariable('scope_quarter')
          AND list_contains(getvariable('scope_areas'), figure.area_code)
          AND (period = reported_in OR figure.period_type IN ('term', 'year'))
    ), figure AS (
        -- Everyone's newest report of the same figure so far.
        SELECT * FROM marts.indicator_values
        WHERE basis = 'derived' AND period IN (SELECT DISTINCT period FROM own)
          AND reported_in <= getvariable('scope_quarter') AND area_code IN (SELECT area_code FROM area)
        QUALIFY row_number() OVER (
            PARTITION BY indicator_id, area_code, breakdown_type, breakdown, period_type, period
            ORDER BY reported_in DESC) = 1
    ), held AS (
        SELECT * FROM figure WHERE status = 'value'
    ), neighbour AS (
        {NEIGHBOURS}
    ), group_member AS (
        {_GROUP_MEMBERS}
    ), member AS (
        SELECT comparator, area AS area_code FROM group_member
        UNION ALL
        SELECT CASE region_code WHEN 'E12000008' THEN 'south_east' ELSE region_code END, area_code FROM area
        WHERE area_type = 'local_authority' AND region_code IS NOT NULL AND valid_to IS NULL
        UNION ALL
        SELECT 'england', area_code FROM area
        WHERE area_type = 'local_authority' AND area_code LIKE 'E%' AND valid_to IS NULL
    ), size AS (
        SELECT comparator, count(*) AS members FROM member GROUP BY comparator
    ), summed AS (
        SELECT comparator, held.indicator_id, held.breakdown_type, held.breakdown, held.period_type, held.period,
               sum(numerator) AS numerator, sum(denominator) AS denominator, count(*)::INTEGER AS n_areas
        FROM held JOIN member USING (area_code) JOIN size USING (comparator)
        WHERE (held.indicator_id, held.period) IN (SELECT indicator_id, period FROM own)
        GROUP BY ALL
        -- A whole is what all its parts are, not those that happened to deliver.
        HAVING count(*) = min(size.members)
    ), averaged AS (
        SELECT neighbour.for_area, neighbour.model_version, held.indicator_id, held.breakdown_type, held.breakdown,
               held.period_type, held.period, count(*)::INTEGER AS n_areas,
               avg(held.value ORDER BY held.area_code) AS mean, median(held.value) AS median
        FROM neighbour JOIN held ON held.area_code = neighbour.area
        WHERE neighbour.for_area IN (SELECT area_code FROM own)
        GROUP BY neighbour.for_area, neighbour.model_version, held.indicator_id, held.breakdown_type, held.breakdown,
                 held.period_type, held.period
    ), near AS (
        SELECT *, 'mean' AS statistic, mean AS statistic_value FROM averaged
        UNION ALL
        SELECT *, 'median', median FROM averaged
    ), beside AS (
        SELECT own.*, summed.comparator, summed.numerator AS their_numerator, summed.denominator AS their_denominator,
               summed.numerator * CASE WHEN summed.denominator IS NULL THEN 1 ELSE scale / summed.denominator END
                   AS their_value, summed.n_areas, 'ratio of sums' AS method,
               'Counted alike from the extracts of all ' || summed.n_areas || ' areas: sum divided by sum.' AS note
        FROM own JOIN summed USING (indicator_id, breakdown_type, breakdown, period_type, period)
        WHERE summed.denominator IS DISTINCT FROM 0
          AND (summed.comparator IN ('england', own.region_code)
               OR (summed.comparator = 'south_east' AND own.region_code = 'E12000008')
               OR EXISTS (FROM group_member AS part WHERE part.comparator = summed.comparator
                          AND part.area = own.area_code))
        UNION ALL BY NAME
        SELECT own.*, 'statistical_neighbours' AS comparator, near.statistic_value AS their_value, near.n_areas,
               near.statistic || ' of statistical neighbours, model of ' || near.model_version AS method,
               'The ' || near.statistic || ' of the ' || near.n_areas || ' neighbours of the model of '
                   || near.model_version || ' that delivered.' AS note
        FROM own JOIN near ON near.for_area = own.area_code AND near.indicator_id = own.indicator_id
         AND near.breakdown_type = own.breakdown_type AND near.breakdown = own.breakdown
         AND near.period_type = own.period_type AND near.period = own.period
        UNION ALL BY NAME
        SELECT own.*, held.area_code AS comparator, held.numerator AS their_numerator,
               held.denominator AS their_denominator, held.value AS their_value, 1 AS n_areas,
               'another authority''s own figure' AS method, held.area_name || ', counted alike.' AS note
        FROM own
        JOIN group_member AS mine ON mine.area = own.area_code
        JOIN group_member AS other ON other.comparator = mine.comparator AND other.area <> mine.area
        JOIN held ON held.area_code = other.area AND held.indicator_id = own.indicator_id
         AND held.breakdown_type = own.breakdown_type AND held.breakdown = own.breakdown
         AND held.period_type = own.period_type AND held.period = own.period
    )
    SELECT indicator_id, measure, area_code, comparator, breakdown_type, breakdown, period_type, period, period_start,
           period AS comparator_period, 'derived' AS basis, 'deliveries up to ' || reported_in AS edition, method,
           n_areas, unit, their_numerator AS numerator, their_denominator AS denominator, their_value AS value,
           printed_value(their_value, decimals) AS printed, value - their_value AS gap,
           significance(lower_ci, upper_ci, their_value, polarity, area_code, comparator, TRUE) AS significance,
           TRUE AS like_for_like, note, reported_in
    FROM beside
"""
"""Comparators of the unit's derived figures, in the columns of `marts.indicator_benchmarks`. Counts are printed and not
judged: how many events there are is a matter of how many children."""
