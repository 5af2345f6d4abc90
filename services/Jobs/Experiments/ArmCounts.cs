namespace ModelServing.Jobs.Experiments;

/// <summary>What an arm has, or stable.</summary>
internal sealed record ArmCounts(string Name, int Version)
{
    public double PlannedShare { get; init; }

    /// <summary>The units whose first arm it was.</summary>
    public long Units { get; init; }

    /// <summary>Those of them whose window has closed. Only they count.</summary>
    public long ClosedUnits { get; init; }

    /// <summary>Those of <see cref="Units"/> that were in another arm later.</summary>
    public long MovedUnits { get; init; }

    /// <summary>The requests of closed units within their windows.</summary>
    public long Requests { get; init; }

    /// <summary>Those of them whose outcome is unknown.</summary>
    public long WithoutOutcome { get; init; }

    /// <summary>Those of them whose outcome was observed after the window, so it does not count.</summary>
    public long LateOutcomes { get; init; }

    /// <summary>The units with such outcomes.</summary>
    public long LateUnits { get; init; }
}
