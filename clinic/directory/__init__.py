"""Who works where and when: the clinic's own file, read once at start."""

from clinic.directory.clinic import Clinic, Closure, Department, Doctor, Span
from clinic.directory.clinic_file import ClinicFileError, load_clinic

__all__ = ["Clinic", "ClinicFileError", "Closure", "Department", "Doctor", "Span", "load_clinic"]
