"""The policy gate: rules, their examples, what they are given, and waivers. Must not: know what an object means."""
