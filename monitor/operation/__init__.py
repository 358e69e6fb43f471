"""What whoever runs the program asks of it: is it well, what does it do, what does it log; and pages to hand on.

health   metrics   answers   server    over HTTP, in the app and beside a bare `poll`
logs                                   lines of text or JSON
page   snapshot   brief/               the news of now as one page, for readers without a server or for a mail
"""
