"""Names that callers of this region often have: the ear knows them unless told others."""

COMMON_NAMES = (
    "Asha Rao", "Anil Kumar", "Priya Sharma", "Rahul Verma", "Kavita Reddy",
    "Suresh Nair", "Lakshmi Iyer", "Vikram Singh", "Neha Gupta", "Arjun Patel",
    "Meera Menon", "Ravi Krishnan", "Sunita Joshi", "Karan Mehta", "Farah Khan",
    "Imran Ahmed", "Maria Thomas", "Joseph George", "Deepa Das", "Sanjay Mishra",
    "Anita Desai", "Rohan Kapoor", "Pooja Agarwal", "Amit Shah", "Divya Pillai",
    "Ramesh Naidu", "Sita Raman", "Gopal Murthy", "Vivek Chopra", "Nisha Malik",
    "John Smith", "Mary Jones", "David Brown", "Sarah Wilson", "James Taylor",
    "Emma Davis", "Peter Clark", "Anna Walker", "Robert Hall", "Susan Wright",
    "Michael Green", "Laura Baker",
)  # fmt: skip
"""Invented: first and last names are recognised in any combination."""
