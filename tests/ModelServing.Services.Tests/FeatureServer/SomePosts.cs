using ModelServing.Contracts.Predictions;

namespace ModelServing.Services.Tests.FeatureServer;

/// <summary>Bodies of posts to the feature server.</summary>
internal static class SomePosts
{
    /// <summary>The time at which the tests began.</summary>
    internal static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    /// <summary>A post of events.</summary>
    internal static string Events(params string[] events) => $$"""{"events": [{{string.Join(", ", events)}}]}""";

    /// <summary>An event, ten minutes before <see cref="Now"/>.</summary>
    internal static string Payment(int id, int card, string amount) =>
        $$$"""
        {"source": "payments", "id": "{{{id}}}", "time": "{{{IsoTime.Write(Now.AddMinutes(-10))}}}",
         "fields": {"card_id": {{{card}}}, "amount": {{{amount}}}, "note": "something that no view uses"}}
        """;
}
