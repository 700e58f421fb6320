"""SMAP L3 Enhanced surface soil moisture (SPL3SMP_E)."""
