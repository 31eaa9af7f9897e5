"""The workflow definition language that Power Automate and Logic Apps share: triggers, actions, runAfter, expressions.

Source: learn.microsoft.com, "Schema reference guide for the Workflow Definition Language" and "Schema reference guide
for trigger and action types" (read 2026-11-24). `read_definition` does the work; a `Dialect` says what differs between
the two platforms: who may call a request trigger, what a connection's name refers to, how another workflow is named.
"""
