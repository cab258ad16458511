"""Reads of cases: `applicant` for who asked, `desk` for officials, `facts` for what both are told."""
