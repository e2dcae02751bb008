"""The cases, one module a family; each has a function family() that makes them all."""
