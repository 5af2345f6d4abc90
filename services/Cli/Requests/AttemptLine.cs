using ModelServing.Hosting.Access;

namespace ModelServing.Cli.Requests;

/// <summary>One attempt of a request: what the router saw, with the times of the version. Or one request of another host.</summary>
internal sealed record AttemptLine
{
    internal required AccessRecord Record { get; init; }

    /// <summary>The kinds of problems that the version and the router saw; empty for an ordinary answer.</summary>
    internal required IReadOnlyList<string> Reasons { get; init; }

    internal bool IsFailure => Record.IsFailure;

    /// <summary>Makes a line of the records of one attempt; one of the two may be missing. Another host's record takes the place of the
    /// router's.</summary>
    internal static AttemptLine Join(AccessRecord? router, AccessRecord? version)
    {
        var seen = router ?? version ?? throw new ArgumentException("there is no record");
        var inner = version?.Times;
        return new AttemptLine
        {
            Record = seen with
            {
                Times = seen.Times with
                {
                    Read = inner?.Read,
                    Features = inner?.Features,
                    Queue = inner?.Queue,
                    Model = inner?.Model,
                    Encode = inner?.Encode,
                },
            },
            Reasons = [.. ((string?[])[version?.Reason, router?.Reason]).OfType<string>().Distinct(StringComparer.Ordinal)],
        };
    }
}
