"""What whoever runs the program asks of it: is it well, what does it do, what does it log, the news of now as one page.

health   metrics   answers   server    over HTTP, in the app and beside a bare `poll`
logs                                   lines of text or JSON
"""
