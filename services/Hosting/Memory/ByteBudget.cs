using Microsoft.AspNetCore.Http;

namespace ModelServing.Hosting.Memory;

/// <summary>
/// How many bytes the requests in flight may keep in this process. A request takes its bytes before it uses them and is refused if they do
/// not fit, so that no number of requests makes the process larger than its container.
/// </summary>
/// <remarks>The last quarter is for requests that take at most <see cref="SmallRequest"/>. So a few large ones cannot shut out the many
/// small ones that most models get.</remarks>
public sealed class ByteBudget
{
    /// <summary>A request that takes at most this many bytes may use the last quarter.</summary>
    public const long SmallRequest = 256 * 1024;

    /// <summary>The answer to a request that does not fit.</summary>
    public static readonly Problem Exceeded =
        new(StatusCodes.Status503ServiceUnavailable, "over-budget", "Too many bytes are in flight");

    private long limit;
    private long reserved;
    private long refused;
    private long cutOff;

    public ByteBudget(long limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        this.limit = limit;
    }

    /// <summary>The bytes of all requests together.</summary>
    public long Limit => Volatile.Read(ref limit);

    /// <summary>The bytes that requests have taken.</summary>
    public long Reserved => Volatile.Read(ref reserved);

    /// <summary>How many requests were refused because they did not fit.</summary>
    public long Refused => Volatile.Read(ref refused);

    /// <summary>How many clients were cut off because they did not read their answers in time.</summary>
    public long CutOff => Volatile.Read(ref cutOff);

    /// <summary>The most that one request can ever get. A request that may need more takes this much, and so runs almost alone.</summary>
    public long Largest(ByteShare share) => Most(SmallRequest + 1, share);

    /// <summary>Changes the limit. What is taken already stays taken.</summary>
    public void Resize(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        Volatile.Write(ref limit, bytes);
    }

    /// <summary>Counts a request that is refused.</summary>
    public void CountRefusal() => Interlocked.Increment(ref refused);

    /// <summary>Counts a client that is cut off.</summary>
    public void CountCutOff() => Interlocked.Increment(ref cutOff);

    /// <summary>Takes bytes for a request that holds <paramref name="held"/> already.</summary>
    /// <returns>False if they do not fit; then nothing is taken.</returns>
    internal bool TryTake(long bytes, long held, ByteShare share)
    {
        var most = Most(held + bytes, share);
        var now = Volatile.Read(ref reserved);
        while (now <= most - bytes)
        {
            var before = Interlocked.CompareExchange(ref reserved, now + bytes, now);
            if (before == now)
                return true;
            now = before;
        }

        return false;
    }

    internal void Return(long bytes) => Interlocked.Add(ref reserved, -bytes);

    private long Most(long request, ByteShare share)
    {
        var all = Limit;
        return share == ByteShare.Half ? all / 2 : request > SmallRequest ? all - (all / 4) : all;
    }
}
