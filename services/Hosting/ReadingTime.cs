namespace ModelServing.Hosting;

/// <summary>
/// How long a client may take to read its answer: until the deadline of its request, and at least <see cref="Least"/>. Then its connection
/// is cut off, because the answer's memory is needed for others.
/// </summary>
public static class ReadingTime
{
    /// <summary>A client has at least this long, counted from the answer's first byte.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromSeconds(5);

    /// <summary>A version waits for its router by this much longer than a router waits for its client. So the router cuts off a client that
    /// does not read, and the version is never the one that seems to fail.</summary>
    public static readonly TimeSpan RouterFirst = TimeSpan.FromSeconds(5);
}
