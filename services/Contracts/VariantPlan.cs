namespace ModelServing.Contracts;

/// <summary>One variant of a rollout.</summary>
/// <param name="Name"><see cref="Stable"/>, <see cref="Canary"/>, or the name of an experiment's arm, which has the form of a model's
/// name.</param>
/// <param name="Version">The version that answers.</param>
/// <param name="Weight">The number of buckets that it owns, of <see cref="PlanDocument.Buckets"/>.</param>
public sealed record VariantPlan(string Name, ModelVersion Version, int Weight)
{
    /// <summary>The variant that every rollout has.</summary>
    public const string Stable = "stable";

    /// <summary>The variant that a canary release adds.</summary>
    public const string Canary = "canary";

    /// <summary>Takes the place of a variant's name for a request that named the version itself.</summary>
    public const string Pinned = "pinned";

    /// <summary>The names that an experiment's arm cannot have.</summary>
    public static IReadOnlyList<string> Reserved { get; } = [Stable, Canary, Pinned, HeaderNames.DirectVariant, "shadow"];
}
