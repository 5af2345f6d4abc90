namespace ModelServing.Hosting.Connections;

/// <summary>How many connections of clients a process may have.</summary>
/// <param name="Given">The number in the settings; null if they have no number.</param>
/// <param name="Handles">The limit of file handles; null for no limit.</param>
/// <param name="Memory">The limit of memory; null for no limit.</param>
internal sealed record ConnectionCount(long? Given, long? Handles, long? Memory)
{
    // The handles of the host's own files, and of its connections to the journal, the cache and OCI. An idle router has 263, because the
    // runtime keeps the programs' libraries open.
    private const int OwnHandles = 384;

    // Kestrel's two buffers of 64 KiB each.
    private const long BytesOfOne = 128 * 1024;
    private const int Least = 32;

    /// <summary>A request of a router has a connection to a version too, so half of the handles are for clients; and a quarter of the
    /// memory. A given number takes the place of the memory's, but not of the handles', without which nothing can be accepted.</summary>
    internal long Most
    {
        get
        {
            var byHandles = Handles is { } handles ? Math.Max(Least, (handles - OwnHandles) / 2) : long.MaxValue;
            return Math.Min(byHandles, Given ?? Math.Max(Least, Memory / 4 / BytesOfOne ?? int.MaxValue));
        }
    }
}
