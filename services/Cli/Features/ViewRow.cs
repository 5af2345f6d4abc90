using System.Text.Json.Serialization;
using ModelServing.Features.Definitions;
using ModelServing.Features.Engine;

namespace ModelServing.Cli.Features;

/// <summary>A version of a view as the commands show it.</summary>
/// <param name="View">The view's name.</param>
/// <param name="Version">The version's number.</param>
/// <param name="State">Whether it is published, or why it can't be read.</param>
internal sealed record ViewRow(string View, int Version, string State)
{
    public IReadOnlyList<string> Entity { get; init; } = [];

    public IReadOnlyList<string> Features { get; init; } = [];

    public string? Lateness { get; init; }

    [JsonPropertyName("ttl")]
    public string? TimeToLive { get; init; }

    public int? MaxStateBytes { get; init; }

    public string? Digest { get; init; }

    internal static ViewRow From(ViewDefinition view, string state) => new(view.View.Text, view.Version, state)
    {
        Entity = [.. view.Entity.Select(static key => key.Name)],
        Features = [.. view.Features.Select(static feature => feature.Name)],
        Lateness = DurationText.Write(view.Lateness),
        TimeToLive = DurationText.Write(view.TimeToLive),
        MaxStateBytes = new FeatureEngine(view).MaxStateBytes,
        Digest = view.Digest,
    };

    internal static ViewRow Unreadable(ViewId id, string reason) => new(id.View.Text, id.Version, reason);
}
