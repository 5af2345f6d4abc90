using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Router.Outcomes;

/// <summary>A post of outcomes, as its path names it.</summary>
/// <param name="RequestId">The request that the outcome belongs to; null for a batch, which names its requests itself.</param>
/// <param name="MostBytes">The most bytes of the body.</param>
internal sealed record OutcomePost(string? RequestId, int MostBytes)
{
    // A text of the largest length, each of its characters escaped, has a tenth of this.
    private const int MostBytesOfOne = 16 * 1024;

    private const string Action = "/outcome";

    /// <summary>Reads a path; null if it is not the path of a post.</summary>
    /// <exception cref="ContractException">The path names something that is not a request.</exception>
    internal static OutcomePost? Find(string path)
    {
        if (path == OutcomePaths.Outcomes)
            return new OutcomePost(null, OutcomeBatch.MostBytes);
        if (!path.StartsWith(OutcomePaths.Predictions, StringComparison.Ordinal) || !path.EndsWith(Action, StringComparison.Ordinal)
            || path.Length <= OutcomePaths.Predictions.Length + Action.Length)
            return null;
        var text = path[OutcomePaths.Predictions.Length..^Action.Length];
        if (text.Contains('/', StringComparison.Ordinal))
            return null;
        return RequestIds.TryParse(text, out var id)
            ? new OutcomePost(id, MostBytesOfOne)
            : throw new ContractException(
                $"the path names '{RequestIds.Shortened(text)}'; it must be {RequestIds.Form}");
    }

    /// <summary>Reads the body. An outcome without a time was observed now.</summary>
    /// <exception cref="ContractException">The body is wrong; the message names the place.</exception>
    internal IReadOnlyList<Outcome> Read(ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        if (RequestId is not null)
        {
            var one = ObservedOutcome.Parse(body);
            return [new Outcome(RequestId, one.Value, one.ObservedAt ?? now)];
        }

        // A store may put the outcomes in any order, so only the last one of a request goes there.
        var byId = new Dictionary<string, Outcome>(StringComparer.Ordinal);
        foreach (var outcome in OutcomeBatch.Parse(body).Outcomes)
            byId[outcome.RequestId] = outcome with { ObservedAt = outcome.ObservedAt ?? now };
        return [.. byId.Values];
    }
}
