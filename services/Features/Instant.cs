using ModelServing.Contracts.Predictions;

namespace ModelServing.Features;

/// <summary>A time in whole microseconds since 1970, in UTC. The range ends in 2255, so every instant is exact as a double.</summary>
public readonly record struct Instant : IComparable<Instant>
{
    /// <summary>The largest number of microseconds.</summary>
    public const long MaxMicroseconds = (1L << 53) - 1;

    /// <exception cref="ArgumentOutOfRangeException">The number is negative or above <see cref="MaxMicroseconds"/>.</exception>
    public Instant(long microseconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(microseconds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(microseconds, MaxMicroseconds);
        Microseconds = microseconds;
    }

    public long Microseconds { get; }

    /// <summary>The instant of <paramref name="time"/>, whose fraction of a microsecond is cut off.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is before 1970 or too late.</exception>
    public static Instant From(DateTimeOffset time) =>
        TryFrom(time, out var instant)
            ? instant
            : throw new ArgumentOutOfRangeException(nameof(time), time, "the time is before 1970 or after 2255");

    /// <summary>The instant of <paramref name="time"/>, as <see cref="From"/>; false if the time is before 1970 or after 2255.</summary>
    public static bool TryFrom(DateTimeOffset time, out Instant instant)
    {
        var microseconds = (time.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
        var isValid = time >= DateTimeOffset.UnixEpoch && IsValid(microseconds);
        instant = isValid ? new Instant(microseconds) : default;
        return isValid;
    }

    public static bool IsValid(long microseconds) => microseconds is >= 0 and <= MaxMicroseconds;

    public DateTimeOffset ToDateTimeOffset() => DateTimeOffset.UnixEpoch.AddTicks(Microseconds * TimeSpan.TicksPerMicrosecond);

    public int CompareTo(Instant other) => Microseconds.CompareTo(other.Microseconds);

    public static bool operator <(Instant left, Instant right) => left.Microseconds < right.Microseconds;

    public static bool operator >(Instant left, Instant right) => left.Microseconds > right.Microseconds;

    public static bool operator <=(Instant left, Instant right) => left.Microseconds <= right.Microseconds;

    public static bool operator >=(Instant left, Instant right) => left.Microseconds >= right.Microseconds;

    public override string ToString() => IsoTime.Write(ToDateTimeOffset());
}
