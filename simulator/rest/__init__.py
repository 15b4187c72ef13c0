"""The provider's REST interface, version 2010-04-01: one module for each resource."""
