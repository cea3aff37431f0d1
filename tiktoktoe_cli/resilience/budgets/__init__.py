"""Retry budgets, a file each: the rules, the steps, the source.

A budget says which attempts of all calls to one destination may start, so that retries do not multiply the load
on a destination that already fails. All of them stand in the retry layer, also the two that hold back first
attempts (`sre`, `aws_adaptive`): what they count are attempts, and only there each attempt passes.
"""
