def problems_across(*a):  # type: ignore
    return []
