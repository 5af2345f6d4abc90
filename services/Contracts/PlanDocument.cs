using System.Globalization;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts;

/// <summary>
/// All rollouts of an environment, as the routers read them. It holds no counter, time or address: equal configuration gives
/// equal bytes.
/// </summary>
public sealed record PlanDocument
{
    /// <summary>The schema that this program writes, and the only one that it reads.</summary>
    public const int CurrentSchema = 1;

    /// <summary>The number of buckets that a routing key can fall into; the weights of a rollout's variants add up to it.</summary>
    public const int Buckets = 10_000;

    /// <summary>The largest document that is read, in bytes (a ConfigMap's limit).</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>The schema's number.</summary>
    public required int Schema { get; init; }

    /// <summary>The rollout of each model, in the models' order.</summary>
    public required SortedDictionary<ModelName, RolloutPlan> Rollouts { get; init; }

    /// <summary>The document as UTF-8 JSON, indented so that a changed weight is a changed line, with one newline at its end.</summary>
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.PlanDocument);

    /// <summary>Reads a document.</summary>
    /// <exception cref="ContractException">It is no JSON, has an unknown schema or member, or breaks a rule of a plan; the
    /// message says where.</exception>
    public static PlanDocument Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxBytes)
            throw new ContractException($"the plan has {utf8.Length} bytes; at most {MaxBytes} are read");
        ContractsJson.RequireSchema(utf8, CurrentSchema, "plan");
        var plan = ContractsJson.Read(utf8, ContractsJson.Default.PlanDocument, "plan");
        foreach (var (model, rollout) in plan.Rollouts)
        {
            // The annotations of a map's values and a list's items are not seen by the reader.
            if (rollout is null)
                throw new ContractException($"rollouts.{model} is null");
            rollout.Check($"rollouts.{model}");
        }

        return plan;
    }
}

/// <summary>The traffic policy of one model.</summary>
public sealed record RolloutPlan
{
    /// <summary>The rollout's identity: a digest of the model, its stable version and its canary or arms, without weights. What reads a
    /// plan takes any text for one.</summary>
    public required string Revision { get; init; }

    /// <summary>How long an answer may take before the caller gets 504, in milliseconds.</summary>
    public required int DeadlineMilliseconds { get; init; }

    /// <summary>How long a variant beside stable may take before stable is asked instead, in milliseconds. A later answer of stable
    /// counts as the same failure, though nothing cuts it. Null exactly where stable is the only variant.</summary>
    public int? AttemptLimitMilliseconds { get; init; }

    /// <summary>The request header that holds the routing key; null, where there is no claim either, gives every request a key of its
    /// own.</summary>
    public string? RoutingKeyHeader { get; init; }

    /// <summary>The claim of the client's token that holds the routing key; null for none. Never together with a header.</summary>
    public string? RoutingKeyClaim { get; init; }

    /// <summary>The name of the experiment that the variants beside stable are the arms of; null for a canary and for none.</summary>
    public string? Experiment { get; init; }

    /// <summary>What the variants beside stable are condemned by. Null exactly where stable is the only variant.</summary>
    public GuardPlan? Guard { get; init; }

    /// <summary>The variants in the order in which they own buckets; the weights add up to <see cref="PlanDocument.Buckets"/>.
    /// <c>stable</c> is always one of them, and the last.</summary>
    public required IReadOnlyList<VariantPlan> Variants { get; init; }

    /// <summary>The versions that get no traffic by the rollout and are kept ready for all of it, in order: a request may name them. Null
    /// for none.</summary>
    public IReadOnlyList<ModelVersion>? KeptWarm { get; init; }

    /// <summary>Every version that the plan names, each once: those of the variants, then those kept warm.</summary>
    [JsonIgnore]
    public IEnumerable<ModelVersion> Versions => Variants.Select(static variant => variant.Version).Concat(KeptWarm ?? []).Distinct();

    internal void Check(string path)
    {
        if (Revision.Length == 0)
            throw new ContractException($"{path}.revision is empty");
        if (DeadlineMilliseconds <= 0)
            throw new ContractException($"{path}.deadlineMilliseconds is {DeadlineMilliseconds}; it has to be above 0");
        if (RoutingKeyHeader is not null && !HeaderName.TryParse(RoutingKeyHeader, null, out _))
            throw new ContractException($"{path}.routingKeyHeader '{RoutingKeyHeader}' is not a header's name ({HeaderName.Form})");
        if (RoutingKeyClaim is not null && (RoutingKeyHeader is not null || RoutingKeyClaim.Length == 0))
            throw new ContractException($"{path}.routingKeyClaim is '{RoutingKeyClaim}'; it has to be a claim's name, and without a routingKeyHeader");
        long sum = 0;
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Variants.Count; i++)
        {
            if (Variants[i] is not { } variant)
                throw new ContractException($"{path}.variants[{i}] is null");
            // It becomes a header's value and a metric's dimension.
            if (!ModelName.TryParse(variant.Name, null, out _) || variant.Name == VariantPlan.Pinned)
                throw new ContractException($"{path}.variants[{i}].name is '{variant.Name}'; it has to be {ModelName.Form}, and not '{VariantPlan.Pinned}'");
            if (variant.Weight is < 0 or > PlanDocument.Buckets)
                throw new ContractException($"{path}.variants[{i}].weight is {variant.Weight}; it has to be from 0 to {PlanDocument.Buckets}");
            if (!names.Add(variant.Name))
                throw new ContractException($"{path}.variants[{i}].name '{variant.Name}' stands there twice");
            sum += variant.Weight;
        }

