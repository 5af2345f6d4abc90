using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Contracts.Splitting;
using ModelServing.Rollout.Splitting;

namespace ModelServing.Functions.TrafficSplitter;

/// <summary>A request, and the variant that the function assigned it to.</summary>
/// <param name="Target">What the request is for.</param>
/// <param name="Rollout">The rollout that assigned it.</param>
/// <param name="Variant">The variant, as an index.</param>
/// <param name="Key">The caller's routing key; null for none.</param>
/// <param name="KeyHash">The key's hash; null for none.</param>
internal sealed record AssignedRequest(SplitTarget Target, AssignedRollout Rollout, int Variant, string? Key, ulong? KeyHash)
{
    internal RolloutPlan Plan { get; } = Rollout.Effective.Rollout!;

    internal bool IsStable => Variant == Rollout.Effective.Variants.Count - 1;

    internal string Name => Plan.Variants[Variant].Name;

    /// <summary>Assigns a request; null if no rollout of the model is known, or none is served.</summary>
    /// <param name="target">What the request is for.</param>
    /// <param name="headers">The caller's headers.</param>
    /// <param name="known">The rollouts.</param>
    /// <param name="requestId">The key of a request without one.</param>
    internal static AssignedRequest? Create(
        SplitTarget target, IReadOnlyDictionary<string, string> headers, KnownRollouts? known, string requestId)
    {
        if (known?.Find(target.Model) is not { Effective.Rollout: { } plan } rollout)
            return null;
        var key = CallerKey.Find(plan, headers);
        var variant = rollout.Assign(key ?? requestId, out var hash);
        return new AssignedRequest(target, rollout, variant, key, key is null ? null : hash);
    }

    /// <summary>Whether another request has the same variant of the same rollout.</summary>
    internal bool IsSame(AssignedRequest other) =>
        Name == other.Name && Plan.Revision == other.Plan.Revision && TrialOf(Variant) == other.TrialOf(other.Variant)
        && VersionOf(Variant) == other.VersionOf(other.Variant);

    /// <summary>The path and query of the first attempt, or of the retry on stable.</summary>
    internal string UrlOf(bool isRetry) => InferencePaths.Infer(Target.Model, VersionOf(IndexOf(isRetry))) + Target.Query;

    /// <summary>The headers that tell the router what was assigned.</summary>
    internal Dictionary<string, string> HeadersOf(bool isRetry)
    {
        var index = IndexOf(isRetry);
        var headers = new Dictionary<string, string>
        {
            [SplitHeaders.Call] = isRetry ? SplitHeaders.Retried : SplitHeaders.Assigned,
            [HeaderNames.ModelVariant] = Plan.Variants[index].Name,
            [HeaderNames.ModelRevision] = Uri.EscapeDataString(Plan.Revision),
            [HeaderNames.ModelTrial] = TrialOf(index).ToString(CultureInfo.InvariantCulture),
        };
        if (Key is not null)
        {
            headers[SplitHeaders.RoutingKey] = Uri.EscapeDataString(Key);
            headers[SplitHeaders.KeyHash] = KeyHash!.Value.ToString("x16", CultureInfo.InvariantCulture);
        }

        return headers;
    }

    internal int TrialOf(int variant) => Rollout.Effective.Variants[variant].Trial;

    internal ModelVersion VersionOf(int variant) => Plan.Variants[variant].Version;

    private int IndexOf(bool isRetry) => isRetry ? Plan.Variants.Count - 1 : Variant;
}
