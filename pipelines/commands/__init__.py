"""The commands: what each prints and returns. Here alone are file names shown, to the person who ran the command.

Here: words and tables for a terminal, JSON and workbooks for others. Not here: any work (`pipelines.running`,
`assets`).
"""
