"""Systems as other tools write them become services and their dependencies, and what is not understood is listed.

A source is one module with one function and its line in `formats.SystemFormat`. What services are told about the hosts
of others (`hosts`) becomes `runtime` dependencies (`inference`). Pure; the room `importing` reads the files. What other
rooms make of a service comes in as facets (`options`).
"""
