using System.Globalization;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts;

/// <summary>The traffic policy of one model.</summary>
public sealed record RolloutPlan
{
    /// <summary>The rollout's identity: a digest of the model, its stable version and its canary or arms, without weights. Readers of a
    /// plan accept any text.</summary>
    public required string Revision { get; init; }

    /// <summary>How long an answer may take before the caller gets 504, in milliseconds.</summary>
    public required int DeadlineMilliseconds { get; init; }

    /// <summary>How long a variant beside stable may take before the request is retried on stable, in milliseconds. A later answer of
    /// stable counts as the same failure, although stable is never cut off. Null exactly if stable is the only variant.</summary>
    public int? AttemptLimitMilliseconds { get; init; }

    /// <summary>The request header that holds the routing key. If there is neither a header nor a claim, every request gets a key of its
    /// own.</summary>
    public string? RoutingKeyHeader { get; init; }

    /// <summary>The claim of the client's token that holds the routing key; null for none. Never together with a header.</summary>
    public string? RoutingKeyClaim { get; init; }

    /// <summary>The name of the experiment whose arms are the variants beside stable; null for a canary, and without such
    /// variants.</summary>
    public string? Experiment { get; init; }

    /// <summary>The guard of the variants beside stable. Null exactly if stable is the only variant.</summary>
    public GuardPlan? Guard { get; init; }

    /// <summary>The variants in the order in which they own buckets; the weights add up to <see cref="PlanDocument.Buckets"/>.
    /// <c>stable</c> is always one of them, and the last.</summary>
    public required IReadOnlyList<VariantPlan> Variants { get; init; }

    /// <summary>The versions that get no traffic from the rollout but are kept ready for all of it, in order; a request can name them. Null
    /// for none.</summary>
    public IReadOnlyList<ModelVersion>? KeptWarm { get; init; }

    /// <summary>The variant that every rollout has, which is always the last.</summary>
    [JsonIgnore]
    public VariantPlan Stable => Variants[^1];

    /// <summary>Every version that the plan names, each once: those of the variants, then those kept warm.</summary>
    [JsonIgnore]
    public IEnumerable<ModelVersion> Versions => Variants.Select(static variant => variant.Version).Concat(KeptWarm ?? []).Distinct();

    internal void Check(string path)
    {
        if (Revision.Length == 0)
            throw new ContractException($"{path}.revision is empty");
        if (DeadlineMilliseconds <= 0)
            throw new ContractException($"{path}.deadlineMilliseconds is {DeadlineMilliseconds}; it must be above 0");
        if (RoutingKeyHeader is not null && !HeaderName.TryParse(RoutingKeyHeader, null, out _))
            throw new ContractException($"{path}.routingKeyHeader '{RoutingKeyHeader}' is not a header's name ({HeaderName.Form})");
        if (RoutingKeyClaim is not null && (RoutingKeyHeader is not null || RoutingKeyClaim.Length == 0))
            throw new ContractException(
                $"{path}.routingKeyClaim is '{RoutingKeyClaim}'; it must be a claim's name, and excludes a routingKeyHeader");
        // It becomes a header's value.
        if (Experiment is not null && !ModelName.TryParse(Experiment, null, out _))
            throw new ContractException($"{path}.experiment is '{Experiment}'; it must be {ModelName.Form}");
        long sum = 0;
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Variants.Count; i++)
        {
            if (Variants[i] is not { } variant)
                throw new ContractException($"{path}.variants[{i}] is null");
            // It becomes a header's value and a metric's dimension.
            if (!ModelName.TryParse(variant.Name, null, out _) || variant.Name == VariantPlan.Pinned)
                throw new ContractException(
                    $"{path}.variants[{i}].name is '{variant.Name}'; it must be {ModelName.Form}, and not '{VariantPlan.Pinned}'");
            if (variant.Weight is < 0 or > PlanDocument.Buckets)
                throw new ContractException(
                    $"{path}.variants[{i}].weight is {variant.Weight}; it must be from 0 to {PlanDocument.Buckets}");
            if (!names.Add(variant.Name))
                throw new ContractException($"{path}.variants[{i}].name '{variant.Name}' is duplicated");
            sum += variant.Weight;
        }

        if (Variants.Count == 0 || Variants[^1].Name != VariantPlan.Stable)
            throw new ContractException($"{path}.variants must end with '{VariantPlan.Stable}'");
        if (sum != PlanDocument.Buckets)
            throw new ContractException($"{path}.variants: the weights add up to {sum}, not to {PlanDocument.Buckets}");
        if (AttemptLimitMilliseconds is null != (Variants.Count == 1)
            || AttemptLimitMilliseconds is <= 0
            || AttemptLimitMilliseconds > DeadlineMilliseconds)
        {
            var limit = AttemptLimitMilliseconds?.ToString(CultureInfo.InvariantCulture) ?? "not given";
            throw new ContractException(
                $"{path}.attemptLimitMilliseconds is {limit}; with variants beside stable it must be from 1 to the deadline, and " +
                    $"without them it must not be given");
        }

        if (Guard is null != (Variants.Count == 1))
            throw new ContractException(
                $"{path}.guard is {(Guard is null ? "not given" : "given")}; it must be given exactly if there are variants beside stable");
        Guard?.Check($"{path}.guard");
        for (var i = 0; i < KeptWarm?.Count; i++)
        {
            if (i > 0 && KeptWarm[i] <= KeptWarm[i - 1])
                throw new ContractException($"{path}.keptWarm[{i}] is {KeptWarm[i]} after {KeptWarm[i - 1]}; they must ascend");
            if (Variants.Any(variant => variant.Version == KeptWarm[i]))
                throw new ContractException($"{path}.keptWarm[{i}] is {KeptWarm[i]}, which is a variant's version");
        }
    }
}
