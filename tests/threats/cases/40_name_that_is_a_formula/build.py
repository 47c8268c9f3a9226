def build(entry):
    entry.rename(entry.with_name('=HYPERLINK("evil"), "a;b"'))
