namespace ModelServing.Cli.Demo;

/// <summary>The figures of the demo's scene about the prediction log. All of them come from the log.</summary>
internal sealed record LogReport
{
    /// <summary>The answered payments.</summary>
    public required int Answered { get; init; }

    /// <summary>The predictions in the log that a caller got.</summary>
    public required int Logged { get; init; }

    public required IReadOnlyList<OutcomeFigures> Variants { get; init; }

    /// <summary>The prediction that was shown in full; null if there was none.</summary>
    public required string? Example { get; init; }

    /// <summary>Every answered payment is in the log once, and so is its outcome.</summary>
    public bool AsExpected => Logged == Answered && Variants.Sum(static variant => variant.Outcomes) == Answered;
}
