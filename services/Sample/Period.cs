namespace ModelServing.Sample;

/// <summary>Whole days.</summary>
/// <param name="First">The first day, from 0.</param>
/// <param name="Last">The last day, included.</param>
public readonly record struct Period(int First, int Last)
{
    /// <summary>True when <paramref name="day"/> is one of them.</summary>
    public bool Contains(int day) => day >= First && day <= Last;

    /// <summary>As in <c>days 30-89</c>.</summary>
    public override string ToString() => $"days {First}-{Last}";
}
