using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Jobs.Experiments;

/// <summary>What an experiment says.</summary>
internal sealed record ExperimentReport
{
    public required string Model { get; init; }

    public required string Experiment { get; init; }

    public required string Revision { get; init; }

    /// <summary>The first time of the predictions.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The time before which they began.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>How long a unit's predictions and outcomes count.</summary>
    public required double WindowSeconds { get; init; }

    /// <summary>The share of errors of the whole report.</summary>
    public required double Alpha { get; init; }

    /// <summary>The share of errors of each comparison.</summary>
    public required double AlphaOfEach { get; init; }

    /// <summary>The arms, stable last.</summary>
    public required IReadOnlyList<ArmCounts> Arms { get; init; }

    public required ShareCheck Shares { get; init; }

    /// <summary>Each arm by each metric.</summary>
    public required IReadOnlyList<MetricComparison> Comparisons { get; init; }

    /// <summary>What a reader should know beside the figures.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    internal string ToJson() => JsonSerializer.Serialize(this, Options);
}
