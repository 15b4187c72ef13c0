"""Real telephones for the tests of the SIP door, and ears to hear what they heard."""
