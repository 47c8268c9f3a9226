"""`checker watch`: on every save the lesson is judged again, and what is known is shown as it comes.

saves ─ when a file was saved          session ─ checks in the background, restarted by a save
plain ─ lines that scroll              screen ─ the full-screen app
"""
