using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Jobs.Replays;

/// <summary>What a candidate would have answered.</summary>
internal sealed record ReplayReport
{
    public required string Model { get; init; }

    /// <summary>The candidate.</summary>
    public required int Version { get; init; }

    /// <summary>The log or the sample.</summary>
    public required string Source { get; init; }

    /// <summary>The requests that were read.</summary>
    public required long Read { get; init; }

    /// <summary>Those of them that both versions were called with.</summary>
    public required long Replayed { get; init; }

    /// <summary>Why the others were not.</summary>
    public required IReadOnlyList<CountedReason> NotReplayed { get; init; }

    /// <summary>The time of the first request; null for none.</summary>
    public DateTimeOffset? First { get; init; }

    /// <summary>When the last of them was made.</summary>
    public DateTimeOffset? Last { get; init; }

    /// <summary>How many requests each version answered.</summary>
    public required IReadOnlyDictionary<int, long> AnsweredBy { get; init; }

    /// <summary>How many answers of those versions are the recorded ones, of those that have a recorded score.</summary>
    public required long Reproduced { get; init; }

    /// <summary>The answers with a recorded score.</summary>
    public required long WithRecordedScore { get; init; }

    /// <summary>The output that is the score; null for none.</summary>
    public string? Score { get; init; }

    /// <summary>From this score on, the decision is positive; null if other outputs are the decision.</summary>
    public double? Threshold { get; init; }

    /// <summary>The requests with a decision of both versions.</summary>
    public required long Decisions { get; init; }

    /// <summary>Those of them whose decision changes.</summary>
    public required long ChangedDecisions { get; init; }

    /// <summary>The share of changed decisions; null without any decision.</summary>
    public double? ChangedShare => Decisions == 0 ? null : (double)ChangedDecisions / Decisions;

    /// <summary>The distribution of the candidate's score less the other one, by share of the requests.</summary>
    public required IReadOnlyList<ScoreQuantile> Differences { get; init; }

    /// <summary>The requests with equal scores.</summary>
    public required long EqualScores { get; init; }

    /// <summary>The requests with a score of both versions.</summary>
    public required long Scores { get; init; }

    public required VersionFigures Answered { get; init; }

    public required VersionFigures Candidate { get; init; }

    /// <summary>The requests whose outcome is known.</summary>
    public required long Outcomes { get; init; }

    public required IReadOnlyList<MetricResult> Metrics { get; init; }

    /// <summary>The requests whose scores differ most, the largest difference first.</summary>
    public required IReadOnlyList<LargestDifference> Largest { get; init; }

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    internal string ToJson() => JsonSerializer.Serialize(this, Options);
}
