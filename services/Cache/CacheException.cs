namespace ModelServing.Cache;

/// <summary>A query of the cache failed; the message explains why. The cache may have carried it out all the same.</summary>
public sealed class CacheException : Exception
{
    public CacheException()
    {
    }

    public CacheException(string message)
        : base(message)
    {
    }

    public CacheException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
