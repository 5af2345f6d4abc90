namespace ModelServing.Sample;

/// <summary>A period of whole days.</summary>
/// <param name="First">The first day, from 0.</param>
/// <param name="Last">The last day, inclusive.</param>
public readonly record struct Period(int First, int Last)
{
    public bool Contains(int day) => day >= First && day <= Last;

    /// <summary>A readable form: <c>days 30-89</c>.</summary>
    public override string ToString() => $"days {First}-{Last}";
}
