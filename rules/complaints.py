def problems_of_shape(*a):  # type: ignore
    return []
