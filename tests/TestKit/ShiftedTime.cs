namespace ModelServing.TestKit;

/// <summary>The machine's clocks, of which the one on the wall is set forward or back.</summary>
public sealed class ShiftedTime : TimeProvider
{
    private long shift;

    /// <summary>How far the wall clock is ahead of the machine's.</summary>
    public TimeSpan Shift
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref shift));
        set => Volatile.Write(ref shift, value.Ticks);
    }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
}
