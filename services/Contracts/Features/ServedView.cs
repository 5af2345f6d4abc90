using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Features;

/// <summary>A view that the feature server fills.</summary>
/// <param name="View">The view's name.</param>
/// <param name="Version">The view's version.</param>
/// <param name="Digest">The digest of its definition; null if it is not published yet.</param>
/// <param name="Filled">Whether its features can be read.</param>
/// <param name="AppliedTo">The position in the event log up to which events are applied.</param>
public sealed record ServedView(
    string View,
    int Version,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Digest,
    bool Filled,
    long AppliedTo);
