using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Jobs.Experiments;

/// <summary>What an experiment says.</summary>
/// <param name="Since">The first time of the predictions.</param>
/// <param name="Until">The time before which they began.</param>
/// <param name="WindowSeconds">How long a unit's predictions and outcomes count.</param>
/// <param name="Alpha">The share of errors of the whole report.</param>
/// <param name="AlphaOfEach">The share of errors of each comparison.</param>
/// <param name="Arms">The arms, stable last.</param>
/// <param name="Comparisons">Each arm by each metric.</param>
/// <param name="Notes">What a reader should know beside the figures.</param>
internal sealed record ExperimentReport(
    string Model,
    string Experiment,
    string Revision,
    DateTimeOffset Since,
    DateTimeOffset Until,
    double WindowSeconds,
    double Alpha,
    double AlphaOfEach,
    IReadOnlyList<ArmCounts> Arms,
    ShareCheck Shares,
    IReadOnlyList<MetricComparison> Comparisons,
    IReadOnlyList<string> Notes)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    internal string ToJson() => JsonSerializer.Serialize(this, Options);
}
