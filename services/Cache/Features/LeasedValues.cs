using StackExchange.Redis;

namespace ModelServing.Cache.Features;

/// <summary>Values in the memory in which they arrived, so that reading many of them leaves no garbage. They are valid until this is
/// disposed, and then the memory is used for further answers. If it is never disposed, the garbage collector frees the memory.</summary>
public sealed class LeasedValues : IDisposable
{
    private Lease<byte>?[]? leases;

    internal LeasedValues(Lease<byte>?[] leases) => this.leases = leases;

    /// <summary>The values of no keys.</summary>
    public static LeasedValues None => new([]);

    /// <summary>A value; null if it is missing.</summary>
    /// <exception cref="ObjectDisposedException">The memory may be in use for something else.</exception>
    public ReadOnlyMemory<byte>? this[int index]
    {
        get
        {
            var all = Volatile.Read(ref leases);
            ObjectDisposedException.ThrowIf(all is null, this);
            return all[index] is { } lease ? (ReadOnlyMemory<byte>?)lease.Memory : null;
        }
    }

    public void Dispose()
    {
        foreach (var lease in Interlocked.Exchange(ref leases, null) ?? [])
            lease?.Dispose();
    }
}
