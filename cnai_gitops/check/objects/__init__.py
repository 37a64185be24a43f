"""What is found out about objects without a rule: who selects whom, who asks for how much. Must not: judge by policy."""