        if (Variants.Count == 0 || Variants[^1].Name != VariantPlan.Stable)
            throw new ContractException($"{path}.variants has to end with '{VariantPlan.Stable}'");
        if (sum != PlanDocument.Buckets)
            throw new ContractException($"{path}.variants: the weights add up to {sum}, not to {PlanDocument.Buckets}");
        if (AttemptLimitMilliseconds is null != (Variants.Count == 1) || AttemptLimitMilliseconds is <= 0 || AttemptLimitMilliseconds > DeadlineMilliseconds)
            throw new ContractException($"{path}.attemptLimitMilliseconds is {AttemptLimitMilliseconds?.ToString(CultureInfo.InvariantCulture) ?? "not given"}; with variants beside stable it has to be from 1 to the deadline, and without them it is not given");
        if (Guard is null != (Variants.Count == 1))
            throw new ContractException($"{path}.guard is {(Guard is null ? "not given" : "given")}; it is given exactly where there are variants beside stable");
        Guard?.Check($"{path}.guard");
        for (var i = 0; i < KeptWarm?.Count; i++)
        {
            if (i > 0 && KeptWarm[i] <= KeptWarm[i - 1])
                throw new ContractException($"{path}.keptWarm[{i}] is {KeptWarm[i]} after {KeptWarm[i - 1]}; they have to ascend");
            if (Variants.Any(variant => variant.Version == KeptWarm[i]))
                throw new ContractException($"{path}.keptWarm[{i}] is {KeptWarm[i]}, which is a variant's version");
        }
    }
}

/// <summary>How the guard watches the variants beside stable.</summary>
public sealed record GuardPlan
{
    /// <summary>The largest <see cref="Tolerance"/>.</summary>
    public const double MaxTolerance = 1000;

    /// <summary>The rate ratio up to which a variant is as good as stable: failures of its first attempts per request against those of
    /// stable. From 1 to <see cref="MaxTolerance"/>.</summary>
    public required double Tolerance { get; init; }

    /// <summary>The chance that a variant no worse than that is condemned at all, over the whole life of an attempt; above 0 and below 1.</summary>
    public required double FalseAlarm { get; init; }

    /// <summary>What an answer has to take to count as slow; null counts none as that.</summary>
    public int? SlowerThanMilliseconds { get; init; }

    /// <summary>The share of failed first attempts above which a variant is condemned, unless stable fails as much; null for none. Above 0
    /// and below 1.</summary>
    public double? MaxErrorRate { get; init; }

    /// <summary>How long a variant may have no ready endpoint before it is condemned.</summary>
    public required int UnreachableForMilliseconds { get; init; }

    internal void Check(string path)
    {
        if (!(Tolerance is >= 1 and <= MaxTolerance))
            throw Wrong("tolerance", Tolerance, $"from 1 to {MaxTolerance}");
        if (!(FalseAlarm is > 0 and < 1))
            throw Wrong("falseAlarm", FalseAlarm, "above 0 and below 1");
        if (SlowerThanMilliseconds is <= 0)
            throw Wrong("slowerThanMilliseconds", SlowerThanMilliseconds, "above 0");
        if (MaxErrorRate is not (null or (> 0 and < 1)))
            throw Wrong("maxErrorRate", MaxErrorRate, "above 0 and below 1");
        if (UnreachableForMilliseconds <= 0)
            throw Wrong("unreachableForMilliseconds", UnreachableForMilliseconds, "above 0");

        ContractException Wrong(string member, IFormattable? value, string right) =>
            new($"{path}.{member} is {value?.ToString(null, CultureInfo.InvariantCulture)}; it has to be {right}");
    }
}

/// <summary>One arm of a rollout.</summary>
/// <param name="Name">Its name: <see cref="Stable"/>, <see cref="Canary"/>, or that of an experiment's arm, which has the form of
/// a model's name.</param>
/// <param name="Version">The version that answers.</param>
/// <param name="Weight">How many of the <see cref="PlanDocument.Buckets"/> buckets it owns.</param>
public sealed record VariantPlan(string Name, ModelVersion Version, int Weight)
{
    /// <summary>The variant that every rollout has.</summary>
    public const string Stable = "stable";

    /// <summary>The variant that a canary release adds.</summary>
    public const string Canary = "canary";

    /// <summary>Stands in place of a variant's name where the request named the version itself.</summary>
    public const string Pinned = "pinned";

    /// <summary>The names that no arm of an experiment may have.</summary>
    public static IReadOnlyList<string> Reserved { get; } = [Stable, Canary, Pinned, HeaderNames.DirectVariant, "shadow"];
}
