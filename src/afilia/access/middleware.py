class HolderMiddleware:
    pass
