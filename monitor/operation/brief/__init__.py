"""The brief: what happened, on one page to hand on.

    stored points, stories, prices -> content.Brief -> HTML (also for print), Markdown, PDF

`content` reads, `as_html` and `as_markdown` are pure, `pdf` lets a browser print, `schedule` says when one is due and
`service` makes it then. The fixed words are in words.yaml.
"""
