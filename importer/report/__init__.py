"""The proof on paper: reconciliation as HTML, XLSX, CSV and JSON, and the failures workbook.

Nothing is imported here: whoever wants a figure in words waits for no workbook.
"""
