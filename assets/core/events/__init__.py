"""Events of children's lives in the field's own words, whichever extract they came from: a declaration an event.

Here: the declarations (`<event>.yml`). Not here: reading and making them (`assets.core.event_tables`).
"""
