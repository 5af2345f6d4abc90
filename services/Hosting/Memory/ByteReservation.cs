namespace ModelServing.Hosting.Memory;

/// <summary>The bytes that one request has taken from the <see cref="ByteBudget"/>. Disposing of it returns them. It is used by one thread
/// at a time.</summary>
public sealed class ByteReservation(ByteBudget budget, ByteShare share = ByteShare.Whole) : IDisposable
{
    private bool isDisposed;

    /// <summary>The bytes that are taken now.</summary>
    public long Bytes { get; private set; }

    /// <summary>The most that this request can ever get.</summary>
    public long Largest => budget.Largest(share);

    /// <summary>Takes more bytes.</summary>
    /// <exception cref="OverBudgetException">They do not fit; nothing is taken.</exception>
    public void Take(long bytes)
    {
        if (!TryTake(bytes))
            throw new OverBudgetException(bytes, budget.Limit);
    }

    /// <summary>Takes more bytes. False if they do not fit; then nothing is taken.</summary>
    public bool TryTake(long bytes)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        if (bytes <= 0)
            return true;
        if (!budget.TryTake(bytes, Bytes, share))
            return false;
        Bytes += bytes;
        return true;
    }

    /// <summary>Returns all but <paramref name="bytes"/>.</summary>
    public void ShrinkTo(long bytes)
    {
        if (bytes >= Bytes)
            return;
        budget.Return(Bytes - bytes);
        Bytes = bytes;
    }

    public void Dispose()
    {
        isDisposed = true;
        ShrinkTo(0);
    }
}
