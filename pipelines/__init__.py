"""When things happen: Dagster definitions, jobs, schedules and the command line. No data logic lives here."""
