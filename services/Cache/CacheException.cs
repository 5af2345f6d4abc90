namespace ModelServing.Cache;

/// <summary>The cache did not do what it was asked for; the message says why. What was asked for may be done all the same.</summary>
public sealed class CacheException : Exception
{
    /// <summary>Makes one without a message.</summary>
    public CacheException()
    {
    }

    /// <summary>Makes one that says <paramref name="message"/>.</summary>
    public CacheException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one that says <paramref name="message"/>, caused by <paramref name="innerException"/>.</summary>
    public CacheException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
