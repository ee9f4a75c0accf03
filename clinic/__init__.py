"""The kernel that both sides share: contracts, rules, directory, ports and adapters."""
